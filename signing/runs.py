"""Verify a stored file and keep the run: every run stays with all that it rested on, and a verdict that changed raises an alert."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
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
from signing.anchors import Trusted, trusted
from signing.beside import signed_by, tell_main, together
from signing.changes import note_change
from signing.evidence import keep_evidence
from signing.judging import PDF, Judge
from signing.models import EvidenceKind, RunBasis
from signing.validation.canonical import to_plain
from signing.validation.policy import ARCHIVE, Policy
from signing.validation.verdicts import FileVerdict, Indication, Outcome

__all__ = [
    "BESIDE",
    "CHANGED",
    "FAILED",
    "KEPT",
    "PDF",
    "BytesChanged",
    "OtherPolicy",
    "indication_of",
    "keep",
    "look_again",
]

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


def look_again(file: File, *, judge: Judge | None = None, password: str | None = None) -> FileVerdict:
    """Verify the file's bytes by what is trusted and known now. Raises BytesMissing.

    A job that verifies many files makes one Judge for all of them; one that may ask addresses says so on it (`online`).
    """
    judge = judge or Judge()
    return judge.judge(
        path_for(file),
        file.mime,
        file.name,
        password=password,
        known=_given_before(file),
        beside=signed_by(file),
    )


def _given_before(file: File) -> Sequence[str]:
    """What the last run was given; loaded beside the file where many are verified (`BESIDE`)."""
    status = getattr(file, "status", None)
    run = status.verification if status is not None else None
    basis = getattr(run, "basis", None)
    return basis.knowledge if basis is not None else ()


# What `look_again` and `keep` read of a file: to be selected with it where there are many.
BESIDE = ("version__document__agency", "status__verification__basis")


class BytesChanged(ValueError):
    """The bytes that were judged are not those of the file's row: nothing is said of them as if they were."""


class OtherPolicy(ValueError):
    """The policy to be kept with the run is not the one it was judged by."""


@transaction.atomic
def keep(
    file: File,
    verdict: FileVerdict,
    reason: str,
    *,
    actor: Actor = SYSTEM,
    job: Job | None = None,
    policy: Policy = ARCHIVE,
) -> Verification:
    """Write the run beside the earlier ones, with all that is needed to repeat it.

    Raises BytesChanged where the bytes judged are not the file's, OtherPolicy where the verdict is not by `policy`.
    """
    if verdict.sha256 != file.sha256:
        raise BytesChanged(f"the bytes judged are not those of file {file.pk}")
    if verdict.policy_hash != policy.hash:
        raise OtherPolicy(verdict.policy_hash)
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
        verdict=_without_bytes(verdict).to_dict(),
    )
    _keep_basis(run, file, verdict, policy, actor)
    before = status.indication
    # The run keeps what the file by itself says; a main file with detached signatures is shown by all of them.
    indication = together(file, indication)
    FileStatus.objects.filter(file=file).update(verification=run, indication=indication, verified_at=run.run_at)
    document = file.version.document
    if indication == Shown.FAILED and before != Shown.FAILED and file.role in (FileRole.MAIN, FileRole.SIGNATURE):
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
        note_change(file, run, verdict, before, indication)
    if before != indication:
        documents_changed([document.pk])
    tell_main(file)
    for told in KEPT:
        told(file, run, verdict)
    return run


def _keep_basis(run: Verification, file: File, verdict: FileVerdict, policy: Policy, actor: Actor) -> None:
    """The bytes go into the evidence, each once; the run names them."""
    anchors = [one for one in trusted() if one.sha256 in verdict.anchors]
    pieces = [(item.kind, base64.b64decode(item.der_base64)) for item in verdict.evidence if item.der_base64]
    rested_on = keep_evidence([*pieces, *((EvidenceKind.CERTIFICATE, _der(one)) for one in anchors)], run.run_at)
    beside = None
    if file.role == FileRole.SIGNATURE:
        beside = File.objects.filter(version_id=file.version_id, role=FileRole.MAIN).first()
    RunBasis.objects.create(
        verification=run,
        judged_at=verdict.validated_at,
        at=verdict.at,
        policy=to_plain(policy),
        policy_hash=policy.hash,
        anchors=[one.plain() for one in anchors],
        knowledge=list(verdict.knowledge),
        evidence=sorted({*rested_on[: len(pieces)]}),
        tools=verdict.tools,
        name=file.name,
        mime=file.mime,
        beside_sha256=beside.sha256 if beside is not None else "",
        beside_name=beside.name if beside is not None else "",
        actor_id=actor.id,
        actor_label=actor.label,
    )


def _der(anchor: Trusted) -> bytes:
    return x509.load_pem_x509_certificate(anchor.pem.encode()).public_bytes(Encoding.DER)


def _without_bytes(verdict: FileVerdict) -> FileVerdict:
    return replace(verdict, evidence=tuple(replace(item, der_base64="") for item in verdict.evidence))
