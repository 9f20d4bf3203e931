"""The index held against the database: what it lacks, what it has otherwise, what it has too much.

Two walks, each with a few hundred rows in memory: the database in the order of its keys, asking the index for those; and
the index from end to end, asking the database. What changes meanwhile is no difference: a document counts only where its
revision stood still while both were read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from uuid import UUID

from repository.models import Document
from search import outbox
from search.assembly import assemble
from search.engines.base import Deletion, Held, Which
from search.engines.rows import digest_of
from search.indexer import engine
from search.models import Outbox

BATCH = 500
NAMED = 100
"""Differences that a report names one by one; the others are counted."""

Watch = Callable[[int, int], None]


class Difference(StrEnum):
    """What is wrong with a row: not there, there in another version or made of other things, or there of nothing."""

    MISSING = "missing"
    STALE = "stale"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Looked:
    """One stretch: how many rows were looked at, what differs, the highest version the index has of what differs."""

    rows: int
    differing: dict[UUID, Difference]
    newest: int = 0


@dataclass(slots=True)
class Compared:
    """What a comparison found. `held` are the documents of the index; `repaired` went into the outbox."""

    documents: int = 0
    held: int = 0
    missing: int = 0
    stale: int = 0
    extra: int = 0
    repaired: int = 0
    named: list[dict[str, str]] = field(default_factory=list)

    @property
    def differing(self) -> int:
        return self.missing + self.stale + self.extra

    def add(self, looked: Looked) -> None:
        for pk, what in looked.differing.items():
            setattr(self, what, getattr(self, what) + 1)
            if len(self.named) < NAMED:
                self.named.append({"id": str(pk), "what": what})


def compare(*, repair: bool = False, watch: Watch | None = None) -> Compared:
    """Compare the whole index. With `repair` what differs goes into the outbox, where the indexer finds it.

    Raises EngineDown, or IndexMissing where there is no index to compare.
    """
    found = Compared()
    engine().refresh()
    total = Document.objects.count() + engine().count()
    for looked in _of_documents("live"):
        found.documents += looked.rows
        _take(looked, found, repair)
        if watch is not None:
            watch(found.documents, total)
    for looked in _of_index("live"):
        found.held += looked.rows
        _take(looked, found, repair)
        if watch is not None:
            watch(found.documents + found.held, total)
    return found


def differences(which: Which) -> Iterator[Looked]:
    """Yield both walks stretch by stretch."""
    engine().refresh()
    yield from _of_documents(which)
    yield from _of_index(which)


def still_differing(ids: Iterable[UUID], which: Which) -> dict[UUID, Difference]:
    """Return which of these differ, once everything written can be found."""
    engine().refresh()
    asked = list(ids)
    return _lacking(asked, which)[0] | _too_many(asked, which)[0]


def _take(looked: Looked, found: Compared, repair: bool) -> None:
    found.add(looked)
    if repair and looked.differing:
        outbox.put(looked.differing, beyond=looked.newest)
        found.repaired += len(looked.differing)


def _of_documents(which: Which) -> Iterator[Looked]:
    last: UUID | None = None
    while True:
        rows = Document.objects.order_by("pk")
        ids = list((rows.filter(pk__gt=last) if last else rows).values_list("pk", flat=True)[:BATCH])
        if not ids:
            return
        last = ids[-1]
        yield _looked_twice(len(ids), ids, which, _lacking)


def _of_index(which: Which) -> Iterator[Looked]:
    found = (UUID(held.id) for held in engine().scan(which) if not held.deleted)
    while ids := list(islice(found, BATCH)):
        yield _looked_twice(len(ids), ids, which, _too_many)


Look = Callable[[list[UUID], Which], tuple[dict[UUID, Difference], int]]


def _looked_twice(rows: int, ids: list[UUID], which: Which, look: Look) -> Looked:
    differing, newest = look(ids, which)
    if differing:
        # Elasticsearch may not have shown yet what it had been given.
        engine().refresh()
        differing, newest = look(list(differing), which)
    return Looked(rows, differing, newest)


def _lacking(ids: list[UUID], which: Which) -> tuple[dict[UUID, Difference], int]:
    """Return which documents the index lacks or has otherwise than the database."""
    before = _revisions(ids, which)
    wanted = {change.id: change for change in assemble({pk: before.get(pk, 0) for pk in ids}, reading=False)}
    held = engine().versions(wanted, which)
    found = {
        UUID(change.id): what
        for change in wanted.values()
        if not isinstance(change, Deletion)
        if (what := _difference(change.version, digest_of(change), held.get(change.id)))
    }
    return _unmoved(found, before, held, which)


def _difference(version: int, digest: int, held: Held | None) -> Difference | None:
    if held is None or held.deleted:
        return Difference.MISSING
    return Difference.STALE if (held.version, held.digest) != (version, digest) else None


def _too_many(ids: list[UUID], which: Which) -> tuple[dict[UUID, Difference], int]:
    """Return which of the index's documents the database does not have."""
    before = _revisions(ids, which)
    there = set(Document.objects.filter(pk__in=ids).values_list("pk", flat=True))
    gone = [pk for pk in ids if pk not in there]
    held = engine().versions(map(str, gone), which)
    found = {pk: Difference.EXTRA for pk in gone if (row := held.get(str(pk))) and not row.deleted}
    return _unmoved(found, before, held, which)


def _revisions(ids: Iterable[UUID], which: Which) -> dict[UUID, int]:
    """Return the revision that the index should have of each; -1 of those it has not been told of yet.

    An index being rebuilt is told of everything by who rebuilds it, whatever waits for the live one.
    """
    rows = Outbox.objects.filter(document_id__in=list(ids)).values_list("document_id", "revision", "done")
    return {pk: revision if which == "rebuild" or done >= revision else -1 for pk, revision, done in rows}


def _unmoved(
    found: dict[UUID, Difference], before: dict[UUID, int], held: dict[str, Held], which: Which
) -> tuple[dict[UUID, Difference], int]:
    """Leave out what waits or has changed since it was read: the indexer comes to it by itself."""
    if not found:
        return {}, 0
    after = _revisions(found, which)
    stood = {pk: what for pk, what in found.items() if before.get(pk) == after.get(pk) != -1}
    newest = max((row.version for pk in stood if (row := held.get(str(pk)))), default=0)
    return stood, newest
