"""The same question put to an engine by hand: the same fields, weights, filter by keys and counts, and nothing around it.

No language is read, no query object made, no second look at equal scores, no identity of what was found is read (embedded), no answer of
ours built. What our way takes longer is what that costs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from search.engines import weights
from search.engines.base import FACET_VALUES, Engine
from search.text import prepare

Raw = Callable[[str, Collection[str], tuple[str, ...]], object]
SHOWN = 20
_RANKS = (
    ("accented", "accented", weights.ACCENTED),
    ("pairs", "pairs", weights.PAIRS),
    ("title", "folded", weights.TITLE),
    ("title_pairs", "pairs", weights.TITLE_PAIRS),
)
"""Field, the form of the question's words that stands in it, weight."""


def raw_words(index: Engine) -> Raw:
    """Ask for all words of a question, ranked as ours are."""
    return _tantivy(index, _required_words) if index.name == "tantivy" else _elasticsearch(index, _required_words)


def raw_pairs(index: Engine) -> Raw:
    """Ask for all pairs of neighbours in a quoted question: what a phrase comes to by shingles alone."""
    return _tantivy(index, _required_pairs) if index.name == "tantivy" else _elasticsearch(index, _required_pairs)


def _required_words(typed: str) -> list[tuple[str, str]]:
    return [("folded", word) for word in prepare(typed).folded.split()]


def _required_pairs(typed: str) -> list[tuple[str, str]]:
    return [("pairs", pair) for pair in prepare(typed).pairs.split()]


def _ranked(typed: str) -> list[tuple[str, str, float]]:
    forms = prepare(typed)._asdict()
    return [(field, word, weight) for field, form, weight in _RANKS for word in forms[form].split()]


def _tantivy(index: Any, required: Callable[[str], list[tuple[str, str]]]) -> Raw:
    from tantivy import Occur, Query

    from search.engines.tantivy_index import INDEX_OPTIONS, facet_field, total_of

    options = {str(field): option for field, option in INDEX_OPTIONS.items()}

    def ask(typed: str, keys: Collection[str], facets: tuple[str, ...]) -> int:
        live = index.index("live")
        searcher, schema = live.searcher(), live.schema
        must = [(Occur.Must, Query.term_query(schema, field, word, options[field])) for field, word in required(typed)]
        may = Query.const_score_query(Query.term_set_query(schema, "keys", list(keys)), 0.0)
        found = Query.boolean_query([*must, (Occur.Must, may)])
        ranks = [
            (Occur.Should, Query.boost_query(Query.term_query(schema, field, word, options[field]), weight))
            for field, word, weight in _ranked(typed)
        ]
        if facets:
            terms = {f: {"terms": {"field": facet_field(f), "size": FACET_VALUES}} for f in facets}
            searcher.aggregate(found, terms)
        return total_of(searcher.search(Query.boolean_query([(Occur.Must, found), *ranks]), SHOWN, count=True))

    return ask


def _elasticsearch(index: Any, required: Callable[[str], list[tuple[str, str]]]) -> Raw:
    from search.engines.elasticsearch_index import facet_field

    def ask(typed: str, keys: Collection[str], facets: tuple[str, ...]) -> object:
        counted = {f: {"terms": {"field": facet_field(f), "size": FACET_VALUES}} for f in facets}
        query = {
            "bool": {
                "must": [{"term": {field: word}} for field, word in required(typed)],
                "should": [
                    {"term": {field: {"value": word, "boost": weight}}} for field, word, weight in _ranked(typed)
                ],
                "filter": [{"terms": {"keys": list(keys)}}],
            }
        }
        return index.client.search(
            index=index.alias,
            query=query,
            size=SHOWN,
            track_total_hits=True,
            source=False,
            **({"aggs": counted} if counted else {}),
        )

    return ask
