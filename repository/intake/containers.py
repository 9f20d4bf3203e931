"""ZIP files: opened with limits, each file inside becomes an item of its own. Names inside are labels, never paths."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from repository import blobs
from repository.actors import Actor
from repository.clock import now
from repository.codes import ItemState, JobState
from repository.events import record
from repository.intake.context import Intake
from repository.intake.leftovers import remove_unheld
from repository.intake.names import clean_name, clean_path
from repository.jobs.outcomes import ItemFailed, Save
from repository.models import Job, JobItem

MOST_FILES = 20_000
LARGEST_RATIO = 200
# Below this a high ratio is only a small text file.
SMALL = 10 * 1024 * 1024
MOST_BYTES = 20 * 1024**3
Member = tuple[str, blobs.Received]
IGNORED = {".ds_store", "thumbs.db", "desktop.ini"}


def is_container(intake: Intake) -> bool:
    """A ZIP as such; office files are ZIPs too but have formats of their own. Half a ZIP is one by its name and its first bytes."""
    if intake.pronom == "x-fmt/263":
        return True
    if PurePosixPath(intake.name).suffix.lower() != ".zip":
        return False
    with intake.path.open("rb") as file:
        return intake.mime == "application/zip" or file.read(4) == b"PK\x03\x04"


def unpack(job: Job, intake: Intake, actor: Actor) -> Save:
    """Stream each member into the store and return what adds them to the job. Raises ItemFailed, saying what to do, and keeps nothing then."""
    if intake.item.payload.get("inside"):
        raise ItemFailed("nested-zip", _("This ZIP lies inside another ZIP. Unpack it and send the files themselves."))
    found: list[Member] = []
    try:
        with zipfile.ZipFile(intake.path) as archive:
            for member in _members(archive, intake.size):
                with archive.open(member) as stream:
                    received = blobs.receive(_limited(iter(partial(stream.read, blobs.CHUNK), b""), member))
                found.append((clean_path(_name(member)), received))
    except BaseException as error:
        for _label, received in found:
            remove_unheld(received.sha256)
        failure = _failure(error)
        if failure is None:
            raise
        raise failure from error
    return lambda: _save(job, intake, actor, found)


def _failure(error: BaseException) -> ItemFailed | None:
    """What to tell of a ZIP that could not be unpacked; None where it is not the ZIP's fault."""
    if isinstance(error, blobs.DiskFull):
        return ItemFailed(
            "disk-full", _("The archive's disk is full. Tell your administrator, then try again; nothing was lost.")
        )
    if isinstance(error, blobs.TooBig):
        return ItemFailed("too-big", _("A file in the ZIP is larger than this archive takes."))
    if isinstance(error, NotImplementedError):
        return ItemFailed(
            "unknown-zip",
            _(
                "The ZIP file is packed in a way that this archive does not know. Unpack it and send the files themselves."
            ),
        )
    if isinstance(error, RuntimeError):
        return ItemFailed(
            "locked-zip", _("The ZIP file is locked with a password. Unpack it and send the files themselves.")
        )
    damaged = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, struct.error)
    # The bzip2 reader raises an OSError without a number.
    if isinstance(error, damaged) or (isinstance(error, OSError) and error.errno is None):
        return ItemFailed(
            "damaged-zip", _("The ZIP file is damaged and cannot be unpacked. Make it again and send it.")
        )
    return None


def _members(archive: zipfile.ZipFile, packed: int) -> Iterator[zipfile.ZipInfo]:
    members = [m for m in archive.infolist() if not m.is_dir() and not _ignored(m.filename)]
    if not members:
        raise ItemFailed("empty-zip", _("There is no file in this ZIP."))
    if len(members) > MOST_FILES:
        raise ItemFailed(
            "too-many-files",
            _("There are more than %(most)s files in this ZIP. Send it in parts.") % {"most": MOST_FILES},
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > MOST_BYTES:
        raise ItemFailed("zip-too-large", _("Unpacked, this ZIP is too large. Send it in parts."))
    if unpacked > SMALL and unpacked > LARGEST_RATIO * packed:
        # Also where members share the same packed bytes, each of them harmless by itself.
        raise _bomb()
    yield from members


def _ignored(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return "__MACOSX" in path.parts or path.name.lower() in IGNORED or not path.name


def _name(member: zipfile.ZipInfo) -> str:
    """Names without the UTF-8 flag were written by Windows tools in UTF-8 or the local code page."""
    if member.flag_bits & 0x800:
        return member.filename
    raw = member.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "cp1258"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _limited(chunks: Iterator[bytes], member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The directory's sizes may lie: count what really comes."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > SMALL and size > LARGEST_RATIO * max(member.compress_size, 1):
            raise _bomb()
        if size > member.file_size:
            raise zipfile.BadZipFile("a member is longer than the directory says")
        yield chunk


def _bomb() -> ItemFailed:
    return ItemFailed(
        "zip-bomb",
        _("This ZIP unpacks to far more than it should and was not opened. If it is right, send the files themselves."),
    )


def _save(job: Job, intake: Intake, actor: Actor, found: list[Member]) -> dict[str, Any]:
    """Each member is listed, also one that is empty or came twice: no file of the ZIP goes without a word."""
    # Locked, so that no file of the same bytes joins the job meanwhile.
    if Job.objects.select_for_update().get(pk=job.pk).state == JobState.CANCELLED:
        # Nobody would ever claim what is added to an intake that was stopped while the ZIP was being unpacked.
        raise ItemFailed(
            "cancelled",
            _("The intake was stopped before this ZIP was unpacked. Try it again, or take it off the list."),
        )
    first: dict[str, str] = dict(JobItem.objects.filter(job=job).exclude(sha256="").values_list("sha256", "label"))
    rows, counts = [], {"total": len(found), "done": 0, "failed": 0}
    for label, received in found:
        row = JobItem(job=job, label=label, payload=_payload(label, received, intake), sha256=received.sha256)
        if received.size == 0:
            row.sha256, row.state, row.reason, row.finished_at = "", ItemState.FAILED, "empty", now()
            row.message = _("The file is empty. Check where it comes from, or take it off the list.")
            counts["failed"] += 1
            remove_unheld(received.sha256)
        elif received.sha256 in first:
            row.sha256, row.state, row.reason, row.finished_at = "", ItemState.HELD, "held", now()
            row.message = _("The same content as %(name)s.") % {"name": first[received.sha256]}
            counts["done"] += 1
        else:
            first[received.sha256] = label
        rows.append(row)
    JobItem.objects.bulk_create(rows, batch_size=500)
    Job.objects.filter(pk=job.pk).update(**{name: F(name) + count for name, count in counts.items()})
    record("intake.unpacked", actor, intake.dossier, sha256=intake.sha256, files=len(found))
    # What was unpacked stands for itself; the ZIP is no record. Its digest stays in the event.
    JobItem.objects.filter(pk=intake.item.pk).update(sha256="")
    remove_unheld(intake.sha256)
    return {"files": len(found), "added": len(found) - counts["done"] - counts["failed"]}


def _payload(label: str, received: blobs.Received, intake: Intake) -> dict[str, Any]:
    return {
        "name": clean_name(label),
        "sha256": received.sha256,
        "sha512": received.sha512,
        "size": received.size,
        "inside": intake.name,
    }
