"""Re-queue what a dead worker left, and wake workers for what waits. Run by beat, at a worker's start and by commands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from repository.clock import now
from repository.codes import ItemState, JobState
from repository.jobs.engine import UNFINISHED, finish_if_done
from repository.jobs.leases import Row, lasting, tries
from repository.jobs.tasks import send
from repository.models import Job, JobItem
from repository.registry import registry

# A job is not called done before its sender had this long to add its first item.
YOUNG = timedelta(minutes=2)
# Nothing is put off for longer than this.
LONGEST_WAIT = timedelta(hours=1)


def sweep(*, wake: bool = True) -> dict[str, int]:
    """Only leases that ran out are touched, each by compare-and-set. Returns how many rows were re-queued, given up and woken."""
    figures = {"requeued": 0, "given_up": 0, "woken": 0}
    moment = now()
    for item in JobItem.objects.filter(state=ItemState.RUNNING).filter(_may_be_over(moment)).select_related("job"):
        if _is_over(item, item.job.kind, moment):
            _requeue_item(item, figures)
    for job in Job.objects.filter(state=JobState.RUNNING).filter(_may_be_over(moment)):
        if _is_over(job, job.kind, moment):
            _requeue_job(job, figures)
    _bring_near(moment)
    ready = Q(lease_until__isnull=True) | Q(lease_until__lte=moment)
    waiting = JobItem.objects.filter(job=OuterRef("pk"), state=ItemState.QUEUED).filter(ready)
    running = JobItem.objects.filter(job=OuterRef("pk"), state=ItemState.RUNNING, lease_until__gte=moment)
    of_items = [name for name, kind in registry.kinds.items() if kind.work_item is not None]
    jobs = Job.objects.filter(state__in=UNFINISHED)
    for job in jobs.filter(kind__in=of_items).filter(~Exists(running)).annotate(waits=Exists(waiting)):
        if job.waits and wake:
            send(job.pk)
            figures["woken"] += 1
        elif not job.waits and (job.total or job.created_at < moment - YOUNG):
            # Also a job that never got an item, because its sender was cut off.
            finish_if_done(job.pk)
    if wake:
        for job in jobs.filter(state=JobState.QUEUED).filter(ready).exclude(kind__in=of_items):
            send(job.pk)
            figures["woken"] += 1
    return figures


def _may_be_over(moment: datetime) -> Q:
    return Q(lease_until__lt=moment) | Q(lease_until__gt=moment + _shortest_lease())


def _shortest_lease() -> timedelta:
    return timedelta(seconds=min((kind.lease_seconds for kind in registry.kinds.values()), default=60))


def _is_over(row: Row, kind: str, moment: datetime) -> bool:
    """Whether the lease ran out, or reaches further than any worker asks for: then the clock was set back since it was given."""
    assert row.lease_until is not None
    furthest = moment + timedelta(seconds=2 * registry.kinds[kind].lease_seconds)
    return row.lease_until < moment or row.lease_until > furthest


def _bring_near(moment: datetime) -> None:
    """What was put off before the clock was set back does not wait until then."""
    horizon = moment + LONGEST_WAIT
    JobItem.objects.filter(state=ItemState.QUEUED, lease_until__gt=horizon).update(lease_until=moment)
    Job.objects.filter(state=JobState.QUEUED, lease_until__gt=horizon).update(lease_until=moment)


def _requeue_item(item: JobItem, figures: dict[str, int]) -> None:
    kind = registry.kinds[item.job.kind]
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=item.job_id)
        mine = JobItem.objects.filter(
            pk=item.pk, state=ItemState.RUNNING, attempt=item.attempt, lease_until=item.lease_until
        )
        if job.state in UNFINISHED and tries(item) < kind.attempts:
            figures["requeued"] += mine.update(state=ItemState.QUEUED, lease_until=None, owner="")
            return
        ended: dict[str, Any] = {"lease_until": None, "finished_at": now(), "payload": lasting(item)}
        if job.state in UNFINISHED:
            ended.update(state=ItemState.FAILED, reason="gave-up", message=_gave_up())
        else:
            # Its job was stopped meanwhile: nobody will ever claim it.
            ended.update(state=ItemState.CANCELLED)
        if mine.update(**ended):
            Job.objects.filter(pk=item.job_id).update(failed=F("failed") + 1)
            figures["given_up"] += 1


def _requeue_job(job: Job, figures: dict[str, int]) -> None:
    mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempt=job.attempt, lease_until=job.lease_until)
    if tries(job) < registry.kinds[job.kind].attempts:
        figures["requeued"] += mine.update(state=JobState.QUEUED, lease_until=None, owner="")
    else:
        figures["given_up"] += mine.update(
            state=JobState.FAILED, lease_until=None, finished_at=now(), reason="gave-up", message=_gave_up()
        )


def _gave_up() -> str:
    return _(
        "The worker died each time it tried this. It is kept as it is; try again, and tell your administrator if it stays."
    )
