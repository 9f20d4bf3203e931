"""`manage.py import_revocation`: revocation lists, OCSP responses and issuers' certificates from files, where there is no network."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from repository.actors import SYSTEM
from repository.refusals import Refused
from signing.revocation.importing import import_file


class Command(BaseCommand):
    """Keep revocation data from files."""

    help = (
        "Keep revocation lists, OCSP responses and issuers' certificates (PEM or DER). None of them is trusted by that."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for path in options["paths"]:
            try:
                items, new = import_file(path.read_bytes(), actor=SYSTEM)
            except OSError as error:
                failed += 1
                self.stderr.write(f"{path}: {error.strerror}")
            except Refused as refused:
                failed += 1
                with translation.override("en"):
                    self.stderr.write(f"{path}: {refused}")
            else:
                told = "; ".join(f"{item.kind} of {item.issuer}" for item in items)
                self.stdout.write(f"{path}: {told}{'' if new else ' (known already)'}")
        if failed:
            raise CommandError(f"{failed} of {len(options['paths'])} files were not kept.")
