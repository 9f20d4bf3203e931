"""Ten thousand random changes while who indexes, who rebuilds and the engine itself are killed; at the end index and database are one.

Change N of a seed is always the same, and so is what is killed before it; how far a run came is kept, so that a stopped one goes on.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings

from demo.drill.search_engine import Embedded, Server
from demo.drill.search_world import Changes, build_world, readers
from repository.access import keys_of_actor
from repository.models import Document
from search import outbox
from search.comparison import compare
from search.engines.base import EngineError, Query
from search.indexer import engine
from search.rebuild import reindex

KEEP_EVERY = 50
COMPARE_EVERY = 2_500
KILL_INDEXER, KILL_REBUILD, KILL_ENGINE, REBUILD = 0.02, 0.006, 0.0015, 0.003
"""How likely each is before a change. A rebuild is let up to its end about every second time."""
SECONDS_TO_DRAIN = 600.0

Told = Callable[[int, int], None]


def drill_search(
    folder: Path, *, engine_name: str, changes: int, seed: int, told: Told, kill_often: float = 1.0
) -> dict[str, Any]:
    """Returns what was changed and killed, how long it took, and the problems: what differs, who finds what she may not."""
    noted = folder / f"search-{engine_name}-{seed}.json"
    state: dict[str, Any] = {"changes": 0, "kinds": {}, "killed": {}, "seconds": 0.0, "problems": []}
    if noted.exists():
        state = json.loads(noted.read_text(encoding="utf-8"))
    kinds, killed = Counter(state["kinds"]), Counter(state["killed"])
    build_world()
    server: Server = Embedded() if engine_name == "tantivy" else _elasticsearch()
    work = _Workers(server)
    began = time.monotonic() - state["seconds"]
    try:
        server.start()
        server.wait()
        if state["changes"]:
            # The index of a run that was stopped may be gone or behind.
            if engine().exists():
                compare(repair=True)
            else:
                reindex()
        work.start()
        made = Changes(seed)
        for number in range(state["changes"] + 1, changes + 1):
            rng = Random(f"kills:{seed}:{number}")
            killed.update(_disturb(rng, work, server, kill_often))
            kinds[made.make(number)] += 1
            if number % COMPARE_EVERY == 0 and number < changes:
                state["problems"] += [f"after {number}: {line}" for line in _settled(work, server)]
            if number % KEEP_EVERY == 0 or number == changes:
                state |= {"changes": number, "kinds": dict(sorted(kinds.items())), "killed": dict(killed)}
                _note(noted, state | {"seconds": round(time.monotonic() - began, 1)})
                told(number, changes)
        # Also where a run that was stopped had made them all: without this nothing has been looked at.
        state["problems"] += [f"at the end: {line}" for line in _settled(work, server)]
    finally:
        work.stop()
        server.stop()
    seconds = round(time.monotonic() - began, 1)
    documents = Document.objects.count()
    return {"engine": engine_name, **state, "documents": documents, "seconds": seconds, "load": os.getloadavg()[0]}


class _Workers:
    """Who indexes, and now and then who rebuilds, each a process of its own, forked from one that has loaded the program."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.context: Any = get_context("forkserver")
        self.context.set_forkserver_preload(["demo.drill.search_workers"])
        self.indexer: BaseProcess | None = None
        self.rebuilder: BaseProcess | None = None

    def start(self) -> None:
        from demo.drill.search_workers import index_for_ever

        if self.indexer is None or not self.indexer.is_alive():
            self.indexer = self._started(index_for_ever)

    def rebuild(self) -> bool:
        from demo.drill.search_workers import rebuild_once

        if self.rebuilder is not None and self.rebuilder.is_alive():
            return False
        self.rebuilder = self._started(rebuild_once)
        return True

    def kill_indexer(self) -> None:
        _kill(self.indexer)

    def kill_rebuilder(self) -> bool:
        alive = self.rebuilder is not None and self.rebuilder.is_alive()
        _kill(self.rebuilder)
        return alive

    def finish_rebuilding(self) -> None:
        if self.rebuilder is not None:
            self.rebuilder.join(SECONDS_TO_DRAIN)

    def stop(self) -> None:
        _kill(self.indexer)
        _kill(self.rebuilder)

    def _started(self, target: Callable[..., None]) -> BaseProcess:
        process: BaseProcess = self.context.Process(target=target, args=(self.server.settings,), daemon=True)
        process.start()
        return process


def _kill(process: BaseProcess | None) -> None:
    if process is not None:
        process.kill()
        process.join()


def _disturb(rng: Random, work: _Workers, server: Server, often: float) -> Iterator[str]:
    """Kill and start again, as the change's number says; names what was hit."""
    if rng.random() < REBUILD * often and work.rebuild():
        yield "rebuilds begun"
    if rng.random() < KILL_INDEXER * often:
        # Somewhere within what it is doing: a batch takes some tens of milliseconds.
        threading.Event().wait(rng.random() * 0.15)
        work.kill_indexer()
        yield "indexer"
    if rng.random() < KILL_REBUILD * often and work.kill_rebuilder():
        yield "rebuild"
    if rng.random() < KILL_ENGINE * often and server.kill():
        yield "engine"
    if rng.random() < 0.2:
        # Until then nobody indexes, or nobody answers, and changes go on.
        work.start()
    if rng.random() < 0.03:
        server.start()


def _settled(work: _Workers, server: Server) -> Iterator[str]:
    """Let everything come up and the outbox run dry, then hold the whole index against the database, and what people find against the rule."""
    server.start()
    server.wait()
    work.start()
    work.finish_rebuilding()
    pause, deadline = threading.Event(), time.monotonic() + SECONDS_TO_DRAIN
    while outbox.lag()[0]:
        if time.monotonic() > deadline:
            yield f"{outbox.lag()[0]} documents still wait"
            return
        work.start()
        pause.wait(0.1)
    try:
        found = compare()
        if found.differing:
            yield f"{found.missing} missing, {found.stale} stale, {found.extra} too many: {found.named[:5]}"
        for actor in readers():
            may = Document.objects.visible_to(actor).count()
            total = engine().search(Query(keys=keys_of_actor(actor), limit=0)).total
            if total != may:
                yield f"{actor.label} may see {may} documents and finds {total}"
    except EngineError as error:
        yield f"the engine did not answer at the end: {error}"


def _elasticsearch() -> Server:
    from demo.drill.search_engine import Elasticsearch

    return Elasticsearch(Path(settings.DATA))


def _note(path: Path, state: dict[str, Any]) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)
