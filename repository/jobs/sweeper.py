"""Re-queue what a dead worker left, and wake workers for what waits. Run by beat, at a worker's start and by commands."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from repository.clock import now
from repository.codes import ItemState, JobState
from repository.jobs.engine import UNFINISHED, finish_if_done
from repository.jobs.tasks import send
from repository.models import Job, JobItem
from repository.registry import registry

log = logging.getLogger(__name__)


def sweep(*, wake: bool = True) -> dict[str, int]:
    """Only expired leases are touched, each by compare-and-set on its attempt. Returns how many rows were re-queued, given up and woken."""
    figures = {"requeued": 0, "given_up": 0, "woken": 0}
    moment = now()
    for item in JobItem.objects.filter(state=ItemState.RUNNING, lease_until__lt=moment).select_related("job"):
        _requeue_item(item, figures)
    for job in Job.objects.filter(state=JobState.RUNNING, lease_until__lt=moment):
        _requeue_job(job, figures)
    ready = Q(lease_until__isnull=True) | Q(lease_until__lte=moment)
    waiting = JobItem.objects.filter(job=OuterRef("pk"), state=ItemState.QUEUED).filter(ready)
    running = JobItem.objects.filter(job=OuterRef("pk"), state=ItemState.RUNNING, lease_until__gte=moment)
    of_items = [name for name, kind in registry.kinds.items() if kind.work_item is not None]
    jobs = Job.objects.filter(state__in=UNFINISHED)
    for job in jobs.filter(kind__in=of_items).filter(~Exists(running)).annotate(waits=Exists(waiting)):
        if job.waits and wake:
            send(job.pk)
            figures["woken"] += 1
        elif not job.waits:
            finish_if_done(job.pk)
    if wake:
        for job in jobs.filter(state=JobState.QUEUED).filter(ready).exclude(kind__in=of_items):
            send(job.pk)
            figures["woken"] += 1
    return figures


def _requeue_item(item: JobItem, figures: dict[str, int]) -> None:
    kind = registry.kinds[item.job.kind]
    mine = JobItem.objects.filter(
        pk=item.pk, state=ItemState.RUNNING, attempt=item.attempt, lease_until=item.lease_until
    )
    if item.attempt < kind.attempts:
        figures["requeued"] += mine.update(state=ItemState.QUEUED, lease_until=None, owner="")
        return
    with transaction.atomic():
        given_up = mine.update(
            state=ItemState.FAILED, lease_until=None, finished_at=now(), reason="gave-up", message=_gave_up()
        )
        if given_up:
            Job.objects.filter(pk=item.job_id).update(failed=F("failed") + 1)
    figures["given_up"] += given_up


def _requeue_job(job: Job, figures: dict[str, int]) -> None:
    mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempt=job.attempt, lease_until=job.lease_until)
    if job.attempt < registry.kinds[job.kind].attempts:
        figures["requeued"] += mine.update(state=JobState.QUEUED, lease_until=None, owner="")
    else:
        figures["given_up"] += mine.update(
            state=JobState.FAILED, lease_until=None, finished_at=now(), reason="gave-up", message=_gave_up()
        )


def _gave_up() -> str:
    return _(
        "The worker died each time it tried this. It is kept as it is; try again, and tell your administrator if it stays."
    )
