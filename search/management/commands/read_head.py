"""Read the head of documents: number, notation, type, date, place, agency, subject, signer, with the words each was read from."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from repository.head import read_head
from repository.intake.formats import identify
from repository.isolation import IsolationError
from search.extraction import ExtractionError, extract

KEYS = (
    "type", "number", "notation", "date", "place", "agency", "subject", "signer", "position", "recipients", "evidence",
)  # fmt: skip


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--json", action="store_true", help="a line of JSON for each file")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for path in _files(options["paths"]):
            try:
                found = extract(path, mime=identify(path, path.name).mime)
                head = read_head(found.text, file_name=path.name, pages=found.pages).to_json()
            except (ExtractionError, IsolationError) as error:
                failed += 1
                message = str(getattr(error, "message", error))
                self.stdout.write(
                    json.dumps({"file": str(path), "error": message}, ensure_ascii=False)
                    if options["json"]
                    else f"{path}: {message}"
                )
                continue
            if options["json"]:
                values = {key: head.get(key) for key in KEYS}
                values["recipients"] = values["recipients"] or None
                self.stdout.write(json.dumps({"file": str(path), **values}, ensure_ascii=False))
            else:
                self.stdout.write(f"{path}")
                for key in KEYS[:-1]:
                    if head.get(key):
                        self.stdout.write(f"  {key:<11} {head[key]}")
        if failed:
            raise SystemExit(1)


def _files(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(inner for inner in path.rglob("*") if inner.is_file())
        elif path.is_file():
            found.append(path)
        else:
            raise CommandError(f"There is no file or folder {path}.")
    return found
