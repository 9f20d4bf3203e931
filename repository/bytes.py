"""Where a file's bytes can be read: the working copies first, then what apps registered (the archive store). One seam for every reader."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from repository import blobs
from repository.models import File
from repository.registry import registry


class BytesMissing(LookupError):
    """No copy of these bytes is to be found anywhere."""


def find(sha256: str) -> Path | None:
    """A path at which the bytes of this digest can be read now, or None."""
    working = blobs.path_of(sha256)
    if working.is_file():
        return working
    for source in registry.byte_sources:
        path = source(sha256)
        if path is not None:
            return path
    return None


def path_for(file: File) -> Path:
    """A path of the file's bytes. Raises BytesMissing. The path may go away once the dossier is sealed: open it at once."""
    # Sealing takes the working copy away only after the sealed one is there, so a second look finds it.
    path = find(file.sha256) or find(file.sha256)
    if path is None:
        raise BytesMissing(file.sha256)
    return path


def stream_of(file: File) -> BinaryIO:
    """The file's bytes, open for reading; the caller closes them. Raises BytesMissing."""
    try:
        return path_for(file).open("rb")
    except FileNotFoundError:
        # The working copy went between finding and opening it; the sealed one is there.
        return path_for(file).open("rb")


@contextmanager
def open_file(file: File) -> Iterator[BinaryIO]:
    """The file's bytes, open for reading. Raises BytesMissing."""
    with stream_of(file) as stream:
        yield stream
