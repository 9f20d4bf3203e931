"""The jobs of an audit: freezing its population, and checking the signatures of the sample anew when it has been drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from repository.actors import Actor, actor_of
from repository.bytes import BytesMissing
from repository.clock import now
from repository.codes import Indication
from repository.events import record
from repository.jobs.engine import progress
from repository.jobs.leases import persistently
from repository.jobs.outcomes import ItemFailed, Save
from repository.models import Document, File, FileStatus, Job
from signing.audits.population import freeze, keep
from signing.formats.kinds import kind_of
from signing.judging import Judge
from signing.models import Audit, AuditRow
from signing.models.audits import AuditState
from signing.reasons import reason_of
from signing.runs import BESIDE, BytesChanged, look_again
from signing.runs import keep as keep_run
from signing.scope import verifiable
from signing.validation.verdicts import FileVerdict

MISSING = "bytes_missing"
STEP = 100


def work_freeze(job: Job) -> Save:
    """`params`: {"audit": identity}. The population is what the auditor sees now; all of it is written at once."""
    assert job.actor is not None
    actor = actor_of(job.actor)
    audit = Audit.objects.select_related("agency").get(pk=job.params["audit"])
    moment = now()
    frozen = freeze(audit.scope, audit.agency, actor, lambda count: progress(job, done=count))
    if not frozen.count:
        raise ItemFailed(
            "empty",
            _("Nothing that you may see fits this scope, so there is nothing to draw from. Open another audit."),
        )

    def save() -> dict[str, Any]:
        changed = Audit.objects.filter(pk=audit.pk, state=AuditState.FREEZING).update(
            state=AuditState.FROZEN,
            population=frozen.count,
            population_sha256=frozen.sha256,
            secrecy=frozen.secrecy,
            frozen_at=moment,
        )
        if changed:
            audit.refresh_from_db()
            keep(audit, frozen)
            record(
                "audit.frozen", actor, audit, population=frozen.count, population_sha256=frozen.sha256, at_time=moment
            )
        Job.objects.filter(pk=job.pk).update(done=frozen.count, total=frozen.count)
        return {"population": frozen.count}

    return save


def work_check(job: Job) -> Save:
    """Each file's run is kept as it is made, so that an attempt after a killed one goes on where that was.

    Raises ItemFailed where some may not be checked by who asked any more: they wait for somebody who may.
    """
    assert job.actor is not None
    actor = actor_of(job.actor)
    rows = AuditRow.objects.filter(audit=job.params["audit"])
    total = rows.count()
    done = total - rows.filter(verified_at__isnull=True).count()
    left = 0
    progress(job, total=total, done=done)
    judge = Judge(online=True)
    for row, allowed in _following(job):
        if not allowed:
            left += 1
            continue
        _check(job, row, actor, judge)
        done += 1
        progress(job, done=done)
    if left:
        raise ItemFailed(
            "not-allowed",
            _("You may not have %(count)s of the documents checked any more. An auditor who may goes on with them.")
            % {"count": left},
        )
    return lambda: {"verified": total}


def _following(job: Job) -> Iterator[tuple[AuditRow, bool]]:
    """The rows that wait, by stretches, each with whether who asked may still have it checked."""
    rows = AuditRow.objects.filter(audit=job.params["audit"], verified_at__isnull=True).order_by("number")
    last = 0
    while found := list(rows.filter(number__gt=last).only("pk", "number", "document_id", "file_id", "sha256")[:STEP]):
        last = found[-1].number
        # Her rights as they are now: a long job may outlast a role. What is no record any more has none to guard it.
        job.refresh_from_db(fields=["actor"])
        assert job.actor is not None
        documents = Document.objects.filter(pk__in=[row.document_id for row in found])
        kept = set(documents.values_list("pk", flat=True))
        allowed = set(verifiable(actor_of(job.actor)).filter(pk__in=kept).values_list("pk", flat=True))
        for row in found:
            yield row, row.document_id in allowed or row.document_id not in kept


def _check(job: Job, row: AuditRow, actor: Actor, judge: Judge) -> None:
    # The very file that was drawn, also where the document has another by now.
    file = File.objects.select_related(*BESIDE).filter(pk=row.file_id).first()
    if file is None:
        _put(row, {"indication": Indication.INDETERMINATE, "reason": MISSING})
        return
    if kind_of(file.mime, file.name) is None:
        status = FileStatus.objects.select_related("verification").get(file=file)
        run = status.verification
        code, sub = ("", "") if run is None else reason_of(FileVerdict.from_dict(run.verdict), run.indication)
        _put(row, {"indication": status.indication, "reason": code, "sub": sub, "verification_id": run and run.pk})
        return
    try:
        verdict = look_again(file, judge=judge)
        persistently(lambda: _write(job, row, file, verdict, actor))
    except (BytesMissing, BytesChanged):
        _put(row, {"indication": Indication.INDETERMINATE, "reason": MISSING})


@transaction.atomic
def _write(job: Job, row: AuditRow, file: File, verdict: FileVerdict, actor: Actor) -> None:
    run = keep_run(file, verdict, "audit", actor=actor, job=job)
    code, sub = reason_of(verdict, run.indication)
    _put(row, {"indication": run.indication, "reason": code, "sub": sub, "verification_id": run.pk})


def _put(row: AuditRow, fields: dict[str, Any]) -> None:
    AuditRow.objects.filter(pk=row.pk, verified_at__isnull=True).update(verified_at=now(), **fields)


def page_of(job: Job) -> str:
    return reverse("audit", args=[job.params["audit"]]) if job.params.get("audit") else ""
