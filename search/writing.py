"""Bring documents to an index in pieces that memory holds; one that is refused is set aside, and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar
from uuid import UUID

from django.db import Error as DatabaseFault
from django.db.models import Sum
from django.db.models.functions import Length

from repository.models import Extraction
from search import set_aside
from search.assembly import assemble
from search.engines.base import LONGEST_TEXT, Change, EngineDown, EngineError, IndexMissing, WriterBusy

PIECE = LONGEST_TEXT
"""Letters of texts that are read at once: what is made of them takes some thirty times as many bytes."""
IN_A_ROW = 20
"""So many refusals without a document taken between them are no document's fault."""

Revisions = dict[UUID, int]
T = TypeVar("T")

_NOBODYS_FAULT = (EngineDown, IndexMissing, WriterBusy, DatabaseFault)


def pieces(revisions: Revisions) -> Iterator[Revisions]:
    """Yield the revisions in pieces of at most PIECE letters of text, or of one document, in their order."""
    sizes = _letters(revisions)
    piece: Revisions = {}
    letters = 0
    for pk, revision in revisions.items():
        size = sizes.get(pk, 0)
        if piece and letters + size > PIECE:
            yield piece
            piece, letters = {}, 0
        piece[pk] = revision
        letters += size
    if piece:
        yield piece


def bring(write: Callable[[list[Change]], object], revisions: Revisions) -> Iterator[Revisions]:
    """Write the documents as the database has them, and yield the revisions that are durable now, piece by piece.

    Raises EngineDown, IndexMissing or WriterBusy with the rest unwritten, EngineError where nothing at all is taken.
    """
    for piece in pieces(revisions):
        yield dict(_taken(lambda some: write(assemble(dict(some))), list(piece.items()), lambda one: one))


def bring_prepared(write: Callable[[list[Change]], object], changes: list[Change]) -> None:
    """Write changes that are ready. Raises as `bring` does."""
    _taken(write, changes, lambda change: (UUID(change.id), change.version))


def ready(make: Callable[[Revisions], list[Change]], revisions: Revisions) -> list[Change]:
    """Return what `make` makes of the revisions, without the documents of which nothing can be made."""
    made: list[Change] = []
    _taken(lambda some: made.extend(make(dict(some))), list(revisions.items()), lambda one: one)
    return made


def _letters(ids: Iterable[UUID]) -> dict[UUID, int]:
    texts = Extraction.objects.filter(file__version__document__in=list(ids), file__version__current=True, current=True)
    of_document = texts.order_by().values_list("file__version__document_id").annotate(letters=Sum(Length("text")))
    return dict(of_document)


def _taken(act: Callable[[list[T]], object], items: list[T], known_as: Callable[[T], tuple[UUID, int]]) -> list[T]:
    """Do it with all at once; where that is refused, with one after the other. Returns those it was done with."""
    error = _refusal(act, items)
    if error is None:
        return items
    taken: list[T] = []
    refused = 0
    for item in items:
        if len(items) > 1:
            error = _refusal(act, [item])
        if error is None:
            taken.append(item)
            refused = 0
            continue
        set_aside.note(*known_as(item), error)
        refused += 1
        if refused == IN_A_ROW:
            raise EngineError(f"nothing is taken any more: {error}") from error
    return taken


def _refusal(act: Callable[[list[T]], object], items: list[T]) -> Exception | None:
    try:
        act(items)
    except _NOBODYS_FAULT:
        raise
    except Exception as error:
        return error
    return None
