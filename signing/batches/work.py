"""The job of a verification of many: first every file of the scope is put on the list, then one after the other is checked.

Both are kept as they go, so that a job that was stopped or killed goes on where it was. A stretch of rows is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.urls import reverse

from repository.actors import Actor, actor_of
from repository.bytes import BytesMissing
from repository.clock import now
from repository.codes import Indication
from repository.jobs.engine import progress
from repository.jobs.leases import persistently
from repository.jobs.outcomes import Save
from repository.models import File, Job
from signing.batches.start import gather
from signing.judging import Judge
from signing.models import Batch, BatchRow
from signing.models.batches import Outcome
from signing.runs import BESIDE, BytesChanged, keep, look_again
from signing.scope import verifiable, walk

STEP = 100


def work_batch(job: Job) -> Save:
    assert job.actor is not None
    batch = Batch.objects.get(pk=job.params["batch"])
    if batch.gathered_at is None:
        _gather_all(job, batch)
    rows = BatchRow.objects.filter(batch=batch)
    waiting = rows.filter(outcome=Outcome.WAITING)
    total, left = rows.count(), waiting.count()
    done, failed = total - left, rows.filter(outcome__in=(Outcome.MISSING, Outcome.LEFT_OUT)).count()
    progress(job, total=total, done=done - failed, failed=failed)
    # One for all of them: what was looked up for one file is at hand for the next.
    judge, actor = Judge(online=True), actor_of(job.actor)
    for row, allowed in _following(job, batch):
        outcome = check(job, row, actor, judge) if allowed else leave_out(row)
        done += 1
        failed += outcome in (Outcome.MISSING, Outcome.LEFT_OUT)
        progress(job, done=done - failed, failed=failed)
    return lambda: {"changed": rows.filter(outcome__in=(Outcome.WORSE, Outcome.CHANGED)).count(), "verified": done}


def _gather_all(job: Job, batch: Batch) -> None:
    assert job.actor is not None
    actor = actor_of(job.actor)
    found = BatchRow.objects.filter(batch=batch).count()
    for documents, cursor in walk(batch.scope, actor, batch.cursor):
        with transaction.atomic():
            found += gather(batch, documents, actor)
            Batch.objects.filter(pk=batch.pk).update(cursor=cursor)
        progress(job, total=found)
    Batch.objects.filter(pk=batch.pk).update(gathered_at=now())


def _following(job: Job, batch: Batch) -> Iterator[tuple[BatchRow, bool]]:
    """The rows that wait, by stretches, each with whether who asked may still have it checked."""
    assert job.actor is not None
    last: Any = None
    while True:
        rows = BatchRow.objects.filter(batch=batch, outcome=Outcome.WAITING).select_related(
            *(f"file__{name}" for name in BESIDE)
        )
        found = list((rows.filter(pk__gt=last) if last else rows).order_by("pk")[:STEP])
        if not found:
            return
        last = found[-1].pk
        # Her rights as they are now: a long job may outlast a role.
        documents = [row.file.version.document_id for row in found]
        allowed = set(verifiable(_asker(job)).filter(pk__in=documents).values_list("pk", flat=True))
        for row in found:
            yield row, row.file.version.document_id in allowed


def _asker(job: Job) -> Actor:
    job.refresh_from_db(fields=["actor"])
    assert job.actor is not None
    return actor_of(job.actor)


def check(job: Job, row: BatchRow, actor: Actor, judge: Judge) -> Outcome:
    """Check one file and keep the run beside the row."""
    file: File = row.file
    try:
        verdict = look_again(file, judge=judge)
    except BytesMissing:
        return _settled(row, Outcome.MISSING)

    def write() -> Outcome:
        with transaction.atomic():
            run = keep(file, verdict, "batch", actor=actor, job=job)
            outcome = _outcome(row.before, run.indication)
            BatchRow.objects.filter(pk=row.pk).update(outcome=outcome, after=run.indication, verification=run)
            return outcome

    try:
        return persistently(write)
    except BytesChanged:
        # The check of the store tells of it; of other bytes nothing is said here.
        return _settled(row, Outcome.MISSING)


def leave_out(row: BatchRow) -> Outcome:
    return _settled(row, Outcome.LEFT_OUT)


def _settled(row: BatchRow, outcome: Outcome) -> Outcome:
    BatchRow.objects.filter(pk=row.pk).update(outcome=outcome)
    return outcome


def _outcome(before: str, after: str) -> Outcome:
    if before == after:
        return Outcome.SAME
    return Outcome.WORSE if after == Indication.FAILED else Outcome.CHANGED


def page_of(job: Job) -> str:
    return reverse("batch", args=[job.params["batch"]]) if job.params.get("batch") else ""
