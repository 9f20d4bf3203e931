"""Pages of a file as people see them. Every parser runs in a worker process that is ended when it is late or too large."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from repository import bytes as stored
from repository import isolation
from repository.isolation import Isolated
from repository.models import File
from repository.renditions import cache
from repository.renditions.failures import BUSY, DAMAGED, LARGE, LATE, LOCKED, MISSING, CannotShow
from repository.renditions.worker import PDF, PICTURE

THUMB, ONCE, TWICE = (
    160,
    800,
    1600,
)  # pixels across: beside the pages, A4 at 100 %, and for fine screens or a closer look
WIDTHS = (THUMB, ONCE, TWICE)
PICTURES = frozenset(
    {"image/png", "image/jpeg", "image/tiff", "image/bmp", "image/x-ms-bmp", "image/gif", "image/webp"}
)
_SECONDS = 10.0
_MEMORY_MB = 900
_WORKERS = 2
_REASONS = {"Locked": LOCKED, "TooManyPixels": LARGE}

_worker = Isolated(
    "repository.renditions.worker:work", seconds=_SECONDS, memory_mb=_MEMORY_MB, workers=_WORKERS, calls_per_worker=2000
)


@dataclass(frozen=True)
class Outline:
    """How many pages there are and how large each is: stretches of [how many, width, height], CSS pixels at 100 %."""

    runs: tuple[tuple[int, int, int], ...]

    @property
    def count(self) -> int:
        return sum(run[0] for run in self.runs)

    def size(self, number: int) -> tuple[int, int]:
        """Width and height of a page, counted from 1. Raises IndexError."""
        left = number
        for many, width, height in self.runs:
            if left <= many:
                return width, height
            left -= many
        raise IndexError(number)

    def __str__(self) -> str:
        """As the page's script reads it: 12*794x1123,1*1123x794."""
        return ",".join(f"{many}*{width}x{height}" for many, width, height in self.runs)


def kind_of(mime: str) -> str:
    """What its pages are drawn by; empty where it has none that could be drawn."""
    media_type = mime.partition(";")[0].strip().lower()
    return PDF if media_type == "application/pdf" else PICTURE if media_type in PICTURES else ""


def outline(file: File) -> Outline:
    """Raises CannotShow; IndexError for a file that has no pages."""
    if not kind_of(file.mime):
        raise IndexError(0)
    runs = _kept(file, "sizes.json", "sizes")
    try:
        return Outline(tuple((int(many), int(width), int(height)) for many, width, height in runs))
    except (TypeError, ValueError) as error:
        raise CannotShow(DAMAGED) from error


def picture(file: File, number: int, width: int) -> Path:
    """A WebP of the page, counted from 1, at one of WIDTHS. Raises CannotShow; IndexError where there is no such page."""
    if width not in WIDTHS or not 1 <= number <= outline(file).count:
        raise IndexError(number)
    name = f"{number}-{width}.webp"
    path = cache.found(file.sha256, name)
    if path is None:
        _refuse_known(file, name)
        with cache.draft(file.sha256, name) as target:
            _ask(file, name, "picture", number - 1, width, str(target))
            if not _is_webp(target):
                raise CannotShow(DAMAGED)
        path = cache.folder_of(file.sha256) / name
    return path


def words(file: File, number: int) -> list[list[Any]]:
    """Each word of the page with its place (`repository.renditions.words`); none on a scan. Raises CannotShow, IndexError."""
    if not 1 <= number <= outline(file).count:
        raise IndexError(number)
    found: list[list[Any]] = _kept(file, f"{number}-words.json", "words", number - 1)
    return found


def close_workers() -> None:
    _worker.close()


def _kept(file: File, name: str, task: str, *args: Any) -> Any:
    known = cache.data(file.sha256, name)
    if known is None:
        _refuse_known(file, name)
        known = _ask(file, name, task, *args)
        cache.keep(file.sha256, name, known)
    return known


def _refuse_known(file: File, name: str) -> None:
    reason = cache.failure(file.sha256, name)
    if reason:
        raise CannotShow(reason)


def _ask(file: File, name: str, task: str, *args: Any) -> Any:
    """Ask the worker. What fails because of the bytes is remembered, so that a bad file costs its time once."""
    try:
        path = stored.path_for(file)
    except stored.BytesMissing as error:
        raise CannotShow(MISSING) from error
    try:
        return _worker.run(task, str(path), kind_of(file.mime), *args)
    except isolation.CouldNotStart as error:
        raise CannotShow(BUSY) from error
    except isolation.TooLate as error:
        failed, cause = CannotShow(LATE), error
    except isolation.TooLarge as error:
        failed, cause = CannotShow(LARGE), error  # type: ignore[assignment]
    except isolation.ParserFailed as error:
        if error.kind in ("FileNotFoundError", "PermissionError", "OSError"):
            raise CannotShow(BUSY) from error
        failed, cause = CannotShow(_REASONS.get(error.kind, DAMAGED)), error  # type: ignore[assignment]
    except isolation.Crashed as error:
        failed, cause = CannotShow(LATE), error  # type: ignore[assignment]
    cache.keep_failure(file.sha256, name, failed.reason, lasting=failed.lasting)
    raise failed from cause


def _is_webp(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(12)
    return head[:4] == b"RIFF" and head[8:] == b"WEBP"
