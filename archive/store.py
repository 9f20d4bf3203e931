"""The archive store on disk: an OCFL 1.1 storage root, and beside it, on the same file system, the folder things are built in.

STORE/ocfl/       the storage root; nothing but OCFL in it
STORE/staging/    objects being built; whatever stands here was never sealed
"""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from ocfl import StorageRoot
from ocfl.layout_registry import get_layout

from archive import disk
from repository.models import Dossier, Job

SPEC = "1.1"
LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"


def root() -> Path:
    return Path(settings.STORE) / "ocfl"


def staging() -> Path:
    return Path(settings.STORE) / "staging"


def object_id_of(dossier: Dossier) -> str:
    """`urn:<fonds code>:uuid-<UUID>` (Thông tư 05/2025/TT-BNV, AIP). What a URN may not hold is percent-encoded."""
    assert dossier.fonds is not None
    return f"urn:{quote(dossier.fonds.code, safe='')}:uuid-{str(dossier.pk).upper()}"


def path_in_root(object_id: str) -> str:
    """Where the object lies, relative to the storage root: by hash, so that no folder grows without end."""
    path: str = get_layout(LAYOUT).identifier_to_path(object_id)
    return path


def folder_of(path: str) -> Path:
    """The folder of an object by its path in the root. Raises ValueError for a path that would lead out of it."""
    folder = root() / path
    if not path or Path(path).is_absolute() or ".." in Path(path).parts:
        raise ValueError(f"not a path in the store: {path!r}")
    return folder


def ensure_root() -> Path:
    """The storage root, made on first use: in staging, then moved into its place, so that it is whole or not there."""
    place = root()
    if _declared(place):
        return place
    disk.make_folders(Path(settings.STORE).parent, staging())
    draft = staging() / f"root-{uuid.uuid4().hex}"
    try:
        StorageRoot(root=str(draft), layout_name=LAYOUT).initialize(spec_version=SPEC)
        disk.sync_tree(draft)
        disk.move_into_place(draft, place)
    except OSError:
        # Two processes may begin at once: whose root came first stays.
        if not _declared(place):
            raise
    for left in staging().glob("root-*"):
        shutil.rmtree(left, ignore_errors=True)
    return place


def _declared(place: Path) -> bool:
    return (place / f"0=ocfl_{SPEC}").is_file()


def staging_for(thing: Dossier | Job, job_id: uuid.UUID, attempt: int) -> Path:
    """A new folder to build the object of a dossier, or of a job's evidence, in; its name says whose attempt it is."""
    ensure_root()
    disk.make_folders(Path(settings.STORE), staging())
    folder = staging() / f"{thing.pk}-{job_id}-{attempt}"
    folder.mkdir()
    return folder


def fence_off(dossier_id: uuid.UUID) -> int:
    """Take away what earlier attempts at this dossier left in staging; returns how many folders that were.

    A worker that was paused past its lease may still hold one: the folder is renamed first, in one step, so that its own
    rename into the store finds nothing. The caller must have made that attempt invalid before (new claim, new state).
    """
    count = 0
    for folder in sorted(staging().glob(f"{dossier_id}-*")):
        dead = staging() / f"dead-{uuid.uuid4().hex}"
        try:
            folder.rename(dead)
        except FileNotFoundError:
            continue
        count += 1
    for dead in staging().glob("dead-*"):
        shutil.rmtree(dead, ignore_errors=True)
    return count


def place(built: Path, path: str) -> None:
    """Move a built, validated, fsynced object to its place by one rename.

    Raises FileExistsError where one stands there, FileNotFoundError where the attempt was fenced off.
    """
    target = folder_of(path)
    disk.make_folders(root(), target.parent)
    disk.move_into_place(built, target)


def object_folders(top: Path) -> Iterator[Path]:
    """Every object below a storage root, in the order of their names; no list of them is held."""
    with os.scandir(top) as entries:
        names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    for name in names:
        folder = top / name
        if any(folder.glob("0=ocfl_object_*")):
            yield folder
        elif not any(folder.glob("0=*")) and name != "extensions":
            yield from object_folders(folder)


def disk_is_full(error: OSError) -> bool:
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def drop_old_staging(before: datetime, running: set[str]) -> int:
    """Take away staging folders older than that moment whose dossier is not among those being sealed; returns how many."""
    count = 0
    if not staging().is_dir():
        return 0
    for folder in sorted(staging().iterdir()):
        if folder.name[:36] in running or folder.stat().st_mtime >= before.timestamp():
            continue
        dead = staging() / f"dead-{uuid.uuid4().hex}"
        folder.rename(dead)
        shutil.rmtree(dead, ignore_errors=True)
        count += 1
    return count
