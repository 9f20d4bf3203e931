"""Start a verification of many, and go on with one that was stopped."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from repository.access import require
from repository.actors import Actor
from repository.clock import now
from repository.codes import FileRole, Indication, JobState
from repository.events import record
from repository.jobs.engine import UNFINISHED, enqueue
from repository.models import Agency, File, Job
from repository.refusals import NotVisible, Refused
from signing.formats.kinds import kind_of
from signing.models import Batch, BatchRow
from signing.models.batches import Outcome
from signing.scope import Scope, verifiable

KIND = "verify_many"


@transaction.atomic
def start_batch(scope: Scope, *, actor: Actor, ids: Iterable[UUID] | None = None) -> Batch:
    """Have the signatures of all that the scope holds checked again, or of the documents named. Raises Forbidden or Refused."""
    require(actor, "verify")
    batch = Batch.objects.create(asked_by=actor.user, asked_at=now(), scope=scope)
    if ids is not None:
        if not gather(batch, list(ids), actor):
            raise Refused.because(
                "verify",
                None,
                "nothing",
                _("None of these documents has a file whose signatures can be checked."),
                _(
                    "Choose documents of agencies where you may check signatures, with a PDF or another format that can be signed."
                ),
            )
        Batch.objects.filter(pk=batch.pk).update(gathered_at=now())
    _work_on(batch, actor)
    record("verification.many_asked", actor, batch, agency=agency_of(actor), scope=scope)
    return batch


@transaction.atomic
def resume_batch(batch_id: UUID | str, *, actor: Actor) -> Batch:
    """Go on with a batch that was stopped or failed on the way. Raises NotVisible, Forbidden or Refused."""
    batch = own_batch(batch_id, actor, lock=True)
    require(actor, "verify")
    if not may_resume(batch):
        raise Refused.because(
            "verify",
            None,
            "nothing-left",
            _("There is nothing left to go on with."),
            _("It is still running, or every file in it was checked."),
        )
    _work_on(batch, actor)
    return batch


def agency_of(actor: Actor) -> Agency | None:
    """The agency to whose history an act over many records belongs: the highest that the person has a role in."""
    return Agency.objects.filter(path__in=[post.path for post in actor.posts]).order_by("path").first()


def own_batch(batch_id: UUID | str, actor: Actor, *, lock: bool = False) -> Batch:
    """The actor's own batch. Raises NotVisible."""
    rows = Batch.objects.select_for_update(of=("self",)) if lock else Batch.objects.select_related("job")
    try:
        return rows.get(pk=batch_id, asked_by=actor.user)
    except (Batch.DoesNotExist, ValidationError, ValueError) as absent:
        raise NotVisible from absent


def may_resume(batch: Batch) -> bool:
    job = batch.job
    if job is not None and (job.state in UNFINISHED or job.state == JobState.DONE):
        return False
    return batch.gathered_at is None or BatchRow.objects.filter(batch=batch, outcome=Outcome.WAITING).exists()


def _work_on(batch: Batch, actor: Actor) -> Job:
    job = enqueue(KIND, actor.id, params={"batch": str(batch.pk), "language": get_language() or "vi"})
    Batch.objects.filter(pk=batch.pk).update(job=job)
    batch.job = job
    return job


def gather(batch: Batch, documents: list[UUID], actor: Actor) -> int:
    """Put the main files of these documents on the list, as far as the actor may have them checked; returns how many."""
    files = (
        File.objects.filter(version__document__in=verifiable(actor).filter(pk__in=documents))
        .filter(version__current=True, role=FileRole.MAIN)
        .values_list("pk", "status__indication", "mime", "name")
    )
    rows = [
        BatchRow(batch=batch, file_id=pk, before=before or Indication.WAITING)
        for pk, before, mime, name in files
        if kind_of(mime, name) is not None
    ]
    BatchRow.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)
