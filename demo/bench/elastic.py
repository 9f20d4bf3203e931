"""The same questions to Elasticsearch: the server that the environment names, or one started for the length of the measurement."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from demo.bench.search import bench_search
from search.rebuild import reindex


def bench_elasticsearch(*, seed: int) -> dict[str, Any]:
    """Fill an index of its own from the database, then ask. Without a server the result says why."""
    with _server() as url:
        if url is None:
            return {"left_out": "ELASTICSEARCH_URL is not set and no server can be had here", "problems": []}
        settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_INDEX = url, "vankho-bench"
        clock, spent = time.monotonic(), time.process_time()
        documents = reindex()
        wall, cpu = time.monotonic() - clock, time.process_time() - spent
        return {
            **bench_search(seed=seed),
            "indexed": documents,
            "index_seconds": round(wall, 1),
            "index_cpu_here": round(cpu, 1),
        }


@contextmanager
def _server() -> Iterator[str | None]:
    given = os.environ.get("BENCH_ELASTICSEARCH_URL")
    if given:
        yield given
        return
    from tests.services.fleet import running

    with running(["elasticsearch"]) as fleet:
        yield next((server.url for server in fleet.servers if server.name == "elasticsearch"), None)
