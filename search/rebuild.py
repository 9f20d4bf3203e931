"""A new index beside the old one, and the way back: compared with the database before it takes the old one's place in one step.

Meanwhile the old one answers, and changes are written to both. A rebuild that was killed is gone on with: what the new index
holds already is not read again, and the comparison at the end has the last word on all of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from repository.clock import now
from repository.models import Document
from search import outbox, set_aside
from search.comparison import differences, still_differing
from search.engines.base import Change, Deletion, EngineError, Writer
from search.indexer import BATCH, drain, engine, writer_when_free
from search.models import Outbox
from search.preparing import prepared, processes_for
from search.writing import bring, bring_prepared, pieces

log = logging.getLogger(__name__)

STRETCH = 500
COMMIT = 5_000
"""Documents that are written together: each commit is a segment, and segments have to be merged."""
COMMIT_LETTERS = 64_000_000
"""Letters of their rows at which fewer are written together, for the memory's sake."""
KEEP_UP_EVERY = timedelta(seconds=2)

Watch = Callable[[int, int], None]
Note = Callable[[str], None]


class IndexDiffers(EngineError):
    """The new index is not what the database has, and writing it again did not help: the old one stays."""


def reindex(watch: Watch | None = None, *, fresh: bool = False, note: Note | None = None) -> int:
    """Build a new index from the database and put it in the old one's place. Returns how many documents it holds.

    Goes on with a rebuild that was cut off, unless `fresh`. `watch` is told how far reading and comparing are, of both; `note` the name
    of the new index, when it is begun and again before it takes the place: who asks again knows by it what has been done.
    Raises WriterBusy while another process writes, IndexDiffers with the old index in its place.
    """
    total = Document.objects.count()
    with writer_when_free() as writer:
        resumed = not fresh and engine().resumable()
        if not resumed:
            writer.start_rebuild()
        _name(note, engine().name_of("rebuild"))
        changes = _Changes(writer)
        done = letters = 0
        gathered: list[Change] = []
        for batch in prepared(_everything(resumed), processes_for(total)):
            gathered += batch
            letters += sum(map(_letters, batch))
            done += len(batch)
            if len(gathered) >= COMMIT or letters >= COMMIT_LETTERS:
                bring_prepared(writer.write_rebuild, gathered)
                gathered, letters = [], 0
            changes.keep_up()
            _tell(watch, done, 3 * total)
        if gathered:
            bring_prepared(writer.write_rebuild, gathered)
        documents = _level(writer, changes, watch, total)
        _name(note, engine().name_of("rebuild"))
        writer.finish_rebuild()
    after_swap()
    return documents


def go_back(watch: Watch | None = None, *, note: Note | None = None) -> int:
    """Bring the index from before the last rebuild level with the database and make it the live one again.

    Not before it is level: what has been withdrawn from somebody since would be counted for her again. `note` as in `reindex`.
    """
    total = Document.objects.count()
    with writer_when_free() as writer:
        _name(note, engine().name_of("previous"))
        writer.reopen_previous()
        documents = _level(writer, _Changes(writer), watch, total)
        _name(note, engine().name_of("rebuild"))
        writer.finish_rebuild()
    after_swap()
    return documents


def after_swap() -> None:
    """Bring the index that has just become the live one up to date, as far as that goes now: the indexer does the rest."""
    try:
        _acknowledge_held()
        drain()
    except EngineError as error:
        log.warning("the new index is live and behind: %s", error)


def give_up() -> None:
    """Drop an index that is being built."""
    with writer_when_free() as writer:
        writer.abandon_rebuild()


class _Changes:
    """What changes while we hold the right to write: nobody else brings it to the indexes."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.since = self.last = now()

    def keep_up(self) -> None:
        """Write what has changed since we began, every few seconds."""
        if now() - self.last < KEEP_UP_EVERY:
            return
        while revisions := outbox.waiting_since(self.since, BATCH):
            for held in bring(self.writer.write, revisions):
                outbox.acknowledge(held)
        self.writer.refresh()
        self.last = now()


def _level(writer: Writer, changes: _Changes, watch: Watch | None, total: int) -> int:
    """Compare the index being rebuilt with the database and write anew what differs. Returns how many documents it has."""
    seen = left = 0
    for looked in differences("rebuild"):
        seen += looked.rows
        if looked.differing:
            for _ in bring(writer.write_rebuild, _beyond(looked.differing, looked.newest)):
                changes.keep_up()
            differing = still_differing(looked.differing, "rebuild")
            # What the engine takes in no index is told of by itself, and keeps no rebuild from its end.
            left += len(differing.keys() - set_aside.still_out(differing))
        changes.keep_up()
        _tell(watch, total + min(seen, 2 * total), 3 * total)
    if left:
        raise IndexDiffers(f"{left} documents of the new index are not as the database has them")
    return engine().count("rebuild")


def _beyond(ids: Iterable[UUID], newest: int) -> dict[UUID, int]:
    """The revisions under which these can be written over what the index has of them."""
    revisions = _revisions(list(ids))
    older = [pk for pk, revision in revisions.items() if revision < newest]
    if older:
        outbox.put(older, beyond=newest)
    return _revisions(list(revisions))


def _name(note: Note | None, name: str | None) -> None:
    if note is not None and name is not None:
        note(name)


def _tell(watch: Watch | None, done: int, total: int) -> None:
    if watch is not None:
        watch(done, total)


def _acknowledge_held() -> None:
    """What waited and went into the new index waits no more: after a bulk of rows that is nearly everything."""
    last: UUID | None = None
    while revisions := outbox.waiting_after(last, STRETCH):
        held = engine().versions(map(str, revisions))
        outbox.acknowledge(
            {pk: each for pk, each in revisions.items() if (row := held.get(str(pk))) and row.version == each}
        )
        last = max(revisions)


def _everything(resumed: bool) -> Iterator[dict[UUID, int]]:
    """All documents with their revisions, in batches; `resumed`: those that the new index has not yet."""
    last: UUID | None = None
    while True:
        rows = Document.objects.order_by("pk")
        ids = list((rows.filter(pk__gt=last) if last else rows).values_list("pk", flat=True)[:STRETCH])
        if not ids:
            return
        last = ids[-1]
        revisions = _revisions(ids)
        if resumed:
            held = engine().versions(map(str, ids), "rebuild")
            revisions = {
                pk: each for pk, each in revisions.items() if not ((row := held.get(str(pk))) and row.version >= each)
            }
        yield from pieces(revisions)


def _letters(change: Change) -> int:
    row = None if isinstance(change, Deletion) else change.row
    return sum(len(part) for parts in row.words.values() for part in parts) if row else 0


def _revisions(ids: list[UUID]) -> dict[UUID, int]:
    """The outbox revision of each document; one that has none yet gets it."""
    known = dict(Outbox.objects.filter(document_id__in=ids).values_list("document_id", "revision"))
    missing = [pk for pk in ids if pk not in known]
    if missing:
        outbox.put(missing)
        known = dict(Outbox.objects.filter(document_id__in=ids).values_list("document_id", "revision"))
    return known
