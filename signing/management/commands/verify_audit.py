"""Verify a closed audit: one of this archive by its identity, or a package that was handed out (zip)."""

from __future__ import annotations

import zipfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from signing.audits.verify import Check, checks_of, package_checks
from signing.models import AuditSheet

NAMES = ("sheet.json", "sheet.pdf", "manifest.json", "manifest.p7s", "population.txt")
# Bytes of one file of a package; a population of ten million lines is 500 MB.
LARGEST = 1 << 30
MARKS = {True: "holds", False: "FAILS", None: "not told"}


class Command(BaseCommand):
    help = "Verify a closed audit: its digests, signature, sheets, population and sample. Ends with 1 where something fails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("audit", help="the audit's identity, or the path of a package (zip) that was handed out")

    def handle(self, *args: Any, **options: Any) -> None:
        found = _checks(options["audit"])
        for check in found:
            self.stdout.write(f"{MARKS[check.holds]:9} {check.name}: {check.said}")
        if any(check.holds is False for check in found):
            raise SystemExit(1)


def _checks(given: str) -> list[Check]:
    try:
        pk = UUID(given)
    except ValueError:
        return _of_package(Path(given))
    sheet = AuditSheet.objects.select_related("audit__agency", "audit__opened_by").filter(pk=pk).first()
    if sheet is None:
        raise CommandError("There is no closed audit of this identity.")
    return checks_of(sheet.audit, sheet)


def _of_package(path: Path) -> list[Check]:
    try:
        with zipfile.ZipFile(path) as package:
            if any(info.file_size > LARGEST for info in package.infolist()):
                raise CommandError(f"{path}: too large")
            held = set(package.namelist())
            return package_checks({name: package.read(name) for name in NAMES if name in held})
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise CommandError(f"{path} is no package of an audit: {error}") from error
