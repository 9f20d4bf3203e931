"""Starting what runs each night, at most one of a kind at a time."""

from __future__ import annotations

from collections.abc import Callable

from repository.jobs.engine import UNFINISHED, enqueue
from repository.models import Job
from repository.registry import nightly_jobs


def once(kind: str) -> Callable[[], Job]:
    """A start that returns the job of this kind that has not ended yet, else a new one: a doubled message starts nothing twice."""

    def start() -> Job:
        running = Job.objects.filter(kind=kind, state__in=UNFINISHED, params={}).order_by("-pk").first()
        return running or enqueue(kind, None)

    return start


def start_all() -> list[Job]:
    return [entry.start() for entry in nightly_jobs()]
