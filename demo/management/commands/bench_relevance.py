"""Measure how well questions find what answers them: P@1 / R@10 / MRR@10 on a collection with known answers, on both engines."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

ASKED = (0.82, 0.965, 0.87)
WITHIN = 0.015


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--samples", type=Path, default=Path("../shared/samples/retrieval"), metavar="FOLDER")
        parser.add_argument("--fit", action="store_true", help="choose weights by cross-validation too (minutes)")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        from demo.bench.relevance import bench_relevance

        if not options["samples"].is_dir():
            raise CommandError(f"There is no collection in {options['samples']}.")
        figures = bench_relevance(options["samples"], settings.ELASTICSEARCH_URL, fit=options["fit"])
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
        else:
            self.stdout.write(
                f"{figures['questions']} questions over {figures['documents']} documents: P@1 / R@10 / MRR@10"
            )
            for table in ("engines", "ablation"):
                self.stdout.write("\n| | with marks | typed without |\n|---|---|---|")
                for name, row in figures[table].items():
                    self.stdout.write(f"| {name} | {row['with marks']} | {row['typed without']} |")
            if "folds" in figures:
                self.stdout.write(f"\n{json.dumps(figures['folds'], indent=1)}")
        self._judge(figures)

    def _judge(self, figures: dict[str, Any]) -> None:
        """End with a failure where records with a subject are found less well than is asked for."""
        for name, row in figures["engines"].items():
            if "with subject" not in name:
                continue
            marked, plain = ([float(each) for each in row[way].split(" / ")] for way in ("with marks", "typed without"))
            low = any(is_ < asked for is_, asked in zip(marked, ASKED, strict=True))
            if low or any(one - other > WITHIN for one, other in zip(marked, plain, strict=True)):
                raise CommandError(f"{name}: {row}, asked are {ASKED} and within {WITHIN} without marks.")
