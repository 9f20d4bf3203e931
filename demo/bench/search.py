"""Search as a person asks, beside the bare engine: the same questions to the same index in the same run."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from demo.bench.questions import COMMON, KINDS, PHRASES, beginnings, questions
from demo.bench.raw import raw_pairs, raw_words
from repository.access import keys_of_actor
from repository.actors import Actor, actor_of
from repository.models import Document, User
from repository.registry import documents_changed
from search.engines.base import Query
from search.indexer import drain, engine
from search.query import parse
from search.service import find

FACETS = ("agency", "year", "type")
ROUNDS = 2
FILED = 10
RATIO = 1.3
PHRASE_MS = 60.0
SUGGESTED_MS = 50.0
FOUND_AFTER_MS = 2000.0


@dataclass
class Times:
    """Milliseconds by the clock and of processors, one of each a question."""

    clock: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def take(self, act: Callable[[], object]) -> None:
        began, spent = time.perf_counter(), time.process_time()
        act()
        self.cpu.append((time.process_time() - spent) * 1000)
        self.clock.append((time.perf_counter() - began) * 1000)

    def figures(self) -> dict[str, float]:
        return {
            "p50": _at(self.clock, 0.5),
            "p95": _at(self.clock, 0.95),
            "cpu_p50": _at(self.cpu, 0.5),
            "cpu_p95": _at(self.cpu, 0.95),
        }


def bench_search(*, seed: int) -> dict[str, Any]:
    """The median and the 95th percentile of each kind of question and way of asking, and which promises are broken."""
    actor = actor_of(User.objects.get(username="archivist"))
    index = engine()
    load = os.getloadavg()[0]
    kinds = _asked(list(questions(seed)), actor)
    suggested, filed = _suggested(seed, actor), _filed(actor)
    figures: dict[str, Any] = {
        "engine": index.name,
        "documents": index.count(),
        "kinds": kinds,
        "suggestions": suggested,
        "found_after_filing": filed,
        "load": [round(load, 1), round(os.getloadavg()[0], 1)],
    }
    return {**figures, "problems": list(_problems(kinds, suggested, filed, embedded=index.name == "tantivy"))}


def _asked(asked: list[tuple[str, str]], actor: Actor) -> dict[str, dict[str, Any]]:
    index, keys = engine(), keys_of_actor(actor)
    words, pairs = raw_words(index), raw_pairs(index)
    found: dict[str, list[int]] = {kind: [] for kind in KINDS}
    times = {kind: {way: Times() for way in ("page", "engine", "raw")} for kind in KINDS}

    def ours(typed: str, facets: tuple[str, ...]) -> int:
        return index.search(Query(keys=keys, parsed=parse(typed), facets=facets)).total

    for kind, typed in asked[::10]:
        find(typed, actor=actor, facets=FACETS)
        (pairs if kind == PHRASES else words)(typed, keys, FACETS)
    # Each way in turn for one question, and the other way round in the next round: what the machine does besides falls on all alike.
    for turn in range(ROUNDS):
        for kind, typed in asked:
            facets = FACETS if kind == COMMON else ()
            ways: list[tuple[str, Callable[[], object]]] = [
                ("page", lambda typed=typed, facets=facets: find(typed, actor=actor, facets=facets)),
                ("engine", lambda typed=typed, facets=facets: ours(typed, facets)),
                (
                    "raw",
                    lambda typed=typed, facets=facets, kind=kind: (pairs if kind == PHRASES else words)(
                        typed, keys, facets
                    ),
                ),
            ]
            for way, ask in ways if turn % 2 else reversed(ways):
                times[kind][way].take(ask)
            if not turn:
                found[kind].append(ours(typed, ()))
    return {
        kind: {"found": int(statistics.median(found[kind])), **{way: t.figures() for way, t in times[kind].items()}}
        for kind in KINDS
    }


def _suggested(seed: int, actor: Actor) -> dict[str, float]:
    from search.suggest import suggestions

    times = Times()
    for typed in beginnings(seed):
        times.take(lambda typed=typed: suggestions(typed, actor=actor))
    return times.figures()


def _filed(actor: Actor) -> dict[str, float]:
    """From the commit of a change to its being found, through outbox and indexer; the queue between them is not waited for."""
    times = Times()
    rows = list(Document.objects.visible_to(actor).order_by("-pk").values_list("pk", flat=True)[:FILED])
    for turn, pk in enumerate(rows):
        word = f"mới{time.time_ns()}x{turn}"
        times.take(lambda pk=pk, word=word: _until_found(pk, word, actor))
    Document.objects.filter(pk__in=rows).update(keyword="")
    documents_changed(rows)
    drain()
    return times.figures()


def _until_found(pk: UUID, word: str, actor: Actor) -> None:
    Document.objects.filter(pk=pk).update(keyword=word)
    documents_changed([pk])
    drain()
    if not find(word, actor=actor, facets=()).total:
        raise AssertionError(f"{word} was indexed and is not found")


def _problems(kinds: dict[str, Any], suggested: dict[str, float], filed: dict[str, float], *, embedded: bool) -> Any:
    common, phrase = kinds[COMMON], kinds[PHRASES]
    # By the clock or by processor time: another process can take the clock's seconds, ours alone the processor's (Elasticsearch has its own).
    ways = ("p95", "cpu_p95") if embedded else ("p95",)
    if all(common["engine"][way] > RATIO * common["raw"][way] for way in ways):
        yield f"{COMMON}: {common['engine']['p95']} ms, raw {common['raw']['p95']}"
    least = max(PHRASE_MS, RATIO * phrase["raw"]["p95"])
    if phrase["engine"]["p95"] > least:
        yield f"{PHRASES}: {phrase['engine']['p95']} ms, asked {least:.0f}"
    if suggested["p95"] > SUGGESTED_MS:
        yield f"suggestions: {suggested['p95']} ms, asked {SUGGESTED_MS:.0f}"
    if filed["p95"] > FOUND_AFTER_MS:
        yield f"found after filing: {filed['p95']} ms, asked {FOUND_AFTER_MS:.0f}"


def _at(times: list[float], share: float) -> float:
    return round(sorted(times)[max(0, int(len(times) * share) - 1)], 1)
