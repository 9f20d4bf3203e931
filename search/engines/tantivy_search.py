"""Questions to a tantivy index: the clauses spelled as its queries, pages that go on by key, exact counts."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from tantivy import DocAddress, FieldType, Occur, Order, Searcher
from tantivy import Query as TantivyQuery

from search.engines.base import Answer, EngineError, Hit, Query, Sort, order_of, read_cursor
from search.engines.clauses import (
    Adjacent,
    Between,
    Bool,
    Clause,
    Close,
    Fixed,
    Identified,
    OneOf,
    Starts,
    Term,
    Unranked,
    counted,
    matching,
    most_of,
    one_of,
    ranking,
)
from search.engines.rows import sort_key_range, sorted_by
from search.engines.tantivy_index import TantivyIndex, all_of, facet_field, id_at, total_of
from search.query import ParsedQuery

# Each segment hands over all of its values, or the sums would be estimates.
_ALL_VALUES = 1_000_000
_SPARE = 32
_Row = tuple[float, int, DocAddress]  # score, sort key, place in the index


def answer(index: TantivyIndex, query: Query) -> Answer:
    """Answer one question from the last commit."""
    started = time.perf_counter()
    if not query.keys:
        return Answer(facets={facet: {} for facet in query.facets})
    asked = _Asked(index, query)
    total, hits, after = asked.page()
    facets = asked.counts()
    return Answer(total, hits, facets, after, round((time.perf_counter() - started) * 1000, 3))


def counts(index: TantivyIndex, keys: frozenset[str], questions: Sequence[ParsedQuery]) -> tuple[int, ...]:
    """Return how many documents each question finds, all of them at the last commit."""
    if not keys:
        return (0,) * len(questions)
    asked = [_Asked(index, Query(keys=keys, parsed=question)) for question in questions]
    return tuple(total_of(one.searcher.search(one.restricted(()), 1)) for one in asked)


def pages(index: TantivyIndex, query: Query) -> Iterator[Answer]:
    """Yield page after page of the answer, all of them from one and the same commit."""
    if not query.keys or not query.limit:
        return
    searcher = index.searcher()
    if order_of(query) is Sort.RELEVANCE:
        yield from _Asked(index, query, searcher).by_relevance_to_the_end()
        return
    after = query.after
    while True:
        total, hits, after = _Asked(index, replace(query, after=after), searcher).page()
        if hits:
            yield Answer(total, hits, after=after)
        if after is None:
            return


class _Asked:
    def __init__(self, index: TantivyIndex, query: Query, searcher: Searcher | None = None) -> None:
        self.index = index
        self.query = query
        self.searcher: Searcher = searcher or index.searcher()
        self.match = self.spell(matching(query.parsed, query.keys))
        self.keys = _unscored(index.any_of("keys", sorted(query.keys)))
        self.filters = {facet: self.spell(one_of(facet, values, query.keys)) for facet, values in query.filters.items()}
        self.dates: list[TantivyQuery] = []
        if query.date_from or query.date_to:
            self.dates = [_unscored(self.between(*sort_key_range(query.date_from, query.date_to)))]

    def spell(self, clause: Clause) -> TantivyQuery:
        """Return the clause in tantivy's words."""
        schema = self.index.schema
        match clause:
            case Term(field, value, boost):
                return TantivyQuery.boost_query(self.index.term_in(field, value), boost)
            case Fixed(field, value, weight):
                return TantivyQuery.const_score_query(self.index.term_in(field, value), weight)
            case Adjacent(field, values, boost):
                return TantivyQuery.boost_query(TantivyQuery.phrase_query(schema, field, list(values)), boost)
            case Close(field, first, second, distance, boost):
                # One look-up for each distance: the slop of tantivy's phrases counts other things (words may change places).
                orders = ((first, second), (second, first))
                places: list[list[str | tuple[int, str]]] = [
                    [(0, one), (gap, two)] for one, two in orders for gap in range(1, distance + 2)
                ]
                some = [(Occur.Should, TantivyQuery.phrase_query(schema, field, place)) for place in places]
                return TantivyQuery.boost_query(TantivyQuery.boolean_query(some), boost)
            case Starts(field, value):
                return _unscored(TantivyQuery.regex_query(schema, field, re.escape(value) + ".*"))
            case OneOf(facet, values):
                return _unscored(self.index.any_of(facet_field(facet), values))
            case Identified(ids):
                return _unscored(self.index.any_of("id", ids))
            case Between(first_day, last_day):
                return _unscored(self.between(*sort_key_range(first_day, last_day)))
            case Unranked(inner):
                return _unscored(self.spell(inner))
            case Bool(must, should, must_not, least):
                wanted = [self.spell(part) for part in must]
                if should:
                    some = [(Occur.Should, self.spell(part)) for part in should]
                    wanted.append(TantivyQuery.boolean_query(some, minimum_number_should_match=least))
                return all_of(*wanted, none_of=[self.spell(part) for part in must_not])

    def restricted(self, filters: Iterable[TantivyQuery]) -> TantivyQuery:
        """Return what is found and may be found under `filters`."""
        return all_of(self.match, self.keys, *self.dates, *filters)

    def page(self) -> tuple[int, tuple[Hit, ...], str | None]:
        """Return the total, the hits, and where the next page goes on."""
        found = self.restricted(self.filters.values())
        if order_of(self.query) is Sort.RELEVANCE:
            total, rows = self._by_relevance(found)
        else:
            total, rows = self._by_key(found)
        return total, *self._shown(rows[: self.query.limit], more=len(rows) > self.query.limit)

    def _shown(self, rows: list[_Row], *, more: bool) -> tuple[tuple[Hit, ...], str | None]:
        """Return the hits of a page and, where others follow, its end."""
        hits = tuple(Hit(id_at(self.searcher, address), score) for score, _, address in rows)
        return hits, json.dumps([rows[-1][0], rows[-1][1]]) if more and rows else None

    def by_relevance_to_the_end(self) -> Iterator[Answer]:
        """Yield the pages from one ranking of everything: each page ranked anew would cost as much as all of them."""
        scored = self._scored(self.restricted(self.filters.values()))
        total = total_of(self.searcher.search(scored, 1, count=True))
        hits = self.searcher.search(scored, max(total, 1), count=False).hits
        rows = self._ordered(hits, _cursor(self.query.after) if self.query.after else None, None)
        size = self.query.limit
        for start in range(0, len(rows), size):
            page, after = self._shown(rows[start : start + size], more=start + size < len(rows))
            yield Answer(total, page, after=after)

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Return the counts of each facet asked for, under all filters but its own."""
        free = [facet for facet in self.query.facets if facet not in self.filters]
        counted = self._aggregate(free, self.filters.values()) if free else {}
        for own in self.query.facets:
            if own in self.filters:
                others = [found for facet, found in self.filters.items() if facet != own]
                counted |= self._aggregate([own], others)
        return {facet: counted[facet] for facet in self.query.facets}

    def between(self, first: int, end: int, key: str = "by_date") -> TantivyQuery:
        """Return the documents whose sort key is in `first <= key < end`."""
        return TantivyQuery.range_query(self.index.schema, key, FieldType.Integer, first, end, include_upper=False)

    def _by_key(self, found: TantivyQuery) -> tuple[int, list[_Row]]:
        key, falling = sorted_by(order_of(self.query))
        total = total_of(self.searcher.search(found, 1))
        if self.query.after:
            _, last = _cursor(self.query.after)
            rest = self.between(0, last, key) if falling else self.between(last + 1, 2**63 - 1, key)
            found = all_of(found, rest)
        order = Order.Desc if falling else Order.Asc
        hits = self.searcher.search(found, self.query.limit + 1, False, key, 0, order).hits
        return total, [(0.0, place, address) for place, address in hits]

    def _by_relevance(self, found: TantivyQuery) -> tuple[int, list[_Row]]:
        scored = self._scored(found)
        after = _cursor(self.query.after) if self.query.after else None
        wanted = self.query.limit + 1
        depth = wanted + _SPARE if after is None else 4 * wanted
        while True:
            # tantivy orders equal scores by place in the index; ours go by date, so ties at the end are read in full.
            result = self.searcher.search(scored, depth, count=True)
            scores = [score for score, _ in result.hits]
            complete = len(scores) < depth
            rows = self._ordered(result.hits, after, None if complete else scores[-1])
            if complete or len(rows) >= wanted:
                return total_of(result), rows
            depth *= 4

    def _scored(self, found: TantivyQuery) -> TantivyQuery:
        ranks = [(Occur.Should, self.spell(clause)) for clause in ranking(self.query.parsed)]
        return TantivyQuery.boolean_query([(Occur.Must, found), *ranks])

    def _ordered(
        self, hits: list[tuple[float, DocAddress]], after: tuple[float, int] | None, cut: float | None
    ) -> list[_Row]:
        """Order the hits by score and date, leave out those before the cursor and those of the score cut through."""
        keys = self.searcher.fast_field_values("by_date", [address for _, address in hits])
        rows = [(score, int(key or 0), address) for (score, address), key in zip(hits, keys, strict=True)]
        rows = [row for row in rows if cut is None or row[0] > cut]
        rows.sort(key=lambda row: (-row[0], -row[1]))
        return rows if after is None else [row for row in rows if row[:2] < after]

    def _aggregate(self, facets: list[str], filters: Iterable[TantivyQuery]) -> dict[str, dict[str, int]]:
        asked = {
            facet: {"terms": {"field": facet_field(facet), "size": most_of(facet), "segment_size": _ALL_VALUES}}
            for facet in facets
        }
        try:
            result = self.searcher.aggregate(self.restricted(filters), asked)
        except ValueError as error:
            raise EngineError(f"cannot count {', '.join(facets)}: {error}") from error
        keys = self.query.keys
        return {
            facet: counted(facet, {bucket["key"]: bucket["doc_count"] for bucket in result[facet]["buckets"]}, keys)
            for facet in facets
        }


def _unscored(query: TantivyQuery) -> TantivyQuery:
    return TantivyQuery.const_score_query(query, 0.0)


def _cursor(after: str) -> tuple[float, int]:
    score, key = read_cursor(after, 2)
    return float(score), int(key)
