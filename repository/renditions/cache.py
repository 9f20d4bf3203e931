"""Where renditions lie: one folder for each file, named by its SHA-256. What is there is whole; the least used goes first."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

# Raised when the same bytes are drawn or read otherwise: older renditions are then not found, and go by themselves.
EDITION = "1"
_TOUCH_AFTER = 6 * 3600  # seconds; a rendition in use is not touched at every look
_RETRY_AFTER = 3600  # seconds until what took too long is tried again


def root() -> Path:
    return Path(settings.RENDITIONS)


def folder_of(sha256: str) -> Path:
    """Raises ValueError for what is no digest, so that no path can be smuggled in."""
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise ValueError("not a SHA-256 digest")
    return root() / EDITION / sha256[:2] / sha256


def found(sha256: str, name: str) -> Path | None:
    """The rendition, if it is there; looking at it keeps it."""
    path = folder_of(sha256) / name
    try:
        if time.time() - path.stat().st_mtime > _TOUCH_AFTER:
            os.utime(path)
    except FileNotFoundError:
        return None
    return path


@contextmanager
def draft(sha256: str, name: str) -> Iterator[Path]:
    """A path to write to; what was written takes its name at the end, for all who asked at the same time."""
    folder = folder_of(sha256)
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, written = tempfile.mkstemp(prefix=".draft-", dir=folder)
    os.close(descriptor)
    path = Path(written)
    try:
        yield path
        path.replace(folder / name)
    finally:
        path.unlink(missing_ok=True)


def data(sha256: str, name: str) -> Any:
    """JSON that was kept, or None."""
    path = found(sha256, name)
    if path is None:
        return None
    with contextlib.suppress(OSError, ValueError):
        return json.loads(path.read_text(encoding="utf-8"))
    return None


def keep(sha256: str, name: str, value: Any) -> None:
    with draft(sha256, name) as path:
        path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def failure(sha256: str, name: str) -> str:
    """Why it could not be made, if that is known and holds still; else nothing."""
    path = folder_of(sha256) / f"{name}.failed"
    try:
        said = json.loads(path.read_text())
        waited = time.time() - path.stat().st_mtime
    except (OSError, ValueError):
        return ""
    return str(said["reason"]) if said.get("lasting") or waited < _RETRY_AFTER else ""


def keep_failure(sha256: str, name: str, reason: str, *, lasting: bool) -> None:
    keep(sha256, f"{name}.failed", {"reason": reason, "lasting": lasting})


def forget(sha256: str) -> None:
    """Take away every rendition of a file that is no longer kept."""
    shutil.rmtree(folder_of(sha256), ignore_errors=True)


def trim(most: int) -> tuple[int, int]:
    """Take away what was used least recently until `most` bytes are left. Returns how many files and bytes went.

    What another edition left and drafts of yesterday go in any case. Reads a year of looking as one list of times and sizes.
    """
    removed, freed, held = 0, 0, 0
    known: list[tuple[float, int, Path]] = []
    yesterday = time.time() - 24 * 3600
    for folder, _folders, names in os.walk(root()):
        stale = Path(folder).relative_to(root()).parts[:1] not in ((), (EDITION,))
        for name in names:
            path = Path(folder) / name
            with contextlib.suppress(OSError):
                status = path.stat()
                if stale or (name.startswith(".draft-") and status.st_mtime < yesterday):
                    path.unlink()
                    removed, freed = removed + 1, freed + status.st_size
                    continue
                known.append((status.st_mtime, status.st_size, path))
                held += status.st_size
    for _used, size, path in sorted(known):
        if held <= most:
            break
        with contextlib.suppress(OSError):
            path.unlink()
            held, removed, freed = held - size, removed + 1, freed + size
    return removed, freed
