"""Renew one file: an archive time-stamp in a further revision, kept as a version of its own beside the one it renews.

The file as it was is never touched. What is kept was held against it first: its bytes stand unchanged at the beginning, every
signature is as intact as before, nothing but validation data came, and it can be proven longer.
"""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from repository import blobs
from repository.actors import SYSTEM, Actor
from repository.bytes import BytesMissing, path_for
from repository.clock import LOCAL, now
from repository.events import record
from repository.isolation import Isolated, IsolationError, ParserFailed
from repository.jobs.outcomes import Again, ItemFailed, ItemHeld, Save
from repository.models import Document, File, FileStatus, Job, Version
from signing.judging import Judge
from signing.models import Provable, Renewal
from signing.provable.extend import begins_with, digest_of_range, fill
from signing.runs import PDF, keep, look_again
from signing.sealing.errors import NoTimestampServer, TimestampFailed
from signing.validation.verdicts import (
    ChangeKind,
    EvidenceKind,
    EvidenceSource,
    FileVerdict,
    Indication,
    Outcome,
    SignatureKind,
    SignatureVerdict,
)

REASON = "renewal"
BROKEN = (Outcome.MODIFIED, Outcome.TAMPERED, Outcome.TIMESTAMP_BROKEN, Outcome.UNPROCESSABLE, Outcome.NO_SIGNATURE)
ORDER = (Indication.TOTAL_FAILED, Indication.INDETERMINATE, Indication.TOTAL_PASSED)
Stamp = Callable[[bytes], bytes]
_worker = Isolated("signing.provable.extend:prepare", seconds=20.0, memory_mb=1024)

REFUSALS = {
    "not-a-pdf": gettext_lazy(
        "Only a PDF takes a further time-stamp. The time-stamps over the whole archive stand for this file."
    ),
    "broken": gettext_lazy("A signature of it does not hold. A time-stamp would not mend that."),
    "encrypted": gettext_lazy("The file is encrypted; nothing can be added to it."),
    "not-readable": gettext_lazy("The file cannot be written on from its end."),
    "touched": gettext_lazy("The renewed file did not hold the original unchanged. Nothing was kept."),
    "signature-changed": gettext_lazy(
        "A signature would have been judged otherwise in the renewed file. Nothing was kept."
    ),
    "no-stamp": gettext_lazy("The new time-stamp does not hold in the renewed file. Nothing was kept."),
    "no-gain": gettext_lazy(
        "It could not be proven longer than before: the time-stamp's authority is not trusted here, or validation data is "
        "missing. Nothing was kept."
    ),
}


class CannotRenew(ItemFailed):
    """Nothing was kept; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code, REFUSALS[code])


@dataclass(frozen=True)
class Renewed:
    """A renewed file that was held against the one it renews: its bytes are received, its verdict is known."""

    of: File
    received: blobs.Received
    verdict: FileVerdict
    before: datetime | None
    after: datetime | None


def extend(file: File, stamp: Stamp, judge: Judge) -> Renewed:
    """The outside work: nothing is written to the database. Raises CannotRenew, BytesMissing, NoTimestampServer, TimestampFailed."""
    if file.mime != PDF:
        raise CannotRenew("not-a-pdf")
    before = look_again(file, judge=judge)
    if before.outcome in BROKEN:
        raise CannotRenew("broken")
    # What is known here and not in the file goes into it: from then on the file speaks for itself.
    given = [item for item in before.evidence if item.source == EvidenceSource.GIVEN and item.der_base64]
    pieces = [base64.b64decode(item.der_base64) for item in given if item.kind != EvidenceKind.TIMESTAMP]
    source = path_for(file)
    with tempfile.TemporaryDirectory(prefix="renew-") as folder:
        target = Path(folder) / "renewed.pdf"
        room = _prepared(source, target, pieces, _field(before))
        # The worker reads hostile bytes: what it says of the file is seen for oneself before a token is asked for.
        digest = digest_of_range(target, room["start"], room["end"])
        if not begins_with(target, source) or digest.hex() != room["digest"]:
            raise CannotRenew("touched")
        try:
            fill(target, room["start"], room["end"], stamp(digest))
        except ValueError as error:
            raise CannotRenew("no-stamp") from error
        verdict = judge.judge(target, PDF, file.name, known=[item.sha256 for item in given])
        _hold(before, verdict)
        received = blobs.receive_file(target)
    # What was received is what was held; the worker that read the file is not believed about it.
    if received.sha256 != verdict.sha256 or not begins_with(blobs.path_of(received.sha256), path_for(file)):
        raise CannotRenew("touched")
    return Renewed(file, received, verdict, end_of(before), end_of(verdict))


def _prepared(source: Path, target: Path, pieces: list[bytes], field: str) -> dict[str, Any]:
    try:
        room: dict[str, Any] = _worker.run(str(source), str(target), pieces, field)
    except ParserFailed as failed:
        raise CannotRenew("encrypted" if failed.kind == "Encrypted" else "not-readable") from failed
    except IsolationError as error:
        raise CannotRenew("not-readable") from error
    return room


def _field(before: FileVerdict) -> str:
    """A name that no field of the file has."""
    taken, number = {signature.field for signature in before.signatures}, len(before.signatures) + 1
    while (name := f"ArchiveTimeStamp{number}") in taken:
        number += 1
    return name


def _hold(before: FileVerdict, after: FileVerdict) -> None:
    """Raises CannotRenew unless the renewed file says the same of every signature, and more of its time."""
    earlier = {signature.field: signature for signature in before.signatures}
    known = [signature for signature in after.signatures if signature.field in earlier]
    new = [signature for signature in after.signatures if signature.field not in earlier]
    if len(known) != len(earlier) or after.outcome in BROKEN:
        raise CannotRenew("signature-changed")
    if not all(_as_good(earlier[signature.field], signature) for signature in known):
        raise CannotRenew("signature-changed")
    if (
        len(new) != 1
        or new[0].kind != SignatureKind.DOCUMENT_TIMESTAMP
        or not (new[0].intact and new[0].covers_document)
    ):
        raise CannotRenew("no-stamp")
    old_end, new_end = end_of(before), end_of(after)
    if new_end is None or (old_end is not None and new_end <= old_end):
        raise CannotRenew("no-gain")


def _as_good(before: SignatureVerdict, after: SignatureVerdict) -> bool:
    added = after.changes_after[len(before.changes_after) :]
    return (
        after.intact == before.intact
        and after.changes_allowed is not False
        and ORDER.index(after.indication) >= ORDER.index(before.indication)
        and all(change.allowed and change.kind == ChangeKind.VALIDATION_DATA for change in added)
    )


def end_of(verdict: FileVerdict) -> datetime | None:
    """Until when every signature of the file can be proven; None where that of one cannot be even now."""
    ends = [one.provable_until for one in verdict.signatures if one.kind == SignatureKind.SIGNATURE]
    return min((end for end in ends if end is not None), default=None) if all(ends) else None


def keep_renewed(renewed: Renewed, *, actor: Actor = SYSTEM, job: Job | None = None) -> dict[str, Any]:
    """Write the version, its run and the renewal, in the caller's transaction. A file that was renewed meanwhile stays as it is."""
    old = renewed.of
    # The row first: two that renew the same file come one after the other.
    document = Document.objects.select_for_update(of=("self",)).select_related("agency").get(pk=old.version.document_id)
    there = Renewal.objects.filter(of=old).first()
    if there is not None:
        return {"file": str(there.file_id), "already": True}
    moment = now()
    number = Version.objects.filter(document=document).aggregate(last=Max("number"))["last"] + 1
    version = Version.objects.create(
        document=document,
        number=number,
        reason=_("Archive time-stamp of %(day)s; renews version %(number)s")
        % {"day": moment.astimezone(LOCAL).strftime("%d/%m/%Y"), "number": old.version.number},
        made_by=actor.label[:200],
        made_at=moment,
        # What was received stays what the record shows; this stands beside it.
        current=False,
    )
    file = File.objects.create(
        version=version,
        role=old.role,
        name=old.name,
        sha256=renewed.received.sha256,
        sha512=renewed.received.sha512,
        size=renewed.received.size,
        mime=old.mime,
        pronom=old.pronom,
        format_name=old.format_name,
        format_warning=old.format_warning,
        page_count=old.page_count,
        received_at=moment,
    )
    FileStatus.objects.create(file=file)
    stamp = next(one for one in reversed(renewed.verdict.signatures) if one.kind == SignatureKind.DOCUMENT_TIMESTAMP)
    made = Renewal.objects.create(
        of=old,
        file=file,
        made_at=moment,
        stamped_at=_stamped_at(stamp, moment),
        authority=(stamp.signer or (stamp.certificate.subject if stamp.certificate else ""))[:300],
        until_before=renewed.before,
        until_after=renewed.after,
    )
    keep(file, renewed.verdict, REASON, actor=actor, job=job)
    Provable.objects.filter(file=old).delete()
    record(
        "file.renewed",
        actor,
        document,
        file={"id": file.pk, "sha256": file.sha256},
        renews={"id": old.pk, "sha256": old.sha256},
        version=number,
        authority=made.authority,
        stamped_at=made.stamped_at,
        until=made.until_after,
    )
    return {"file": str(file.pk), "until": made.until_after.isoformat() if made.until_after else None}


def _stamped_at(stamp: SignatureVerdict, moment: datetime) -> datetime:
    return (
        stamp.best_time
        or next((one.time for one in stamp.timestamps if one.time), None)
        or stamp.claimed_time
        or moment
    )


def renew(
    file: File, stamp: Stamp, *, actor: Actor = SYSTEM, job: Job | None = None, judge: Judge | None = None
) -> Save:
    """Do the outside work for a job's item; what it returns writes. Raises ItemFailed, ItemHeld or Again, with what a person can do.

    Revocation data is asked for from allowed addresses, unless a `judge` is given that does not.
    """
    if Renewal.objects.filter(of=file).exists():
        raise ItemHeld(_("It is renewed already."))
    try:
        renewed = extend(file, stamp, judge or Judge(online=True))
    except BytesMissing as error:
        raise ItemFailed(
            "bytes-missing", _("The file's bytes are nowhere to be found. Tell your administrator.")
        ) from error
    except NoTimestampServer as error:
        raise ItemFailed("no-server", error.said) from error
    except TimestampFailed as error:
        raise Again(
            "timestamp-server", _("The time-stamp server gave no time-stamp that holds. This is tried again by itself.")
        ) from error
    return lambda: keep_renewed(renewed, actor=actor, job=job)


def renew_now(file: File, stamp: Stamp, *, actor: Actor = SYSTEM) -> dict[str, Any]:
    """`renew` at once, outside any job, and without asking any address. Raises what it raises."""
    save = renew(file, stamp, actor=actor, judge=Judge())
    with transaction.atomic():
        return save() or {}
