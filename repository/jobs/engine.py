"""Work on jobs. A claim is a compare-and-set, the outside work runs without a transaction, and the last write checks the attempt:
killed at any instruction and run again, nothing is lost and nothing is doubled (design, rule 6)."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from repository.clock import now
from repository.codes import ItemState, JobState
from repository.jobs.leases import (
    MOST_PUT_OFFS,
    PASSING,
    UNFINISHED,
    LeaseLost,
    heartbeat,
    lasting,
    me,
    pause_before,
    persistently,
    put_offs,
    unexpected,
)
from repository.jobs.outcomes import Again, ItemFailed, ItemHeld, ItemRefused, Save
from repository.jobs.whole import progress, work_whole
from repository.models import Job, JobItem
from repository.registry import JobKind, registry

__all__ = [
    "UNFINISHED",
    "LeaseLost",
    "enqueue",
    "finish_if_done",
    "heartbeat",
    "progress",
    "put_off",
    "wake_up",
    "work",
]

log = logging.getLogger(__name__)


def enqueue(
    kind: str,
    actor_id: uuid.UUID | None,
    *,
    dossier: Any = None,
    params: dict[str, Any] | None = None,
    items: Iterable[tuple[str, dict[str, Any]]] | None = None,
    total: int = 0,
    wake: bool = True,
) -> Job:
    """Make a job row, with items (label, payload) where it has them, and wake a worker once the transaction is through."""
    if kind not in registry.kinds:
        raise KeyError(f"no such kind of job: {kind}")
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind, actor_id=actor_id, dossier=dossier, params=params or {}, created_at=now(), total=total
        )
        if items is not None:
            rows = [
                JobItem(job=job, label=label[:500], payload=payload, sha256=payload.get("sha256", ""))
                for label, payload in items
            ]
            JobItem.objects.bulk_create(rows, batch_size=500)
            job.total = len(rows)
            Job.objects.filter(pk=job.pk).update(total=len(rows))
        if wake:
            wake_up(job.pk)
    return job


def wake_up(job_id: uuid.UUID) -> None:
    """Send the message that wakes a worker, after commit. It may be lost: the sweeper sends another."""
    from repository.jobs.tasks import send

    transaction.on_commit(lambda: send(job_id))


def work(job_id: uuid.UUID, *, until: Callable[[], bool] | None = None) -> None:
    """Work on the job until nothing of it is left to claim. Safe to call from many workers at once, and for a job that is done."""
    job = Job.objects.filter(pk=job_id).first()
    if job is None or job.state not in UNFINISHED:
        return
    # What a job writes down is for everybody: in the archive's language, whoever's request or command works it.
    with translation.override(settings.LANGUAGE_CODE):
        _work(job, until)


def _work(job: Job, until: Callable[[], bool] | None) -> None:
    kind = registry.kinds[job.kind]
    if kind.work_item is None:
        work_whole(job, kind)
        return
    Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(state=JobState.RUNNING, started_at=now())
    while until is None or not until():
        item = persistently(lambda: claim_item(job, kind))
        if item is None:
            break
        _work_item(job, item, kind)
    persistently(lambda: finish_if_done(job.pk))


def claim_item(job: Job, kind: JobKind) -> JobItem | None:
    """Take one waiting item, or None where there is none to take. What was put off waits for its time."""
    while True:
        moment = now()
        waiting = (
            JobItem.objects.filter(job=job, state=ItemState.QUEUED)
            .filter(Q(lease_until__isnull=True) | Q(lease_until__lte=moment))
            .order_by("id")
        )
        ids = list(waiting.values_list("pk", "attempt")[:8])
        if not ids:
            return None
        for pk, attempt in ids:
            taken = JobItem.objects.filter(
                pk=pk, state=ItemState.QUEUED, attempt=attempt, job__state__in=UNFINISHED
            ).update(
                state=ItemState.RUNNING,
                owner=me(),
                attempt=attempt + 1,
                lease_until=moment + timedelta(seconds=kind.lease_seconds),
                started_at=moment,
            )
            if taken:
                return JobItem.objects.get(pk=pk)
        if not Job.objects.filter(pk=job.pk, state__in=UNFINISHED).exists():
            return None


def _work_item(job: Job, item: JobItem, kind: JobKind) -> None:
    assert kind.work_item is not None
    try:
        with heartbeat(item, kind.lease_seconds):
            save: Save | None = kind.work_item(job, item)
        state, reason, message, result = ItemState.DONE, "", "", None
    except ItemHeld as held:
        save, state, reason, message, result = None, ItemState.HELD, "held", str(held), held.result
    except ItemRefused as refused:
        save, state, reason, message, result = (
            refused.save,
            ItemState.REFUSED,
            refused.code,
            str(refused),
            refused.result,
        )
    except ItemFailed as failed:
        save, state, reason, message, result = None, ItemState.FAILED, failed.code, str(failed), None
    except Again as again:
        put_off(item, again, kind)
        return
    except OperationalError as busy:
        log.warning("job %s item %s: %s", job.pk, item.pk, busy)
        put_off(item, Again("database-busy", _("The database was busy. This is tried again by itself.")), kind)
        return
    except Exception:
        log.exception("job %s item %s failed", job.pk, item.pk)
        save, state, reason, message, result = None, ItemState.FAILED, "unexpected", unexpected(), None
    try:
        persistently(lambda: _write_item(job, item, save, state, reason, message, result))
    except LeaseLost:
        log.warning("job %s item %s: the lease was lost, another worker has it", job.pk, item.pk)
    except OperationalError:
        # Nothing was written. The lease runs out, and the sweeper gives the item to a worker again.
        log.exception("job %s item %s could not be saved now", job.pk, item.pk)
    except ItemHeld as held:
        _write_item_or_leave(job, item, ItemState.HELD, "held", str(held), held.result)
    except ItemFailed as failed:
        _write_item_or_leave(job, item, ItemState.FAILED, failed.code, str(failed), None)
    except Exception:
        log.exception("job %s item %s could not be saved", job.pk, item.pk)
        _write_item_or_leave(job, item, ItemState.FAILED, "unexpected", unexpected(), None)


def _write_item_or_leave(
    job: Job, item: JobItem, state: ItemState, reason: str, message: str, result: dict[str, Any] | None
) -> None:
    try:
        persistently(lambda: _write_item(job, item, None, state, reason, message, result))
    except LeaseLost:
        log.warning("job %s item %s: the lease was lost, another worker has it", job.pk, item.pk)


def _write_item(
    job: Job,
    item: JobItem,
    save: Save | None,
    state: ItemState,
    reason: str,
    message: str,
    result: dict[str, Any] | None,
) -> None:
    """The last write: item, what it made and the job's figures in one transaction, and only if the attempt is still ours."""
    good = state in (ItemState.DONE, ItemState.HELD)
    with transaction.atomic():
        mine = JobItem.objects.filter(pk=item.pk, state=ItemState.RUNNING, attempt=item.attempt)
        passing = {"payload": lasting(item)} if set(PASSING) & set(item.payload) else {}
        if not mine.update(state=state, finished_at=now(), lease_until=None, reason=reason, message=message, **passing):
            raise LeaseLost
        made = save() if save is not None else None
        JobItem.objects.filter(pk=item.pk).update(result=made if made is not None else result or {})
        Job.objects.filter(pk=job.pk).update(**({"done": F("done") + 1} if good else {"failed": F("failed") + 1}))


def put_off(item: JobItem, again: Again, kind: JobKind) -> None:
    """Back to the queue, not before some time: what is missing is a service, not the item's fault, so this costs no attempt."""
    times = put_offs(item) + 1
    mine = JobItem.objects.filter(pk=item.pk, state=ItemState.RUNNING, attempt=item.attempt)
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=item.job_id)
        if job.state not in UNFINISHED:
            if mine.update(state=ItemState.CANCELLED, finished_at=now(), lease_until=None, payload=lasting(item)):
                Job.objects.filter(pk=job.pk).update(failed=F("failed") + 1)
        elif times > MOST_PUT_OFFS:
            ended = {"finished_at": now(), "lease_until": None, "reason": again.code, "message": str(again)}
            if mine.update(state=ItemState.FAILED, payload=lasting(item), **ended):
                Job.objects.filter(pk=job.pk).update(failed=F("failed") + 1)
        else:
            mine.update(
                state=ItemState.QUEUED,
                result={"put_off": times},
                lease_until=now() + timedelta(seconds=pause_before(again.seconds, times)),
                reason=again.code,
                message=str(again),
                owner="",
            )


def finish_if_done(job_id: uuid.UUID) -> bool:
    """Mark a job of items done when every item has ended; then its kind may conclude, once."""
    with transaction.atomic():
        # The row first: whoever adds an item holds it until the item is there.
        job = Job.objects.select_for_update().filter(pk=job_id, state__in=UNFINISHED).first()
        if job is None or job.total > job.done + job.failed:
            return False
        if JobItem.objects.filter(job=job, state__in=[ItemState.QUEUED, ItemState.RUNNING]).exists():
            return False
        Job.objects.filter(pk=job_id).update(state=JobState.DONE, finished_at=now())
        finish = registry.kinds[job.kind].finish
        if finish is not None:
            finish(Job.objects.get(pk=job_id))
    return True
