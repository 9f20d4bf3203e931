"""Received bytes: write-once files known by their SHA-256. Nothing here is ever changed in place."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

CHUNK = 1024 * 1024
# The ending of bytes that are about to go (see remove_idle).
ASIDE = ".aside"


@dataclass(frozen=True)
class Received:
    """Bytes that are safely on disk: both digests in lower-case hex, the size in bytes."""

    sha256: str
    sha512: str
    size: int


class TooBig(Exception):
    """More bytes than one file may have; nothing was kept."""


class DiskFull(Exception):
    """The bytes did not fit on the disk; nothing was kept."""


def path_of(sha256: str) -> Path:
    """Where the bytes of this digest lie. Raises ValueError for what is no digest, so that no path can be smuggled in."""
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise ValueError("not a SHA-256 digest")
    return Path(settings.BLOBS) / sha256[:2] / sha256[2:4] / sha256


def holds(sha256: str) -> bool:
    return path_of(sha256).is_file()


def receive(chunks: Iterable[bytes], *, largest: int | None = None) -> Received:
    """Stream the chunks to disk and give them their name; on return the bytes are fsynced. Raises TooBig or DiskFull, keeping nothing."""
    largest = settings.LARGEST_FILE if largest is None else largest
    sha256, sha512, size = hashlib.sha256(), hashlib.sha512(), 0
    draft: Path | None = None
    try:
        incoming = Path(settings.BLOBS) / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=incoming)
        draft = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > largest:
                    raise TooBig(size)
                sha256.update(chunk)
                sha512.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(0o440)
        final = path_of(sha256.hexdigest())
        made = _folders(final.parent)
        if _renew(final):
            draft.unlink()
        else:
            draft.rename(final)
        for folder in {final.parent, *made}:
            _fsync_folder(folder)
    except BaseException as error:
        if draft is not None:
            draft.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull from error
        raise
    return Received(sha256.hexdigest(), sha512.hexdigest(), size)


def receive_file(path: Path) -> Received:
    """The bytes of a file on this machine."""
    with path.open("rb") as file:
        return receive(chunks_of(file))


def chunks_of(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


@contextmanager
def opened(sha256: str) -> Iterator[BinaryIO]:
    with path_of(sha256).open("rb") as file:
        yield file


def remove(sha256: str) -> None:
    """Take bytes away that no record holds: refused secrets and what an interrupted intake left. The caller has checked."""
    path = path_of(sha256)
    path.unlink(missing_ok=True)
    if path.parent.exists():
        _fsync_folder(path.parent)


def remove_idle(sha256: str, *, before: datetime) -> bool:
    """Take bytes away that no record needs, unless they were received anew since that moment; whether they went.

    They are set aside first: whoever receives the same bytes meanwhile either renewed them, which is seen here, or finds
    none and puts its own in place.
    """
    path = path_of(sha256)
    aside = path.with_name(path.name + ASIDE)
    try:
        if path.stat().st_mtime >= before.timestamp():
            return False
        path.rename(aside)
    except FileNotFoundError:
        return False
    if aside.stat().st_mtime >= before.timestamp():
        bring_back(aside)
        return False
    aside.unlink()
    _fsync_folder(path.parent)
    return True


def bring_back(aside: Path) -> None:
    """Undo the setting aside: what stood there before a crash is judged anew."""
    path = aside.with_name(aside.name.removesuffix(ASIDE))
    with suppress(FileExistsError):
        os.link(aside, path)
    aside.unlink()


def _renew(path: Path) -> bool:
    """Whether the bytes are here; if so they count as received now."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def digest(path: Path) -> tuple[str, str]:
    """SHA-256 and SHA-512 of the bytes as they are on disk now."""
    sha256, sha512 = hashlib.sha256(), hashlib.sha512()
    with path.open("rb") as file:
        for chunk in chunks_of(file):
            sha256.update(chunk)
            sha512.update(chunk)
    return sha256.hexdigest(), sha512.hexdigest()


def _folders(folder: Path) -> list[Path]:
    """Make the folder; those whose own entry is new must be fsynced in their parent."""
    if folder.is_dir():
        return []
    made = [folder.parent, folder.parent.parent]
    folder.mkdir(parents=True, exist_ok=True)
    return made


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
