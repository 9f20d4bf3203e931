"""Restore sealed dossiers from the archive store into an empty database, field by field."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from archive.reader import Unreadable
from archive.rebuild.run import rebuild
from repository.management.command import Command as Base
from repository.management.command import bar


class Command(Base):
    help = __doc__
    acts_as_somebody = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--from",
            dest="source",
            type=Path,
            default=Path(settings.STORE),
            metavar="STORE",
            help="the store; objects of another store than this installation's are copied into its own",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with bar("Restoring", quiet=options["json"]) as watch:
                outcome = rebuild(options["source"], watch)
        except Unreadable as error:
            raise CommandError(str(error)) from error
        self.say(
            options,
            f"{outcome.restored} objects restored, {outcome.equal} were there and are equal, "
            f"{len(outcome.problems)} could not be restored.",
            restored=outcome.restored,
            equal=outcome.equal,
            bytes=outcome.bytes,
            rows=dict(outcome.rows),
            problems=[{"path": path, "reason": reason} for path, reason in outcome.problems],
        )
        if outcome.problems:
            for path, reason in outcome.problems[:50]:
                self.stderr.write(f"{path}: {reason}")
            raise CommandError("Not everything could be restored.")
