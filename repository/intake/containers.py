"""ZIP files: opened with limits, each file inside becomes an item of its own. Names inside are labels, never paths."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from repository import blobs
from repository.actors import Actor
from repository.events import record
from repository.intake.context import Intake
from repository.intake.names import clean_name, clean_path
from repository.intake.secrets import remove_unheld
from repository.jobs.outcomes import ItemFailed, Save
from repository.models import Job, JobItem

MOST_FILES = 20_000
LARGEST_RATIO = 200
# Below this a high ratio is only a small text file.
SMALL = 10 * 1024 * 1024
MOST_BYTES = 20 * 1024**3
IGNORED = {".ds_store", "thumbs.db", "desktop.ini"}


def is_container(intake: Intake) -> bool:
    """A ZIP as such; office files are ZIPs too but have formats of their own."""
    return intake.pronom == "x-fmt/263" or (
        intake.mime == "application/zip" and PurePosixPath(intake.name).suffix.lower() == ".zip"
    )


def unpack(job: Job, intake: Intake, actor: Actor) -> Save:
    """Stream each member into the store and return what adds them to the job. Raises ItemFailed, saying what to do, and keeps nothing then."""
    if intake.item.payload.get("inside"):
        raise ItemFailed("nested-zip", _("This ZIP lies inside another ZIP. Unpack it and send the files themselves."))
    found: list[tuple[str, dict[str, Any]]] = []
    try:
        with zipfile.ZipFile(intake.path) as archive:
            for member in _members(archive):
                with archive.open(member) as stream:
                    received = blobs.receive(_limited(iter(lambda: stream.read(blobs.CHUNK), b""), member))
                label = clean_path(_name(member))
                found.append(
                    (
                        label,
                        {
                            "name": clean_name(label),
                            "sha256": received.sha256,
                            "sha512": received.sha512,
                            "size": received.size,
                            "inside": intake.name,
                        },
                    )
                )
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError) as error:
        if isinstance(error, OSError) and not isinstance(error, zipfile.BadZipFile) and error.errno is not None:
            raise
        raise ItemFailed(
            "damaged-zip", _("The ZIP file is damaged and cannot be unpacked. Make it again and send it.")
        ) from error
    except RuntimeError as error:
        raise ItemFailed(
            "locked-zip", _("The ZIP file is locked with a password. Unpack it and send the files themselves.")
        ) from error
    except blobs.DiskFull as error:
        raise ItemFailed(
            "disk-full", _("The archive's disk is full. Tell your administrator, then try again; nothing was lost.")
        ) from error
    except blobs.TooBig as error:
        raise ItemFailed("too-big", _("A file in the ZIP is larger than this archive takes.")) from error
    return lambda: _save(job, intake, actor, found)


def _members(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    members = [m for m in archive.infolist() if not m.is_dir() and not _ignored(m.filename)]
    if not members:
        raise ItemFailed("empty-zip", _("There is no file in this ZIP."))
    if len(members) > MOST_FILES:
        raise ItemFailed(
            "too-many-files",
            _("There are more than %(most)s files in this ZIP. Send it in parts.") % {"most": MOST_FILES},
        )
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise ItemFailed("zip-too-large", _("Unpacked, this ZIP is too large. Send it in parts."))
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
            raise ItemFailed(
                "zip-bomb",
                _("A file in this ZIP unpacks to far more than it should: %(name)s. It was not opened.")
                % {"name": clean_name(member.filename)},
            )
        if size > member.file_size:
            raise zipfile.BadZipFile("a member is longer than the directory says")
        yield chunk


def _save(job: Job, intake: Intake, actor: Actor, found: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    added = 0
    for label, payload in found:
        if payload["size"] == 0:
            continue
        try:
            with transaction.atomic():
                JobItem.objects.create(job=job, label=label, payload=payload, sha256=payload["sha256"])
            added += 1
        except IntegrityError:
            # The same bytes stand in this job already.
            continue
    Job.objects.filter(pk=job.pk).update(total=F("total") + added)
    record(
        "intake.unpacked", actor, intake.dossier, name=intake.name, sha256=intake.sha256, files=len(found), added=added
    )
    remove_unheld(intake.sha256, but=intake.item)
    return {"files": len(found), "added": added}
