"""Search as a person asks, beside the bare engine: the same questions to the same index in the same run."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from repository.access import keys_of_actor
from repository.actors import actor_of
from repository.models import Document, User
from repository.text.fold import fold
from search.engines.base import Engine, Query
from search.indexer import engine
from search.query import parse
from search.service import COUNTED, find
from search.text import prepare

EACH = 40
KINDS = ("four common words", "rare words", "numbers", "phrases", "without accents")


def bench_search(*, seed: int) -> dict[str, Any]:
    """Milliseconds at the median and the 95th percentile, of each kind of question and of all."""
    actor = actor_of(User.objects.get(username="archivist"))
    asked = list(questions(seed))
    keys = keys_of_actor(actor)
    index = engine()
    # Each in turn for one question: what the machine does besides falls on all alike.
    ways: dict[str, Callable[[str, bool], object]] = {
        "page": lambda typed, counts: find(typed, actor=actor, facets=COUNTED if counts else ()),
        "engine": lambda typed, counts: index.search(
            Query(keys=keys, parsed=parse(typed), facets=COUNTED if counts else ())
        ),
        "bare": bare(index),
    }
    for _kind, typed in asked[::20]:
        for ask in ways.values():
            ask(typed, True)
    times: dict[str, dict[str, list[float]]] = {way: {} for way in ways}
    cpu = dict.fromkeys(ways, 0.0)
    load = os.getloadavg()[0]
    for kind, typed in asked:
        for way, ask in ways.items():
            began, spent = time.perf_counter(), time.process_time()
            ask(typed, kind == KINDS[0])
            cpu[way] += time.process_time() - spent
            times[way].setdefault(kind, []).append((time.perf_counter() - began) * 1000)
    kinds = {
        kind: {way: _figures(times[way][kind]) for way in ways} | {"found": _found(asked, kind, actor)}
        for kind in KINDS
    }
    everything = {way: _figures([one for some in times[way].values() for one in some]) for way in ways}
    return {
        "engine": index.name,
        "documents": index.count(),
        "questions": len(asked),
        "kinds": kinds,
        "all": everything,
        "cpu_ms": {way: round(seconds * 1000 / len(asked), 1) for way, seconds in cpu.items()},
        "p50_to_bare": round(everything["page"]["p50"] / everything["bare"]["p50"], 2),
        "p95_to_bare": round(everything["page"]["p95"] / everything["bare"]["p95"], 2),
        "load": [round(load, 1), round(os.getloadavg()[0], 1)],
        "problems": [],
    }


def questions(seed: int) -> Iterator[tuple[str, str]]:
    """Two hundred questions drawn from the documents themselves."""
    rng = Random(f"questions:{seed}")
    total = Document.objects.count()
    first = Document.objects.order_by("pk").values_list("pk", flat=True)[0].int
    common = (
        "quyết định",
        "ủy ban nhân dân",
        "tổ chức thực hiện",
        "kế hoạch",
        "báo cáo",
        "giao thông",
        "đất đai",
        "năm",
        "tỉnh",
    )
    syllables = " ".join(common).split()

    def drawn() -> Document:
        row = Document.objects.filter(pk__gte=_uuid(first + rng.randrange(total))).order_by("pk").first()
        assert row is not None
        return row

    for _ in range(EACH):
        yield KINDS[0], " ".join(rng.sample(syllables, 4))
    for _ in range(EACH):
        yield KINDS[1], drawn().signer_name
    for _ in range(EACH):
        yield KINDS[2], drawn().code
    for _ in range(EACH):
        words = drawn().subject.split()
        at = rng.randrange(max(1, len(words) - 4))
        yield KINDS[3], '"' + " ".join(words[at : at + 4]).replace('"', "") + '"'
    for _ in range(EACH):
        yield KINDS[4], fold(" ".join(drawn().subject.split()[:4]))


def bare(index: Engine) -> Callable[[str, bool], object]:
    """The folded words, all of them required, put to the engine by hand: no rule, no ranking of ours, nothing read."""
    if index.name == "tantivy":
        return _bare_tantivy(index)
    return _bare_elasticsearch(index)


def _bare_tantivy(index: Any) -> Callable[[str, bool], object]:
    import json

    from tantivy import Occur
    from tantivy import Query as TantivyQuery

    from search.engines.tantivy_index import facet_field, total_of

    def ask(typed: str, counts: bool) -> int:
        live = index.index("live")
        searcher = live.searcher()
        terms = [
            TantivyQuery.term_query(live.schema, "folded", word, "position") for word in prepare(typed).folded.split()
        ]
        query = TantivyQuery.boolean_query([(Occur.Must, term) for term in terms])
        if counts:
            wanted = {facet: {"terms": {"field": facet_field(facet), "size": 10_000}} for facet in COUNTED}
            searcher.aggregate(query, json.loads(json.dumps(wanted)))
        return total_of(searcher.search(query, 20))

    return ask


def _bare_elasticsearch(index: Any) -> Callable[[str, bool], object]:
    from search.engines.elasticsearch_index import facet_field

    def ask(typed: str, counts: bool) -> object:
        wanted = {facet: {"terms": {"field": facet_field(facet), "size": 10_000}} for facet in COUNTED}
        return index.client.search(
            index=index.alias,
            query={"match": {"folded": {"query": prepare(typed).folded, "operator": "and"}}},
            size=20,
            track_total_hits=True,
            source=False,
            **({"aggs": wanted} if counts else {}),
        )

    return ask


def _found(asked: list[tuple[str, str]], kind: str, actor: Any) -> int:
    """The median number of documents that the questions of a kind find."""
    totals = [find(typed, actor=actor, facets=(), limit=1, pieces=0).total for one, typed in asked if one == kind]
    return int(statistics.median(totals))


def _figures(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "p50": round(statistics.median(ordered), 1),
        "p95": round(ordered[int(len(ordered) * 0.95) - 1], 1),
        "most": round(ordered[-1], 1),
    }


def _uuid(value: int) -> Any:
    from uuid import UUID

    return UUID(int=value)
