"""Work on jobs. A claim is a compare-and-set, the outside work runs without a transaction, and the last write checks the attempt:
killed at any instruction and run again, nothing is lost and nothing is doubled (design, rule 6)."""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import close_old_connections, connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from repository.clock import now
from repository.codes import ItemState, JobState
from repository.jobs.outcomes import Again, ItemFailed, ItemHeld, ItemRefused, Save
from repository.models import Job, JobItem
from repository.registry import JobKind, registry

log = logging.getLogger(__name__)

UNFINISHED = (JobState.QUEUED, JobState.RUNNING)
Row = Job | JobItem


class LeaseLost(Exception):
    """Another worker has the row now: what this one did is thrown away."""


def me() -> str:
    """Names this thread of this process, so that a lease says who holds it."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}:{_RUN}"


_RUN = uuid.uuid4().hex[:8]


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
    kind = registry.kinds[job.kind]
    if kind.work_item is None:
        _work_whole(job, kind)
        return
    Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(state=JobState.RUNNING, started_at=now())
    while until is None or not until():
        item = claim_item(job, kind)
        if item is None:
            break
        _work_item(job, item, kind)
    finish_if_done(job.pk)


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
    except Exception:
        log.exception("job %s item %s failed", job.pk, item.pk)
        save, state, reason, message, result = None, ItemState.FAILED, "unexpected", _unexpected(), None
    try:
        _write_item(job, item, save, state, reason, message, result)
    except LeaseLost:
        log.warning("job %s item %s: the lease was lost, another worker has it", job.pk, item.pk)
    except ItemHeld as held:
        _write_item_or_leave(job, item, ItemState.HELD, "held", str(held), held.result)
    except ItemFailed as failed:
        _write_item_or_leave(job, item, ItemState.FAILED, failed.code, str(failed), None)
    except Exception:
        log.exception("job %s item %s could not be saved", job.pk, item.pk)
        _write_item_or_leave(job, item, ItemState.FAILED, "unexpected", _unexpected(), None)


def _unexpected() -> str:
    return _(
        "Something went wrong that the program did not expect. The file is kept; try again, and tell your administrator if it stays."
    )


def _write_item_or_leave(
    job: Job, item: JobItem, state: ItemState, reason: str, message: str, result: dict[str, Any] | None
) -> None:
    try:
        _write_item(job, item, None, state, reason, message, result)
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
        if not mine.update(state=state, finished_at=now(), lease_until=None, reason=reason, message=message):
            raise LeaseLost
        made = save() if save is not None else None
        JobItem.objects.filter(pk=item.pk).update(result=made if made is not None else result or {})
        Job.objects.filter(pk=job.pk).update(**({"done": F("done") + 1} if good else {"failed": F("failed") + 1}))


def put_off(item: JobItem, again: Again, kind: JobKind) -> None:
    """Back to the queue, not before some time: what is missing is a service, not the item's fault."""
    moment = now()
    if item.attempt >= kind.attempts:
        with transaction.atomic():
            failed = JobItem.objects.filter(pk=item.pk, state=ItemState.RUNNING, attempt=item.attempt).update(
                state=ItemState.FAILED, finished_at=moment, lease_until=None, reason=again.code, message=str(again)
            )
            if failed:
                Job.objects.filter(pk=item.job_id).update(failed=F("failed") + 1)
        return
    JobItem.objects.filter(pk=item.pk, state=ItemState.RUNNING, attempt=item.attempt).update(
        state=ItemState.QUEUED,
        lease_until=moment + timedelta(seconds=again.seconds),
        reason=again.code,
        message=str(again),
        owner="",
    )


def finish_if_done(job_id: uuid.UUID) -> bool:
    """Mark a job of items done when every item has ended; then its kind may conclude, once."""
    with transaction.atomic():
        ended = Job.objects.filter(pk=job_id, state=JobState.RUNNING, total__lte=F("done") + F("failed")).exclude(
            items__state__in=[ItemState.QUEUED, ItemState.RUNNING]
        )
        if not Job.objects.filter(pk__in=ended.values("pk"), state=JobState.RUNNING).update(
            state=JobState.DONE, finished_at=now()
        ):
            return False
        job = Job.objects.get(pk=job_id)
        finish = registry.kinds[job.kind].finish
        if finish is not None:
            finish(job)
    return True


def _work_whole(job: Job, kind: JobKind) -> None:
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
            save = kind.work_job(job)
        state, reason, message = JobState.DONE, "", ""
    except Again as again:
        if job.attempt < kind.attempts:
            Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempt=job.attempt).update(
                state=JobState.QUEUED,
                lease_until=now() + timedelta(seconds=again.seconds),
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
        state, reason, message = JobState.FAILED, "unexpected", _unexpected()
    try:
        _write_whole(job, save, state, reason, message)
    except LeaseLost:
        log.warning("job %s: the lease was lost, another worker has it", job.pk)
    except (ItemFailed, ItemRefused) as failed:
        _write_whole_or_leave(job, failed.code, str(failed))
    except Exception:
        log.exception("job %s (%s) could not be saved", job.pk, job.kind)
        _write_whole_or_leave(job, "unexpected", _unexpected())


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


@contextmanager
def heartbeat(row: Row, seconds: int) -> Iterator[None]:
    """Renew the lease while the outside work runs, from a thread of its own; it ends with the block, or with the process."""
    stop = threading.Event()
    model, pk, attempt = type(row), row.pk, row.attempt

    def beat() -> None:
        while not stop.wait(seconds / 3):
            try:
                close_old_connections()
                model._default_manager.filter(pk=pk, attempt=attempt, state=JobState.RUNNING).update(
                    lease_until=now() + timedelta(seconds=seconds)
                )
            except Exception:
                log.exception("heartbeat of %s %s", model.__name__, pk)
        connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
