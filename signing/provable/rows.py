"""Until when each signature can be proven, as rows beside FileStatus: written with each run that is kept, made again from those runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from repository.clock import now
from repository.codes import Indication
from repository.jobs.engine import progress
from repository.jobs.outcomes import Save
from repository.models import File, FileStatus, Job, Verification
from signing.models import Ending, Provable, Renewal
from signing.validation.verdicts import FileVerdict, SignatureKind, SignatureVerdict

KIND = "provable"
STEP = 200
_ENDINGS = {
    "ends_algorithm": Ending.ALGORITHM,
    "ends_authority": Ending.AUTHORITY,
    "ends_certificate": Ending.CERTIFICATE,
    "ends_revocation_data": Ending.REVOCATION,
}
Told = Callable[[int, int], None]


def ending_of(signature: SignatureVerdict) -> Ending:
    """What ends first, by the message that the engine gives with the date."""
    if signature.provable_until is None:
        return Ending.NEVER
    code = signature.provable_because.code if signature.provable_because else ""
    return _ENDINGS.get(code, Ending.CERTIFICATE)


def refresh(file: File, run: Verification, verdict: FileVerdict) -> None:
    """Put the file's rows in place; called with each run, in its transaction. What was renewed has none: its renewal has."""
    Provable.objects.filter(file=file).delete()
    if not Renewal.objects.filter(of=file).exists():
        Provable.objects.bulk_create(list(_rows(file, run, verdict)))


def _rows(file: File, run: Verification, verdict: FileVerdict) -> Iterator[Provable]:
    for place, signature in enumerate(verdict.signatures):
        certificate = signature.certificate
        because = signature.provable_because
        yield Provable(
            file=file,
            document_id=file.version.document_id,
            verification=run,
            place=place,
            field=signature.field[:200],
            stamp=signature.kind == SignatureKind.DOCUMENT_TIMESTAMP,
            signer=(signature.signer or (certificate.subject if certificate else ""))[:300],
            level=signature.level[:10],
            indication=signature.indication,
            provable_until=signature.provable_until,
            ending=ending_of(signature),
            because={"code": because.code, "params": because.params} if because else {},
        )


def behind() -> QuerySet[FileStatus]:
    """Files whose rows are not those of their last run."""
    written = Provable.objects.filter(file=OuterRef("file"), verification=OuterRef("verification"))
    renewed = Renewal.objects.filter(of=OuterRef("file"))
    return (
        FileStatus.objects.filter(verification__isnull=False, verification__signatures__gt=0)
        .exclude(indication=Indication.NONE)
        .filter(~Exists(written), ~Exists(renewed))
    )


def catch_up(told: Told = lambda done, total: None) -> int:
    """Bring every row up to date; returns how many files were behind. A kill leaves what is done, and the next run goes on."""
    total, done, last = behind().count(), 0, None
    while True:
        waiting = behind().filter(pk__gt=last) if last else behind()
        rows = list(waiting.select_related("verification", "file__version").order_by("pk")[:STEP])
        if not rows:
            return done
        with transaction.atomic():
            for status in rows:
                assert status.verification is not None
                try:
                    verdict = FileVerdict.from_dict(status.verification.verdict)
                except (KeyError, TypeError, ValueError):
                    # A run in a shape that is not read any more: the file has its rows once it is verified again.
                    continue
                refresh(status.file, status.verification, verdict)
        done, last = done + len(rows), rows[-1].pk
        told(done, total)


def rebuild(told: Told = lambda done, total: None) -> int:
    """Make every row anew from the kept runs."""
    Provable.objects.all().delete()
    return catch_up(told)


def work_catch_up(job: Job) -> Save:
    done = catch_up(lambda done, total: progress(job, done=done, total=total))
    return lambda: {"files": done}


def in_months(count: int, since: datetime | None = None) -> datetime:
    """So many months on, by thirty and a half days each: a limit to look ahead, not a day of the calendar."""
    return (since or now()) + timedelta(days=30.5 * count)


def ending_within(months: int) -> QuerySet[Any]:
    """Rows of what can be proven now and no longer after so many months."""
    return Provable.objects.filter(provable_until__gt=now(), provable_until__lte=in_months(months))
