"""Jobs without items: one worker has the whole of it."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from repository.clock import now
from repository.codes import JobState
from repository.jobs.leases import (
    MOST_PUT_OFFS,
    LeaseLost,
    heartbeat,
    me,
    pause_before,
    persistently,
    put_offs,
    unexpected,
)
from repository.jobs.outcomes import Again, ItemFailed, ItemRefused, Save
from repository.models import Job
from repository.registry import JobKind, registry

log = logging.getLogger(__name__)


def work_whole(job: Job, kind: JobKind) -> None:
    """A job without items: one worker has the whole of it."""
    assert kind.work_job is not None
    moment = now()
    taken = (
        Job.objects.filter(pk=job.pk, state=JobState.QUEUED, attempt=job.attempt)
        .filter(Q(lease_until__isnull=True) | Q(lease_until__lte=moment))
        .update(
            state=JobState.RUNNING,
            owner=me(),
            attempt=job.attempt + 1,
            lease_until=moment + timedelta(seconds=kind.lease_seconds),
            started_at=moment,
        )
    )
    if not taken:
        return
    job.refresh_from_db()
    save: Save | None = None
    try:
        with heartbeat(job, kind.lease_seconds):
            save = _worked(kind, job)
        state, reason, message = JobState.DONE, "", ""
    except Again as again:
        times = put_offs(job) + 1
        if times <= MOST_PUT_OFFS:
            Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempt=job.attempt).update(
                state=JobState.QUEUED,
                result={**job.result, "put_off": times},
                lease_until=now() + timedelta(seconds=pause_before(again.seconds, times)),
                reason=again.code,
                message=str(again),
                owner="",
            )
            return
        state, reason, message = JobState.FAILED, again.code, str(again)
    except (ItemFailed, ItemRefused) as failed:
        state, reason, message = JobState.FAILED, failed.code, str(failed)
    except LeaseLost:
        log.warning("job %s: the lease was lost, another worker has it", job.pk)
        return
    except Exception:
        log.exception("job %s (%s) failed", job.pk, job.kind)
        state, reason, message = JobState.FAILED, "unexpected", unexpected()
    try:
        persistently(lambda: _write_whole(job, save, state, reason, message))
    except LeaseLost:
        log.warning("job %s: the lease was lost, another worker has it", job.pk)
    except OperationalError:
        # Nothing was written. The lease runs out, and the sweeper gives the job to a worker again.
        log.exception("job %s (%s) could not be saved now", job.pk, job.kind)
    except (ItemFailed, ItemRefused) as failed:
        _write_whole_or_leave(job, failed.code, str(failed))
    except Exception:
        log.exception("job %s (%s) could not be saved", job.pk, job.kind)
        _write_whole_or_leave(job, "unexpected", unexpected())


def _worked(kind: JobKind, job: Job) -> Save | None:
    assert kind.work_job is not None
    try:
        save: Save | None = kind.work_job(job)
    except OperationalError as busy:
        log.warning("job %s (%s): %s", job.pk, job.kind, busy)
        raise Again("database-busy", _("The database was busy. This is tried again by itself.")) from busy
    return save


def _write_whole_or_leave(job: Job, reason: str, message: str) -> None:
    try:
        _write_whole(job, None, JobState.FAILED, reason, message)
    except LeaseLost:
        log.warning("job %s: the lease was lost, another worker has it", job.pk)


def _write_whole(job: Job, save: Save | None, state: JobState, reason: str, message: str) -> None:
    with transaction.atomic():
        mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempt=job.attempt)
        if not mine.update(state=state, finished_at=now(), lease_until=None, reason=reason, message=message):
            raise LeaseLost
        made = save() if save is not None else None
        if made is not None:
            Job.objects.filter(pk=job.pk).update(result=made)
        finish = registry.kinds[job.kind].finish
        if finish is not None:
            finish(Job.objects.get(pk=job.pk))


def progress(job: Job, *, done: int | None = None, failed: int | None = None, total: int | None = None) -> None:
    """Say how far a whole job is. Raises LeaseLost where another worker has it by now, so that the work stops."""
    figures = {
        name: value for name, value in (("done", done), ("failed", failed), ("total", total)) if value is not None
    }
    if not Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempt=job.attempt).update(**figures):
        raise LeaseLost
