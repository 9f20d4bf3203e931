"""Measure intake, search and pages, each beside the bare part it is built on, in the same run (docs/bench.md)."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from demo.bench.machine import facts
from demo.drill.results import Results

PARTS = ("intake", "load", "search", "pages", "elasticsearch", "signatures")


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
        parser.add_argument(
            "--folder", type=Path, help="where archives and results are kept (default: bench/ in the data folder)"
        )
        parser.add_argument("--documents", type=int, default=200_000, help="of the archive that is searched")
        parser.add_argument("--files", type=int, default=100, help="that are taken in")
        parser.add_argument("--times", type=int, default=30, help="that each page is asked for")
        parser.add_argument("--roles", help="whose pages, with commas between; default: all")
        parser.add_argument(
            "--samples", type=Path, metavar="FOLDER", help="signed PDFs that are validated beside our own"
        )
        parser.add_argument("--seed", type=int, default=2025)
        parser.add_argument("--fresh", action="store_true", help="measure again; the archive is kept")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = (options["folder"] or Path(settings.DATA) / "bench").resolve()
        data = folder / f"archive-{options['documents']}"
        results = Results(folder / "results.jsonl")
        wanted = tuple(part for part in options["parts"] if part in PARTS) or PARTS
        if Path(settings.DATA) != data:
            if options["fresh"]:
                results.path.unlink(missing_ok=True)
            _again_in(data, folder)
        failed = False
        for part in wanted:
            size = options["files"] if part == "intake" else options["documents"]
            finished = results.of(part, size=size)
            row = finished[-1] if finished else self._measure(part, folder, results, size, options)
            failed |= bool(row["problems"])
            self.stdout.write(json.dumps(row, ensure_ascii=False))
        if failed:
            raise SystemExit(1)

    def _measure(self, part: str, folder: Path, results: Results, size: int, options: dict[str, Any]) -> dict[str, Any]:
        self.stderr.write(f"bench: {part}")
        began = time.monotonic()
        figures: dict[str, Any]
        if part == "intake":
            from demo.bench.intake import bench_intake

            figures = bench_intake(folder, documents=size)
        elif part == "load":
            figures = self._load(size, options["seed"])
        elif part == "search":
            from demo.bench.search import bench_search

            figures = bench_search(seed=options["seed"])
        elif part == "pages":
            from demo.bench.pages import ROLES, bench_pages

            roles = tuple(options["roles"].split(",")) if options["roles"] else ROLES
            figures = bench_pages(times=options["times"], roles=roles)
        elif part == "signatures":
            from demo.bench.signatures import bench_signatures

            figures = bench_signatures(
                folder, samples=options["samples"], told=lambda words: self.stderr.write(f"bench: {words}")
            )
        else:
            from demo.bench.elastic import bench_elasticsearch

            figures = bench_elasticsearch(seed=options["seed"])
        seconds = round(time.monotonic() - began, 1)
        return results.write(part, size=size, seconds=seconds, machine=facts(), **figures)

    def _load(self, documents: int, seed: int) -> dict[str, Any]:
        """Rows in bulk and their index; an archive that is there already is filled up."""
        import resource

        from search.indexer import engine
        from search.rebuild import reindex

        load = os.getloadavg()[0]
        clock, spent = time.monotonic(), time.process_time()
        call_command(
            "make_demo", rows_only=True, documents=documents, seed=seed, no_index=True, json=True, stdout=sys.stderr
        )
        rows_wall, rows_cpu = time.monotonic() - clock, time.process_time() - spent
        clock, spent = time.monotonic(), _processor_time()
        indexed = reindex()
        wall, cpu = time.monotonic() - clock, _processor_time() - spent
        held = engine().count()
        return {
            "rows_seconds": round(rows_wall, 1),
            "rows_cpu": round(rows_cpu, 1),
            "indexed": indexed,
            "index_seconds": round(wall, 1),
            "index_cpu": round(cpu, 1),
            "indexed_per_second": round(indexed / wall),
            "most_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "database_mb": sum(path.stat().st_size for path in Path(settings.DATA).glob("vankho.sqlite3*")) // 2**20,
            "index_mb": sum(path.stat().st_size for path in Path(settings.INDEX).rglob("*") if path.is_file()) // 2**20,
            "load": [round(load, 1), round(os.getloadavg()[0], 1)],
            "problems": [] if held >= documents else [f"{held} of {documents} are in the index"],
        }


def _processor_time() -> float:
    """Seconds of this process and of those it started."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _again_in(data: Path, folder: Path) -> None:
    """The same command with the benchmark's own archive: settings are read once, at the start. Elasticsearch has a part of its own."""
    services = ("DATABASE_URL", "REDIS_URL", "TIKA_SERVER_URL")
    environment = {name: value for name, value in os.environ.items() if name not in services}
    if "ELASTICSEARCH_URL" in environment:
        environment["BENCH_ELASTICSEARCH_URL"] = environment.pop("ELASTICSEARCH_URL")
    data.mkdir(parents=True, exist_ok=True)
    arguments = [argument for argument in sys.argv if argument != "--fresh"]
    if "--folder" not in arguments:
        arguments += ["--folder", str(folder)]
    sys.stdout.flush()
    nice = [shutil.which("nice") or "nice", "-n", "2"]
    os.execvpe(nice[0], [*nice, sys.executable, *arguments], environment | {"REPOSITORY_DATA": str(data)})  # noqa: S606
