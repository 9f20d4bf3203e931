"""Work every nightly job to its end: checks of the store and the working copies, retention, and what other apps registered."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandError

from repository.codes import JobState
from repository.jobs.run import run_to_end
from repository.management.command import Command as Base
from repository.management.command import job_bar
from repository.registry import nightly_jobs, settled


class Command(Base):
    help = __doc__
    acts_as_somebody = False

    def handle(self, *args: Any, **options: Any) -> None:
        failed = []
        for entry in nightly_jobs():
            began = time.monotonic()
            job = entry.start()
            with job_bar(str(entry.title), quiet=options["json"]) as watch:
                job = run_to_end(job.pk, watch=watch)
            good = job.state == JobState.DONE and not job.failed
            if not good:
                failed.append(entry.name)
            seconds = round(time.monotonic() - began, 2)
            figures = ", ".join(f"{name} {value}" for name, value in job.result.items() if value not in (None, "", []))
            self.say(
                options,
                f"{entry.title}: {figures or job.message or '-'} ({seconds} s)",
                name=entry.name,
                job=job.pk,
                state=job.state,
                done=job.done,
                failed=job.failed,
                message=job.message,
                result=job.result,
                seconds=seconds,
            )
        settled()
        if failed:
            raise CommandError(f"Not everything went through: {', '.join(failed)}.")
