"""Kill the running program at random instants, fill its disk, feed it broken files; then count what is left (docs/drill.md)."""

from __future__ import annotations

import json
import os
import shutil
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from demo.drill.installation import TARGETS
from demo.drill.results import Results

PARTS = ("kills", "faults", "fuzz", "signatures", "search")
SERVICES = ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL", "TIKA_SERVER_URL")


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=f"of {', '.join(PARTS)}; default: all"
        )
        parser.add_argument(
            "--folder", type=Path, help="where archive and results are kept (default: drill/ in the data folder)"
        )
        parser.add_argument("--kills", type=int, default=50)
        parser.add_argument("--files", type=int, default=200)
        parser.add_argument("--dossiers", type=int, default=10)
        parser.add_argument(
            "--targets", nargs="+", choices=TARGETS, default=TARGETS, help="what is killed (default: each in turn)"
        )
        parser.add_argument(
            "--seed", type=int, default=1, help="decides what is killed and when; a failure is replayed by its seed"
        )
        parser.add_argument("--minutes", type=float, default=10, help="of broken files")
        parser.add_argument(
            "--samples", type=Path, metavar="FOLDER", help="signed PDFs that are damaged beside our own"
        )
        parser.add_argument("--changes", type=int, default=10_000, help="of records, while the index is kept true")
        parser.add_argument("--engine", choices=("tantivy", "elasticsearch"), default="tantivy", help="of the index")
        parser.add_argument("--at-most", type=float, default=35, metavar="MINUTES", help="for the kills (default 35)")
        parser.add_argument("--hasty", action="store_true", help="do not wait for the leases of the dead at the end")
        parser.add_argument(
            "--fresh", action="store_true", help="begin anew instead of going on where the last run stopped"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = (options["folder"] or Path(settings.DATA) / "drill").resolve()
        data = folder / f"archive-{options['seed']}"
        if options["parts"] == ["search"]:
            data = folder / f"archive-search-{options['engine']}-{options['seed']}"
        results = Results(folder / "results.jsonl")
        if Path(settings.DATA) != data:
            if options["fresh"]:
                shutil.rmtree(data, ignore_errors=True)
                results.path.unlink(missing_ok=True)
            _again_in(data, folder)
        failed = False
        for part in options["parts"] or PARTS:
            having = {"engine": options["engine"]} if part == "search" else {}
            finished = results.of(part, seed=options["seed"], **having)
            row = finished[-1] if finished else results.write(part, **self._run(part, folder, results, options))
            failed |= bool(row["problems"])
            self.stdout.write(json.dumps(row, ensure_ascii=False))
        if failed:
            raise SystemExit(1)

    def _run(self, part: str, folder: Path, results: Results, options: dict[str, Any]) -> dict[str, Any]:
        self.stderr.write(f"drill: {part}")
        if part == "kills":
            from demo.drill.kills import drill_kills

            return drill_kills(
                folder,
                results,
                kills=options["kills"],
                files=options["files"],
                dossiers=options["dossiers"],
                seed=options["seed"],
                targets=options["targets"],
                minutes=options["at_most"],
                hasty=options["hasty"],
                told=lambda done, total: self.stderr.write(f"drill: {done} of {total} kills"),
            )
        if part == "faults":
            from demo.drill.faults import drill_faults

            return {"seed": options["seed"], **drill_faults(folder)}
        if part == "search":
            from demo.drill.search import drill_search

            return {
                "seed": options["seed"],
                **drill_search(
                    folder,
                    engine_name=options["engine"],
                    changes=options["changes"],
                    seed=options["seed"],
                    told=lambda done, total: self.stderr.write(f"drill: {done} of {total} changes"),
                ),
            }
        if part == "signatures":
            from demo.drill.signatures import drill_signatures

            minutes, samples = options["minutes"], options["samples"]
            return {
                "seed": options["seed"],
                **drill_signatures(
                    folder,
                    minutes=minutes,
                    seed=options["seed"],
                    samples=samples,
                    told=lambda words: self.stderr.write(f"drill: {words}"),
                ),
            }
        from demo.drill.fuzz import drill_fuzz

        return {"seed": options["seed"], **drill_fuzz(folder, minutes=options["minutes"], seed=options["seed"])}


def _again_in(data: Path, folder: Path) -> None:
    """The same command with the drill's own archive, embedded: settings are read once, at the start."""
    environment = {name: value for name, value in os.environ.items() if name not in SERVICES}
    data.mkdir(parents=True, exist_ok=True)
    arguments = [argument for argument in sys.argv if argument != "--fresh"]
    if "--folder" not in arguments:
        arguments += ["--folder", str(folder)]
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *arguments], environment | {"REPOSITORY_DATA": str(data)})  # noqa: S606
