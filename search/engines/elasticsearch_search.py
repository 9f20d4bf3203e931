"""Questions to Elasticsearch: the clauses spelled in its DSL, pages by `search_after`, exact totals and counts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.dsl import A, Q, Search
from elasticsearch.dsl.query import Query as DslQuery
from elasticsearch.dsl.response import Response

from search.engines.base import Answer, Hit, Query, Sort, order_of, read_cursor
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
from search.engines.elasticsearch_index import facet_field
from search.engines.rows import sort_key_range, sorted_by
from search.query import ParsedQuery

BY_DATE = "by_date"
MORE = 60
"""So many more than are shown are asked for by score alone: as many may share a score with the last that is shown."""


def build_search(client: Elasticsearch, index: str, query: Query) -> Search:
    """Return the question as one request: hits, total and every count."""
    filters = {facet: spell(one_of(facet, values, query.keys)) for facet, values in query.filters.items()}
    # A facet's own filter narrows the hits but not its own counts.
    apart = [facet for facet in filters if facet in query.facets]
    always = [Q("terms", keys=sorted(query.keys)), *(filters[facet] for facet in filters if facet not in apart)]
    if query.date_from or query.date_to:
        first, end = sort_key_range(query.date_from, query.date_to)
        always.append(Q("range", by_date={"gte": first, "lt": end}))
    relevance = order_of(query) is Sort.RELEVANCE and query.limit > 0
    matched = spell(matching(query.parsed, query.keys))
    found = Q(
        "bool",
        must=[matched] if relevance else [],
        should=[spell(clause) for clause in ranking(query.parsed)] if relevance else [],
        filter=[*always, *([] if relevance else [matched])],
    )
    search = Search(using=client, index=index).query(found).source(False)
    # The score stands among the sort values; asked for by itself, Elasticsearch would look for the highest of all hits as well.
    search = search.extra(track_total_hits=True, size=query.limit + 1 if query.limit else 0)
    search = search.sort(*_order(query))
    if apart:
        search = search.post_filter(Q("bool", filter=[filters[facet] for facet in apart]))
    for facet in query.facets:
        values = A("terms", field=facet_field(facet), size=most_of(facet))
        others = [filters[other] for other in apart if other != facet]
        if others:
            search.aggs.bucket(facet, A("filter", filter=Q("bool", filter=others))).bucket("values", values)
        else:
            search.aggs.bucket(facet, values)
    if query.after:
        search = search.extra(search_after=_cursor(query.after, relevance))
    return search


def build_best(client: Elasticsearch, index: str, query: Query) -> Search | None:
    """Return the question for a first page as one that is answered sooner; None for other pages and orders.

    Elasticsearch is half as long again over an order within equal scores. So a few more than are shown are asked for by score
    alone, and put in that order here: `read_best`.
    """
    if order_of(query) is not Sort.RELEVANCE or query.after or not query.limit:
        return None
    search = build_search(client, index, query).sort().extra(size=query.limit + MORE)
    return search.extra(docvalue_fields=[BY_DATE])


def read_best(query: Query, response: Response) -> Answer | None:
    """Return the response to `build_best` as `read_answer` does; None where more of one score than came may belong on the page."""
    said = response.to_dict()
    rows = said["hits"]["hits"]
    if len(rows) == query.limit + MORE and rows[-1]["_score"] == rows[query.limit - 1]["_score"]:
        return None
    for row in rows:
        row["sort"] = [row["_score"], row["fields"][BY_DATE][0]]
    rows.sort(key=itemgetter("sort"), reverse=True)
    return _read(query, said, response.took)


def build_page(client: Elasticsearch, query: Query, point: str, keep: str, after: list | None) -> Search:
    """Return the question for a page of what was there when the point in time was opened, after these sort values."""
    search = build_search(client, "", replace(query, facets=(), after=None if after else query.after))
    search = search.index().extra(pit={"id": point, "keep_alive": keep})
    return search.extra(search_after=after) if after else search


def build_counts(client: Elasticsearch, index: str, keys: frozenset[str], questions: Sequence[ParsedQuery]) -> Search:
    """Return the questions as one request that only counts."""
    search = Search(using=client, index=index).filter("terms", keys=sorted(keys)).extra(size=0)
    for at, question in enumerate(questions):
        search.aggs.bucket(f"q{at}", A("filter", filter=spell(matching(question, keys))))
    return search


def read_counts(number: int, response: Response) -> tuple[int, ...]:
    """Return the counts in the order of their questions."""
    return tuple(response.aggregations[f"q{at}"].doc_count for at in range(number))


def read_answer(query: Query, response: Response) -> Answer:
    """Return the response in the protocol's terms."""
    return _read(query, response.to_dict(), response.took)


def _read(query: Query, said: Mapping[str, Any], took: float) -> Answer:
    relevance = order_of(query) is Sort.RELEVANCE
    raw = said["hits"]
    rows, more = raw["hits"][: query.limit], len(raw["hits"]) > query.limit
    hits = tuple(Hit(row["_id"], row["sort"][0] if relevance else 0.0) for row in rows)
    facets = {facet: counted(facet, _values(said["aggregations"][facet]), query.keys) for facet in query.facets}
    # In a point in time Elasticsearch sorts by a place of its own as well, which is nobody's outside.
    after = json.dumps(rows[-1]["sort"][: 2 if relevance else 1]) if more and rows else None
    return Answer(raw["total"]["value"], hits, facets, after, float(took))


def _values(counts: Mapping[str, Any]) -> dict[str, int]:
    """The counts of a facet, which stand under those of the other facets' filters where there are any."""
    return {bucket["key"]: bucket["doc_count"] for bucket in counts.get("values", counts)["buckets"]}


def spell(clause: Clause) -> DslQuery:
    """Return the clause in Elasticsearch's words."""
    match clause:
        case Term(field, value, boost):
            return Q("term", **{field.value: {"value": value, "boost": boost}})
        case Fixed(field, value, weight):
            return Q("constant_score", filter=Q("term", **{field.value: value}), boost=weight)
        case Adjacent(field, values, boost):
            return Q("match_phrase", **{field.value: {"query": " ".join(values), "boost": boost}})
        case Close(field, first, second, distance, boost):
            words = [Q("span_term", **{field.value: value}) for value in (first, second)]
            return Q("span_near", clauses=words, slop=distance, in_order=False, boost=boost)
        case Starts(field, value):
            return _unscored(Q("prefix", **{field.value: value}))
        case OneOf(facet, values):
            return _unscored(Q("terms", **{facet_field(facet): list(values)}))
        case Identified(ids):
            return _unscored(Q("ids", values=list(ids)))
        case Between(first_day, last_day):
            start, end = sort_key_range(first_day, last_day)
            return _unscored(Q("range", by_date={"gte": start, "lt": end}))
        case Unranked(inner):
            return _unscored(spell(inner))
        case Bool(must, should, must_not, least):
            wanted = _spelled(must)
            if should:
                wanted.append(Q("bool", should=_spelled(should), minimum_should_match=least))
            return Q("bool", must=wanted or [Q("match_all")], must_not=_spelled(must_not))


def _unscored(query: DslQuery) -> DslQuery:
    return Q("bool", filter=[query])


def _spelled(clauses: Iterable[Clause]) -> list[DslQuery]:
    return [spell(clause) for clause in clauses]


def _order(query: Query) -> list[dict[str, dict[str, str]]]:
    order = order_of(query)
    if order is Sort.RELEVANCE:
        return [{"_score": {"order": "desc"}}, {BY_DATE: {"order": "desc"}}]
    key, falling = sorted_by(order)
    return [{key: {"order": "desc" if falling else "asc"}}]


def _cursor(after: str, relevance: bool) -> list[float | int]:
    return read_cursor(after, 2 if relevance else 1)
