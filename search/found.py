"""All that a search finds at one moment, for what takes the whole of it: alerts and exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict

from repository.access import keys_of_actor
from repository.actors import Actor
from repository.models import Document
from search.abbreviations import understand
from search.engines.base import LONGEST_PAGE, Query, Sort
from search.facets import filters_of
from search.indexer import engine
from search.query import ParsedQuery, relaxed


@dataclass(frozen=True)
class Whole:
    """A search as it was understood when it was asked; `total` counts what the index opens to the person's keys."""

    typed: str
    parsed: ParsedQuery
    filters: Mapping[str, tuple[str, ...]]
    keys: frozenset[str]
    total: int
    loosened: bool = False


def whole(query: str, actor: Actor, *, loosely: bool = True) -> Whole:
    """`query` is a search as an address has it. `loosely`: as the page of results does it, where no document has all the words,
    those with most of them. Raises EngineError."""
    asked = QueryDict(query)
    parsed, filters, keys = understand(asked.get("q", "")), filters_of(asked), keys_of_actor(actor)

    def count(question: ParsedQuery) -> int:
        return engine().search(Query(keys=keys, parsed=question, filters=filters, limit=0)).total if keys else 0

    total = count(parsed)
    looser = relaxed(parsed)
    if loosely and not total and looser != parsed:
        return Whole(parsed.typed, looser, filters, keys, loosened_total := count(looser), loosened_total > 0)
    return Whole(parsed.typed, parsed, filters, keys, total)


def stretches(asked: Whole) -> Iterator[list[UUID]]:
    """At most 1,000 identities at a time, newest first by date. The caller asks the rule in the database of them. Raises EngineError."""
    if not asked.keys:
        return
    question = Query(keys=asked.keys, parsed=asked.parsed, filters=asked.filters, sort=Sort.NEWEST, limit=LONGEST_PAGE)
    for answer in engine().walk(question):
        yield [UUID(hit.id) for hit in answer.hits]


def seen(ids: list[UUID], actor: Actor) -> list[UUID]:
    """Those of them that the actor may see, in their order; one query."""
    rows = Document.objects.visible_to(actor).filter(pk__in=ids).order_by()
    visible = set(rows.values_list("pk", flat=True))
    return [one for one in ids if one in visible]
