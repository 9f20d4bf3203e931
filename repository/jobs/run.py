"""Work a job to its end from a command: beside a running worker, or without one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import UUID

from django.db import connection

from repository.jobs.engine import UNFINISHED, work
from repository.jobs.sweeper import sweep
from repository.models import Job

Watch = Callable[[Job], None]


def run_to_end(job_id: UUID, *, threads: int = 1, watch: Watch | None = None) -> Job:
    """Return the job once it has ended. What another worker holds is waited for; what a dead one left is taken over.

    With one thread the work is done in the caller's own; `watch` is told of the job as it goes on.
    """
    pause = threading.Event()
    while True:
        if threads == 1:
            work(job_id)
        else:
            _drain(job_id, threads, watch)
        job = Job.objects.get(pk=job_id)
        if watch is not None:
            watch(job)
        if job.state not in UNFINISHED:
            return job
        # Another process holds an item, or one was put off: look again shortly.
        pause.wait(0.5)
        sweep(wake=False)


def _drain(job_id: UUID, threads: int, watch: Watch | None) -> None:
    stop = threading.Event()
    errors: list[BaseException] = []

    def drain() -> None:
        try:
            work(job_id, until=stop.is_set)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=drain, name=f"work-{job_id}-{n}") for n in range(threads)]
    for worker in workers:
        worker.start()
    try:
        for worker in workers:
            while worker.is_alive():
                worker.join(timeout=0.25)
                if watch is not None:
                    watch(Job.objects.get(pk=job_id))
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    if errors:
        raise errors[0]
