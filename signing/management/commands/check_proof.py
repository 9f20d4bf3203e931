"""`manage.py check_proof FILE RECORD`: whether an evidence record (RFC 4998) proves that the file existed, without database or network."""

from __future__ import annotations

import hashlib
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from repository.clock import now
from repository.isolation import Isolated, IsolationError

LARGEST = 16 << 20  # bytes of a record


class Command(BaseCommand):
    help = "Hold a file against its evidence record (RFC 4998). Needs no database; nothing is fetched from the network."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("record", type=Path, help="the evidence record, DER")
        parser.add_argument("--trust", action="append", default=[], metavar="PEM", help="a trust anchor")
        parser.add_argument("--json", action="store_true", help="one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Path(options["file"]).open("rb") as file:
                sha512 = hashlib.file_digest(file, "sha512").hexdigest()
            record = Path(options["record"]).read_bytes()
            anchors = [Path(path).read_bytes() for path in options["trust"]]
        except OSError as error:
            raise CommandError(str(error)) from error
        if len(record) > LARGEST:
            raise CommandError(f"{options['record']} is too large to be an evidence record.")
        worker = Isolated("signing.provable.record:check_plain", seconds=30.0, memory_mb=512)
        try:
            found = worker.run(sha512, record, now().isoformat(), anchors)
        except IsolationError as error:
            raise CommandError(f"The record or an anchor could not be read: {error}") from error
        finally:
            worker.close()
        self.stdout.write(json.dumps(found) if options["json"] else _told(found))
        if found["proven"] is None or found["trusted"] is False:
            raise SystemExit(1)


def _told(found: dict[str, Any]) -> str:
    if found["proven"] is None:
        return f"Nothing is proven: {found['problem']}."
    trust = {
        True: "Each authority leads to a given anchor.",
        False: "An authority does not lead to a given anchor: the proof is only as good as that authority.",
        None: "No anchor was given: whether the authority is to be trusted was not judged.",
    }[found["trusted"]]
    return (
        f"The file existed on {found['proven']}, by {found['tokens']} time-stamp(s), the last of {found['authority']}, "
        f"which can be believed until {found['ends_at']}. {trust}"
    )
