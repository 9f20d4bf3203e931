"""What a job leaves behind for the person who asked for it: one file, beside the records and never among them.

The bytes lie in PRODUCTS, one folder a job. They are written as a draft and renamed when whole; the row names them only in the transaction
that ends the job, so that a job that is done has its file. A product is taken away after some days: it can be made again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

from repository.clock import now
from repository.jobs.outcomes import Save
from repository.models import Dossier, Job
from repository.refusals import Refused

# The nightly job that clears away.
KIND = "products"
KEPT = timedelta(days=7)
KEY = "product"


@contextmanager
def making(job: Job, name: str) -> Iterator[IO[bytes]]:
    """A stream for the product's bytes, whole under its name once the block has ended well; a draft of an earlier attempt is written over."""
    folder = _folder(job)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{job.attempt}.{_safe(name)}.draft"
    try:
        with draft.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(folder / _safe(name))
    finally:
        draft.unlink(missing_ok=True)


def told(job: Job, name: str, mime: str) -> dict[str, Any]:
    """The job's result: its product's name, type and size in bytes. To be returned by the `save` of the job."""
    return {KEY: {"name": name, "mime": mime, "size": (_folder(job) / _safe(name)).stat().st_size}}


def product_of(job: Job) -> tuple[dict[str, Any], Path] | None:
    """Name, type and size of the job's product and where it lies; None where there is none, or none any more."""
    about = (job.result or {}).get(KEY)
    if not about:
        return None
    path = _folder(job) / _safe(about["name"])
    return (about, path) if path.is_file() else None


def path_of(job: Job, name: str) -> Path | None:
    """Where what was made under this name lies; None where it is not there any more. For what a job keeps and hands to nobody."""
    path = _folder(job) / _safe(name)
    return path if path.is_file() else None


def clear_away() -> int:
    """Remove products older than KEPT, and folders of jobs that there are no more; returns how many."""
    removed = 0
    if not Path(settings.PRODUCTS).is_dir():
        return 0
    for folder in Path(settings.PRODUCTS).iterdir():
        if folder.stat().st_mtime < (now() - KEPT).timestamp():
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


def work_clear_away(_job: Job) -> Save:
    removed = clear_away()
    return lambda: {"removed": removed}


def _folder(job: Job) -> Path:
    return Path(settings.PRODUCTS) / str(job.pk)


def _safe(name: str) -> str:
    """The name as one part of a path."""
    return name.replace("/", "-").replace("\0", "").lstrip(".")[:150] or "file"


def closed_since(dossier: Dossier | None) -> Refused:
    """What the file holds is not all hers to see any more."""
    return Refused.because(
        "download",
        dossier,
        "closed",
        _("The file holds documents that you may not see any more."),
        _("Ask for it again; it is made with those that you may see."),
    )
