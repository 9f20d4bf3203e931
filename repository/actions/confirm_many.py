"""Confirm every document of a dossier that was read without a doubt, as a job that can be taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from repository.actions.correct_document import correct_document, unconfirm_document
from repository.actions.receive_file import may_file
from repository.actors import Actor, actor_of
from repository.certainty import FIELDS, is_certain, readings
from repository.clock import LOCAL
from repository.codes import ItemState, JobState
from repository.jobs.outcomes import Save, refusals_told
from repository.jobs.promptly import begin
from repository.models import Document, Dossier, Job, JobItem
from repository.refusals import Blocker, NotVisible, Refused
from repository.registry import JobKind, registry

CONFIRM, UNCONFIRM = "confirm_many", "unconfirm_many"
# Judged at a time; the rest comes when these are confirmed.
MOST = 5000


def waiting_of(dossier: Dossier, actor: Actor) -> list[tuple[Document, bool]]:
    """The documents of the dossier that wait for confirmation, as they came, and whether each was read without a doubt; at most MOST."""
    rows = (
        Document.objects.visible_to(actor)
        .filter(placements__dossier=dossier, confirmed_at__isnull=True)
        .only("id", "revision", "code", "proposals", "received_at", *FIELDS)
        .order_by("pk")[:MOST]
    )
    return [(row, is_certain(readings_of(row))) for row in rows]


def readings_of(document: Document) -> Any:
    values = {name: getattr(document, name) for name in FIELDS}
    return readings(values, document.proposals or {}, document.received_at.astimezone(LOCAL).date())


def confirm_certain(dossier_id: UUID | str, *, actor: Actor) -> Job:
    """Raises NotVisible, Forbidden, or Refused where the dossier is not open or nothing is certain."""
    dossier = may_file(dossier_id, actor=actor)
    certain = [document for document, sure in waiting_of(dossier, actor) if sure]
    if not certain:
        raise Refused(
            "edit",
            dossier,
            [
                Blocker(
                    code="nothing-certain",
                    title=_("No document that waits was read without a doubt."),
                    remedy=_("Look at the rows with a note and confirm them one by one."),
                )
            ],
        )
    items = [(row.label, {"document": str(row.pk), "revision": row.revision}) for row in certain]
    return begin(CONFIRM, items, actor=actor, dossier=dossier)


def take_back(job_id: UUID | str, *, actor: Actor) -> Job:
    """Take back what that job confirmed, as far as nobody has touched it since. Raises NotVisible or Refused."""
    job = Job.objects.select_related("dossier").filter(pk=job_id, kind=CONFIRM, actor=actor.user).first()
    if job is None or actor.user is None:
        raise NotVisible
    dossier = may_file(job.dossier_id or "", actor=actor)
    if job.state not in (JobState.DONE, JobState.CANCELLED):
        raise Refused.because(
            "edit", dossier, "running", _("The confirming is not finished yet."), _("Wait until it is through.")
        )
    items = [
        (label, {"document": result["document"], "revision": result["revision"]})
        for label, result in JobItem.objects.filter(job=job, state=ItemState.DONE).values_list("label", "result")
    ]
    return begin(UNCONFIRM, items, actor=actor, dossier=dossier)


def work_confirm(job: Job, item: JobItem) -> Save:
    return _act(
        job, item, lambda actor: correct_document(_id(item), {}, actor=actor, revision=_seen(item), confirm=True)
    )


def work_unconfirm(job: Job, item: JobItem) -> Save:
    return _act(job, item, lambda actor: unconfirm_document(_id(item), actor=actor, revision=_seen(item)))


def _act(job: Job, item: JobItem, act: Any) -> Save:
    def save() -> dict[str, Any]:
        assert job.actor is not None
        with refusals_told():
            document: Document = act(actor_of(job.actor))
        return {"document": str(document.pk), "revision": document.revision}

    return save


def _id(item: JobItem) -> str:
    return str(item.payload["document"])


def _seen(item: JobItem) -> int:
    return int(item.payload["revision"])


def register() -> None:
    registry.work(
        JobKind(name=CONFIRM, title=gettext_lazy("Confirming"), work_item=work_confirm, stops=True),
        JobKind(name=UNCONFIRM, title=gettext_lazy("Taking confirmations back"), work_item=work_unconfirm, stops=True),
    )
