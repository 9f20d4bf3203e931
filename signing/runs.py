"""Verify a stored file and keep the run: every run stays, and a verdict that changed raises an alert."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from repository.actors import SYSTEM, Actor
from repository.bytes import path_for
from repository.clock import now
from repository.codes import FileRole
from repository.codes import Indication as Shown
from repository.events import record
from repository.findings import raise_finding
from repository.models import File, FileStatus, Job, Verification
from repository.registry import documents_changed
from signing.anchors import anchors
from signing.validation.run import validate_file
from signing.validation.verdicts import FileVerdict, Indication, Outcome

PDF = "application/pdf"
FAILED = "signature-failed"
CHANGED = "verdict-changed"
# Called with each run that was kept, in its transaction.
KEPT: list[Callable[[File, Verification, FileVerdict], None]] = []
_SHOWN = {
    Indication.TOTAL_PASSED: Shown.PASSED,
    Indication.INDETERMINATE: Shown.INDETERMINATE,
    Indication.TOTAL_FAILED: Shown.FAILED,
}


def indication_of(verdict: FileVerdict) -> Shown:
    """The weakest signature's; a file that could not be judged is not determined, never without signature."""
    if verdict.indication is not None:
        shown = _SHOWN[verdict.indication]
        # What was changed after signing is not shown as sound, whatever each signature by itself says.
        broken = verdict.outcome in (Outcome.MODIFIED, Outcome.TAMPERED, Outcome.TIMESTAMP_BROKEN)
        return Shown.FAILED if broken else shown
    return Shown.NONE if verdict.outcome == Outcome.NO_SIGNATURE else Shown.INDETERMINATE


def look_again(file: File, *, password: str | None = None) -> FileVerdict:
    """Verify the file's bytes by what is trusted now. Raises BytesMissing."""
    return validate_file(path_for(file), trust=anchors(), password=password)


class BytesChanged(ValueError):
    """The bytes that were judged are not those of the file's row: nothing is said of them as if they were."""


@transaction.atomic
def keep(
    file: File, verdict: FileVerdict, reason: str, *, actor: Actor = SYSTEM, job: Job | None = None
) -> Verification:
    """Write the run beside the earlier ones. Raises BytesChanged where the bytes judged are not the file's."""
    if verdict.sha256 != file.sha256:
        raise BytesChanged(f"the bytes judged are not those of file {file.pk}")
    status = FileStatus.objects.select_for_update(of=("self",)).get(file=file)
    indication = indication_of(verdict)
    run = Verification.objects.create(
        file=file,
        run_at=now(),
        reason=reason,
        sha256=verdict.sha256,
        indication=indication,
        outcome=verdict.outcome,
        signatures=len(verdict.signatures),
        policy=f"{verdict.policy} {verdict.policy_version} {verdict.policy_hash[:16]}",
        verdict=verdict.to_dict(),
    )
    before = status.indication
    FileStatus.objects.filter(file=file).update(verification=run, indication=indication, verified_at=run.run_at)
    document = file.version.document
    if indication == Shown.FAILED and before != Shown.FAILED and file.role == FileRole.MAIN:
        raise_finding(FAILED, {"file": str(file.pk)}, job=job, document=document)
    if before not in (Shown.WAITING, indication):
        body = {"file": str(file.pk), "before": before, "after": str(indication)}
        raise_finding(CHANGED, body, job=job, document=document, severe=indication == Shown.FAILED)
        record(
            "verdict.changed",
            actor,
            document,
            file={"id": file.pk, "sha256": file.sha256},
            before=before,
            after=indication,
            run=run.pk,
        )
    if before != indication:
        documents_changed([document.pk])
    for told in KEPT:
        told(file, run, verdict)
    return run


def latest_verdict(file: File) -> FileVerdict | None:
    """The last run's verdict as a value, or None where the file was never judged."""
    status = FileStatus.objects.select_related("verification").filter(file=file).first()
    if status is None or status.verification is None:
        return None
    return FileVerdict.from_dict(status.verification.verdict)
