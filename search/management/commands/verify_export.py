"""Recompute an exported table of search results: equal, differs, or not signed."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.exports.verify import NotAnExport, Verdict, checks_of, verdict_of

MARKS = {True: "holds", False: "FAILS", None: "not told"}
ENDS = {Verdict.EQUAL: 0, Verdict.DIFFERS: 1, Verdict.UNSIGNED: 2, Verdict.UNPROVEN: 2}


class Command(BaseCommand):
    help = (
        "Recompute an exported table of search results (the .xlsx, or the .zip of a csv, docx or PDF). "
        "Ends with 0: equal and sealed, 1: differs, 2: the rows are those of the sheet, which no seal proves."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path}: no such file")
        try:
            checks = checks_of(path)
        except NotAnExport as error:
            raise CommandError(f"{path} is no table of search results: {error}") from error
        for check in checks:
            self.stdout.write(f"{MARKS[check.holds]:9} {check.name}: {check.said}")
        verdict = verdict_of(checks)
        self.stdout.write(str(verdict))
        if ENDS[verdict]:
            raise SystemExit(ENDS[verdict])
