"""Files that are on the disk when a function returns: written once, hashed on the way, fsynced, moved by one rename."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from repository.blobs import CHUNK


@dataclass(frozen=True)
class Written:
    """Digests in lower-case hex and the size in bytes of what was written or read."""

    sha256: str
    sha512: str
    size: int


def write(top: Path, relative: str, chunks: Iterable[bytes]) -> Written:
    """Write a new file below `top`, which must be there. Raises FileExistsError; FileNotFoundError where `top` is gone."""
    path = top / relative
    make_folders(top, path.parent, sync=False)
    sha256, sha512, size = hashlib.sha256(), hashlib.sha512(), 0
    with path.open("xb") as file:
        for chunk in chunks:
            sha256.update(chunk)
            sha512.update(chunk)
            size += len(chunk)
            file.write(chunk)
    return Written(sha256.hexdigest(), sha512.hexdigest(), size)


def measure(path: Path) -> Written:
    """Digests and size of a file as it is on the disk now. Raises OSError."""
    sha256, sha512, size = hashlib.sha256(), hashlib.sha512(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            sha256.update(chunk)
            sha512.update(chunk)
            size += len(chunk)
    return Written(sha256.hexdigest(), sha512.hexdigest(), size)


def make_folders(top: Path, folder: Path, *, sync: bool = True) -> None:
    """Make the folder and those between `top` and it. `top` is never made: where it was taken away, the work must stop."""
    if top == folder or folder.is_dir():
        return
    make_folders(top, folder.parent, sync=sync)
    folder.mkdir(exist_ok=True)
    if sync:
        sync_folder(folder.parent)


def sync_tree(top: Path) -> None:
    """Every file and folder to the disk, the innermost first, and out of the cache: what is read next comes from the disk."""
    for folder, _, names in os.walk(top, topdown=False):
        for name in names:
            descriptor = os.open(Path(folder) / name, os.O_RDONLY)
            try:
                os.fsync(descriptor)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)
        sync_folder(Path(folder))


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_into_place(source: Path, target: Path) -> None:
    """One rename, on the disk when this returns. Raises FileExistsError where something stands at the target."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise FileExistsError(errno.EEXIST, "something stands there", str(target)) from error
        raise
    sync_folder(target.parent)
    sync_folder(source.parent)


def digest_of(content: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(content).hexdigest()


def sha512_of(content: bytes) -> str:
    """SHA-512 in lower-case hex."""
    return hashlib.sha512(content).hexdigest()
