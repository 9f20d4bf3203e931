"""The second stage: what the words find, and what means the same, in one list.

Both lists are fused by reciprocal rank (Cormack, Clarke, Büttcher 2009): no score of one is ever compared with one of the other. What is near
is asked of the engine under the person's keys and filters before anything is made of it, so it opens nothing that the words would not.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from django.core.cache import cache

from search.engines.base import LONGEST_PAGE, Answer, Hit, Query, Sort
from search.indexer import engine
from search.meaning.models import MeaningDown, Model, Vectors, model
from search.meaning.queue import is_on
from search.meaning.stores import store
from search.query import All, Dated, In, Listed, Node, Number, ParsedQuery, Phrase, Prefix, Value, Without

log = logging.getLogger(__name__)
T = TypeVar("T")

DEPTH = 100
"""So many of what the words find take part in the fusion."""
NEAREST = 20
"""So many documents near in meaning take part: something is near to every question, and most of it is no answer."""
MOST_LOOKED_AT = 6400
"""Of the whole archive's nearest, where the person may see few of them."""
RANK = 60
"""The constant of reciprocal rank fusion, as in the paper."""
REST_SECONDS = 30
"""After a failure the model is left alone for so long: a person waits for it once, not with every question."""
_REMEMBERED_SECONDS = 600
_RESTS = "search.meaning.rests"
_FUSED, _WORDS = "m", "w"
_ASKED_FOR = (In, Value, Dated, Without, Phrase, Number, Prefix)
"""What a person asks for by form holds for documents near in meaning too; only plain words may be missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Both(Answer):
    """`total` and counts are of the words alone; `near` more documents are in the list by their meaning only. `failed`: the model did not answer."""

    near: int = 0
    failed: bool = False


def search(query: Query) -> Both:
    """Answer a question by its words, and where a model is set by its meaning. Raises EngineError."""
    if not is_on() or query.sort is not Sort.RELEVANCE or not 0 < query.limit <= DEPTH or not query.parsed.runs:
        return _words(query)
    way, rest = _cursor(query.after)
    if way is None:
        return _words(query)
    words = engine().search(replace(query, after=None, limit=DEPTH, facets=query.facets))
    failed, near, close = False, 0, list[str]()
    try:
        close = _close(query)
        near = len(close) - len(_among(query, query.parsed.match, close))
    except MeaningDown as error:
        log.warning("meaning is left out: %s", error)
        failed = True
    if way == _WORDS:
        answer = engine().search(replace(query, after=rest))
        shown = tuple(hit for hit in answer.hits if hit.id not in close)
        after = f"{_WORDS}{answer.after}" if answer.after else None
    else:
        start = int(rest)
        end = start + query.limit
        fused = _fused([hit.id for hit in words.hits], close)
        shown = tuple(fused[start:end])
        after = f"{_FUSED}{end}" if end < len(fused) else f"{_WORDS}{words.after}" if words.after else None
    return Both(words.total, shown, words.facets, after, words.took_ms, near=near, failed=failed)


def _words(query: Query) -> Both:
    answer = engine().search(query)
    return Both(**{each.name: getattr(answer, each.name) for each in fields(answer)})


def _cursor(after: str | None) -> tuple[str | None, str]:
    """Which list goes on and where; a cursor of the words alone is left to them."""
    if not after:
        return _FUSED, "0"
    way, rest = after[0], after[1:]
    if way == _FUSED and rest.isdecimal() and int(rest) <= DEPTH + NEAREST:
        return way, rest
    return (way, rest) if way == _WORDS else (None, "")


def _fused(words: Sequence[str], close: Sequence[str]) -> list[Hit]:
    scores: dict[str, float] = {}
    for ranked in (words, close):
        for place, id in enumerate(ranked, start=1):
            scores[id] = scores.get(id, 0.0) + 1 / (RANK + place)
    # Equal ones stay in the order of the words.
    return [Hit(id, scores[id]) for id in sorted(scores, key=lambda id: -scores[id])]


def _close(query: Query) -> list[str]:
    """The documents nearest to the question of those the person may see under her filters, the nearest first. Raises MeaningDown."""
    chosen = _awake()
    vector = _vector(chosen, " ".join(word.accented for run in query.parsed.runs for word in run))
    kept = store(chosen.version)
    limit = 5 * NEAREST
    while True:
        ids = [str(pk) for pk in kept.nearest(vector, limit)]
        visible = _among(query, All(tuple(_demands(query.parsed.match))), ids)
        if len(visible) >= NEAREST or len(ids) < limit or limit >= MOST_LOOKED_AT:
            return visible[:NEAREST]
        limit *= 4


def _among(query: Query, match: Node, ids: Sequence[str]) -> list[str]:
    """Those of `ids` that match under the person's keys and filters, in the order of `ids`."""
    found: set[str] = set()
    for start in range(0, len(ids), LONGEST_PAGE):
        some = tuple(ids[start : start + LONGEST_PAGE])
        parsed = ParsedQuery(match=All((match, Listed(some))))
        asked = replace(query, parsed=parsed, facets=(), sort=Sort.NEWEST, limit=len(some), after=None)
        found.update(hit.id for hit in engine().search(asked).hits)
    return [id for id in ids if id in found]


def _demands(match: Node) -> list[Node]:
    parts = match.parts if isinstance(match, All) else (match,)
    return [part for part in parts if isinstance(part, _ASKED_FOR)]


def _awake() -> Model:
    if cache.get(_RESTS):
        raise MeaningDown("it failed a moment ago")
    chosen = _or_rest(model)
    if chosen is None:
        raise MeaningDown("no model is set")
    return chosen


def _vector(chosen: Model, typed: str) -> Vectors:
    key = f"search.meaning.{hashlib.sha256(f'{chosen.version}{typed}'.encode()).hexdigest()}"
    if (known := cache.get(key)) is not None:
        return _as_vector(json.loads(known))
    vector = _or_rest(lambda: chosen.of_question(typed))
    cache.set(key, json.dumps([round(float(each), 6) for each in vector]), _REMEMBERED_SECONDS)
    return vector


def _as_vector(values: list[float]) -> Vectors:
    import numpy as np

    return np.asarray(values, dtype=np.float32)


def _or_rest(act: Callable[[], T]) -> T:
    try:
        return act()
    except MeaningDown:
        cache.set(_RESTS, 1, REST_SECONDS)
        raise
