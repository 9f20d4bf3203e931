"""Celery carries ids. A task finds its row or nothing to do; losing or doubling a message changes nothing."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task

log = logging.getLogger(__name__)


def send(job_id: UUID) -> None:
    """Wake a worker. A broker that is down is no reason to fail: the sweeper sends again once it is back."""
    try:
        work_on.apply_async(args=[str(job_id)], retry=False, ignore_result=True)
    except Exception as error:
        log.warning("the message for job %s could not be sent (%s); the sweeper will", job_id, type(error).__name__)


@shared_task(name="repository.work_on")
def work_on(job_id: str) -> None:
    from repository.jobs.engine import work

    work(UUID(job_id))


@shared_task(name="repository.sweep")
def sweep_all() -> None:
    from repository.jobs.sweeper import sweep

    sweep()


@shared_task(name="repository.sequence")
def sequence_events() -> None:
    from repository.sequencer import sequence

    sequence()


@shared_task(name="repository.nightly")
def nightly() -> None:
    """Start the night's jobs; each is a row that a worker then claims."""
    from repository.jobs.nightly import start_all

    start_all()
