"""`manage.py rebuild_provable`: until when each signature can be proven, made anew from the kept runs."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from repository.management.command import Command as Base
from repository.management.command import bar
from signing.provable.rows import catch_up, rebuild


class Command(Base):
    help = "Make the rows of how long signatures can be proven from the kept runs. Nothing is verified again."
    acts_as_somebody = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--behind", action="store_true", help="only those of files whose last run has no rows yet")

    def handle(self, *args: Any, **options: Any) -> None:
        make = catch_up if options["behind"] else rebuild
        with bar("Files", quiet=options["json"]) as watch:
            files = make(lambda done, total: watch(done, total, 0))
        self.say(options, f"{files} files.", files=files)
