"""Working copies: those of files not sealed yet are read and compared; those that nobody needs any more are taken away."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from archive import disk, store
from archive.models import EvidenceFile, SealedFile
from archive.watch.findings import BYTES_CHANGED, BYTES_MISSING
from repository import blobs
from repository import bytes as file_bytes
from repository.clock import now
from repository.codes import SEALED_STATES, ItemState, JobState
from repository.findings import raise_finding
from repository.jobs.engine import UNFINISHED, progress
from repository.jobs.outcomes import Save
from repository.models import File, Job, JobItem, Placement

CHECK = "working-bytes"
TIDY = "tidy-bytes"
FILES_A_NIGHT = 50_000
BATCH = 500
IDLE = timedelta(hours=24)
# An item in one of these states may still be worked on: its bytes stay.
HOLDING = (ItemState.QUEUED, ItemState.RUNNING, ItemState.FAILED)


def work_check(job: Job) -> Save:
    """Read the working copies of files that are not sealed, going on each night where the last one ended."""
    last = Job.objects.filter(kind=CHECK, state=JobState.DONE).exclude(pk=job.pk).order_by("-pk").first()
    after = last.result.get("after") if last else None
    waiting = File.objects.filter(version__document__sealed_at__isnull=True)
    waiting = waiting.filter(pk__gt=after) if after else waiting
    progress(job, total=min(waiting.count(), FILES_A_NIGHT))
    figures: dict[str, Any] = {"files": 0, "bytes": 0, "ok": 0, "changed": 0, "missing": 0, "after": None}
    while figures["files"] < FILES_A_NIGHT:
        rows = waiting.filter(pk__gt=after) if after else waiting
        batch = list(rows.select_related("version__document").order_by("pk")[:BATCH])
        if not batch:
            return lambda: {**figures, "after": None}
        for file in batch:
            outcome, size = _check(file, job)
            figures["files"] += 1
            figures["bytes"] += size
            figures[outcome] += 1
        after = str(batch[-1].pk)
        figures["after"] = after
        progress(job, done=figures["files"])
    return lambda: figures


def _check(file: File, job: Job) -> tuple[str, int]:
    body = {"file": str(file.pk), "name": file.name, "sha256": file.sha256}
    path = file_bytes.find(file.sha256)
    try:
        read = disk.measure(path) if path is not None else None
    except FileNotFoundError:
        read = None
    if read is None:
        raise_finding(BYTES_MISSING, body, job=job, document=file.version.document)
        return "missing", 0
    if (read.sha256, read.sha512) != (file.sha256, file.sha512):
        raise_finding(BYTES_CHANGED, body, job=job, document=file.version.document)
        return "changed", read.size
    return "ok", read.size


def work_tidy(job: Job) -> Save:
    """Take away bytes that were idle for a day: those nobody holds, and working copies of what is sealed and was read back."""
    figures = {"looked_at": 0, "orphans": 0, "sealed_copies": 0, "bytes": 0, "drafts": 0, "staging": 0}
    before = now() - IDLE
    figures["drafts"] = _drop_drafts(before)
    figures["staging"] = _drop_staging(before)
    batch: list[str] = []
    for sha256 in _working_copies():
        batch.append(sha256)
        if len(batch) == BATCH:
            _tidy(batch, before, figures)
            progress(job, done=figures["looked_at"])
            batch = []
    _tidy(batch, before, figures)
    return lambda: figures


def _tidy(batch: list[str], before: datetime, figures: dict[str, int]) -> None:
    figures["looked_at"] += len(batch)
    held = set(JobItem.objects.filter(sha256__in=batch, state__in=HOLDING).values_list("sha256", flat=True))
    documents: dict[str, set[Any]] = defaultdict(set)
    open_digests: set[str] = set()
    for sha256, document, sealed_at in File.objects.filter(sha256__in=batch).values_list(
        "sha256", "version__document_id", "version__document__sealed_at"
    ):
        documents[sha256].add(document)
        if sealed_at is None:
            open_digests.add(sha256)
    everything = {document for found in documents.values() for document in found}
    in_open = set(
        Placement.objects.filter(document__in=everything)
        .exclude(dossier__state__in=SEALED_STATES)
        .values_list("document_id", flat=True)
    )
    for sha256 in batch:
        if sha256 in held or sha256 in open_digests or documents[sha256] & in_open:
            continue
        kind = "sealed_copies" if documents[sha256] else "orphans"
        if kind == "sealed_copies" and not _read_back(sha256):
            continue
        size = blobs.path_of(sha256).stat().st_size
        if blobs.remove_idle(sha256, before=before):
            figures[kind] += 1
            figures["bytes"] += size


def _read_back(sha256: str) -> bool:
    """Whether sealed copies are there and each of them still has these bytes."""
    copies = [
        found
        for model in (SealedFile, EvidenceFile)
        for found in model._base_manager.filter(sha256=sha256).values_list("object__path", "path")
    ]
    try:
        return bool(copies) and all(disk.measure(store.folder_of(p) / c).sha256 == sha256 for p, c in copies)
    except OSError:
        return False


def _working_copies() -> Iterator[str]:
    """Digests of all working copies, folder by folder."""
    top = Path(settings.BLOBS)
    for first in _folders(top):
        for second in _folders(first):
            for name in sorted(os.listdir(second)):  # noqa: PTH208 - names only, a folder may hold many
                if name.endswith(blobs.ASIDE):
                    blobs.bring_back(second / name)
                    name = name.removesuffix(blobs.ASIDE)
                if len(name) == 64:
                    yield name


def _folders(folder: Path) -> list[Path]:
    return sorted(inner for inner in folder.iterdir() if len(inner.name) == 2) if folder.is_dir() else []


def _drop_drafts(before: datetime) -> int:
    """What uploads that were cut off left behind."""
    count = 0
    for draft in (Path(settings.BLOBS) / "incoming").glob("*"):
        if draft.stat().st_mtime < before.timestamp():
            draft.unlink(missing_ok=True)
            count += 1
    return count


def _drop_staging(before: datetime) -> int:
    """What sealings that were given up left behind; those that run are left alone."""
    running = {
        str(pk) for pk in Job.objects.filter(kind="seal", state__in=UNFINISHED).values_list("dossier_id", flat=True)
    }
    return store.drop_old_staging(before, running)
