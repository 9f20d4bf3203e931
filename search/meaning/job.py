"""Make the vectors that wait, in batches, outside of every request."""

from __future__ import annotations

import fcntl
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import numpy as np
from django.conf import settings
from django.db.models import F, Max

from repository.codes import FileRole
from repository.models import Document, Extraction
from search.meaning import queue
from search.meaning.models import Model, model
from search.meaning.stores import Store, store
from search.models import Meaning

log = logging.getLogger(__name__)

BATCH = 64
LONGEST = 2000
"""Letters of a document that its vector is made of, its subject first: models read some hundred words."""


def drain() -> int:
    """Make all vectors that wait; where another process does, that one does. Returns how many. Raises MeaningDown, with the rest still waiting."""
    chosen = model()
    if chosen is None:
        return 0
    made = 0
    with _alone() as mine:
        if not mine:
            return 0
        kept = store(chosen.version)
        if kept.begin():
            queue.put_everything(chosen.version)
            kept.begun()
        while rows := queue.waiting(BATCH):
            made += _make(rows, chosen, kept)
        kept.finish()
    return made


def _make(rows: list[Meaning], chosen: Model, kept: Store) -> int:
    texts = _texts([row.document_id for row in rows])
    gone = [row for row in rows if row.document_id not in texts]
    digests = {pk: hashlib.sha256(text.encode(errors="replace")).hexdigest() for pk, text in texts.items()}
    here = [row for row in rows if row.document_id in texts]
    # Most changes of a record leave its words as they are.
    fresh = [row for row in here if (row.model, row.digest) != (chosen.version, digests[row.document_id])]
    if gone:
        kept.remove(gone)
        Meaning.objects.filter(pk__in=[row.pk for row in gone]).delete()
    if fresh:
        vectors = chosen.of_texts([texts[row.document_id] for row in fresh])
        last = Meaning.objects.aggregate(last=Max("made"))["last"] or 0
        for place, (row, vector) in enumerate(zip(fresh, vectors, strict=True), start=1):
            row.vector = vector.astype(np.float16).tobytes()
            row.model, row.digest, row.made = chosen.version, digests[row.document_id], last + place
        kept.write(fresh)
        Meaning.objects.bulk_update(fresh, ["vector", "model", "digest", "made"])
    for row in here:
        # What has changed since goes on waiting.
        Meaning.objects.filter(pk=row.pk, done__lt=F("revision")).update(done=row.revision)
    return len(fresh)


def _texts(ids: list[UUID]) -> dict[UUID, str]:
    """Subject and beginning of each document that is there."""
    subjects = dict(Document.objects.filter(pk__in=ids).values_list("pk", "subject"))
    bodies = dict(
        Extraction.objects.filter(
            current=True,
            file__role=FileRole.MAIN,
            file__version__current=True,
            file__version__document__in=ids,
        ).values_list("file__version__document_id", "text")
    )
    return {pk: f"{subject}\n{bodies.get(pk, '')[:LONGEST]}".strip()[:LONGEST] for pk, subject in subjects.items()}


@contextmanager
def _alone() -> Iterator[bool]:
    path = Path(settings.INDEX) / "meaning.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
