"""Build the search index anew from the database, beside the old one, and put it in its place once both compare equal."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from repository.codes import JobState
from repository.jobs.engine import enqueue
from repository.jobs.run import run_to_end
from repository.management.command import Command as Base
from repository.management.command import job_bar
from search.engines.base import EngineError
from search.index_jobs import REBUILD, RETURN
from search.rebuild import give_up


class Command(Base):
    help = __doc__
    acts_as_somebody = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--fresh", action="store_true", help="begin anew instead of going on with one that was cut off"
        )
        which.add_argument(
            "--go-back", action="store_true", help="bring the index before the last rebuild level and use it again"
        )
        which.add_argument("--give-up", action="store_true", help="drop an index that is half built")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["give_up"]:
            try:
                give_up()
            except EngineError as error:
                raise CommandError(str(error)) from error
            return self.say(options, "The half-built index is gone.", documents=None)
        kind = RETURN if options["go_back"] else REBUILD
        job = enqueue(kind, None, params={"fresh": options["fresh"]}, wake=False)
        with job_bar("Indexing", quiet=options["json"]) as watch:
            job = run_to_end(job.pk, watch=watch)
        if job.state != JobState.DONE:
            raise CommandError(f"The index was not built, the old one still serves: {job.message}")
        documents = job.result["documents"]
        self.say(options, f"{documents} documents indexed.", documents=documents)
