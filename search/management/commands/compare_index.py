"""Compare the search index with the database, row by row. Exit status 1 where they still differ at the end."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from repository.codes import JobState
from repository.jobs.engine import enqueue
from repository.jobs.run import run_to_end
from repository.management.command import Command as Base
from repository.management.command import job_bar
from search.index_jobs import COMPARE
from search.indexer import settle
from search.models import IndexCheck


class Command(Base):
    help = __doc__
    acts_as_somebody = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--repair", action="store_true", help="put right what differs, and look again")

    def handle(self, *args: Any, **options: Any) -> None:
        found = self._compare(options, repair=options["repair"])
        if found.repaired:
            settle()
            found = self._compare(options, repair=False)
        if found.differing:
            raise CommandError("The index is not what the database has; --repair puts it right.")

    def _compare(self, options: dict[str, Any], *, repair: bool) -> IndexCheck:
        job = enqueue(COMPARE, None, params={"repair": repair}, wake=False)
        with job_bar("Comparing", quiet=options["json"]) as watch:
            job = run_to_end(job.pk, watch=watch)
        if job.state != JobState.DONE:
            raise CommandError(job.message)
        check = IndexCheck.objects.get(job=job)
        self.say(
            options,
            f"{check.documents} documents, {check.held} in the index: {check.missing} missing, {check.stale} out of date, "
            f"{check.extra} too many; {check.repaired} put right.",
            **job.result,
            held=check.held,
            named=check.named,
        )
        return check
