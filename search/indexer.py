"""Bring the index to what the database says. One process writes at a time; everybody else leaves the work to it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from repository.models import Document
from search import outbox
from search.assembly import assemble
from search.engines.base import Change, Engine, WriterBusy
from search.engines.connect import connect
from search.models import Outbox
from search.preparing import prepared, processes_for

log = logging.getLogger(__name__)

BATCH = 100
REBUILD_BATCH = 500
COMMIT = 5_000
"""Documents of a rebuild that are written together: each commit is a segment, and segments have to be merged."""


def engine() -> Engine:
    """The engine the settings name: Elasticsearch by its address, else tantivy in a folder."""
    return _engine(settings.ELASTICSEARCH_URL, Path(settings.INDEX))


@lru_cache(maxsize=8)
def _engine(url: str | None, folder: Path) -> Engine:
    made = connect(
        url,
        folder,
        name=settings.ELASTICSEARCH_INDEX,
        api_key=settings.ELASTICSEARCH_API_KEY,
        ca_certs=settings.ELASTICSEARCH_CA_CERTS,
    )
    made.ensure()
    return made


def drain() -> int:
    """Index everything that waits; on return it can be found. Returns how many documents were written.

    Where another process is writing, that one does the work and this returns 0. Raises EngineDown, with everything still waiting.
    """
    written = 0
    while outbox.waiting(1):
        try:
            with engine().writer() as writer:
                while revisions := outbox.waiting(BATCH):
                    # Read after the revisions: what is newer than its revision is written again under the next one.
                    writer.write(assemble(revisions))
                    outbox.acknowledge(revisions)
                    written += len(revisions)
                writer.refresh()
        except WriterBusy:
            return written
        # A change may have come between the last look and the end of the lock, whose indexer found us still writing: look again.
    return written


def settle() -> None:
    """Return when nothing waits any more, whoever does the work. Raises EngineError where the engine does not let it."""
    pause = threading.Event()
    while outbox.waiting(1):
        drain()
        if outbox.waiting(1):
            # Another process is writing: it will be through in a moment.
            pause.wait(0.1)


def reindex(watch: Callable[[int, int], None] | None = None) -> int:
    """Build a new index beside the old one from the database and put it in its place in one step. Returns how many documents it holds.

    Raises WriterBusy while another process writes.
    """
    total = Document.objects.count()
    done = 0
    with engine().writer() as writer:
        writer.start_rebuild()
        gathered: list[Change] = []
        for changes in prepared(_everything(), processes_for(total)):
            gathered += changes
            done += len(changes)
            if len(gathered) >= COMMIT:
                writer.write_rebuild(gathered)
                gathered = []
            if watch is not None:
                watch(done, total)
        if gathered:
            writer.write_rebuild(gathered)
        writer.finish_rebuild()
    _acknowledge_held()
    drain()
    return done


def _acknowledge_held() -> None:
    """What waited and went into the new index waits no more: after a bulk of rows that is nearly everything."""
    last: UUID | None = None
    while revisions := outbox.waiting_after(last, REBUILD_BATCH):
        held = engine().versions(map(str, revisions))
        outbox.acknowledge(
            {pk: each for pk, each in revisions.items() if (row := held.get(str(pk))) and row.version == each}
        )
        last = max(revisions)


def _everything() -> Iterator[dict[UUID, int]]:
    """All documents with their revisions, in batches."""
    last: UUID | None = None
    while True:
        rows = Document.objects.order_by("pk")
        ids = list((rows.filter(pk__gt=last) if last else rows).values_list("pk", flat=True)[:REBUILD_BATCH])
        if not ids:
            return
        last = ids[-1]
        yield _revisions(ids)


def _revisions(ids: list[UUID]) -> dict[UUID, int]:
    """The outbox revision of each document; one that has none yet gets it."""
    known = dict(Outbox.objects.filter(document_id__in=ids).values_list("document_id", "revision"))
    missing = [pk for pk in ids if pk not in known]
    if missing:
        outbox.put(missing)
        known = dict(Outbox.objects.filter(document_id__in=ids).values_list("document_id", "revision"))
    return known
