"""Receive bytes into a dossier's intake. They are on disk before this returns; what they are is found out by the job."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from repository import blobs
from repository.access import fetch_for
from repository.actors import Actor
from repository.codes import WORKING_STATES, ItemState, JobState
from repository.events import record
from repository.intake.names import clean_name, clean_path
from repository.jobs.engine import UNFINISHED, enqueue, wake_up
from repository.models import Document, Dossier, Job, JobItem, Placement
from repository.refusals import Blocker, Refused


@dataclass(frozen=True)
class Receipt:
    """What became of one file: `received` (item waits), `held` (the dossier or the intake has these bytes already)."""

    status: str
    message: str
    job: Job
    item: JobItem | None = None
    document: Document | None = None


def may_file(dossier_id: UUID | str, *, actor: Actor) -> Dossier:
    """The dossier, if files may enter it now. Raises NotVisible, Forbidden or Refused."""
    dossier = fetch_for(actor, "file", Dossier, dossier_id, related=("agency",))
    if dossier.state not in WORKING_STATES:
        raise Refused(
            "file",
            dossier,
            [
                Blocker(
                    code="not-open",
                    title=_("The dossier is not open: %(state)s.") % {"state": dossier.get_state_display()},
                    remedy=_("Reopen it first, or choose another dossier."),
                )
            ],
        )
    return dossier


def receive_file(dossier_id: UUID | str, name: str, chunks: Iterable[bytes], *, actor: Actor) -> Receipt:
    """Stream one file into the dossier's intake.

    Raises NotVisible, Forbidden, or Refused (not open, empty, too large, disk full); then no byte is kept.
    """
    dossier = may_file(dossier_id, actor=actor)
    try:
        received = blobs.receive(chunks)
    except blobs.TooBig as error:
        raise Refused.because(
            "file",
            dossier,
            "too-big",
            _("The file is larger than this archive takes."),
            _("Split it, or ask your administrator."),
        ) from error
    except blobs.DiskFull as error:
        raise Refused.because(
            "file",
            dossier,
            "disk-full",
            _("The archive's disk is full."),
            _("Tell your administrator, then send the file again; nothing was lost."),
        ) from error
    if received.size == 0:
        blobs.remove(received.sha256)
        raise Refused.because(
            "file",
            dossier,
            "empty",
            _("The file %(name)s is empty.") % {"name": clean_name(name)},
            _("Check where it comes from and send it again."),
        )
    return take_in(dossier, name, received, actor=actor)


def take_in(dossier: Dossier, name: str, received: blobs.Received, *, actor: Actor, wake: bool = True) -> Receipt:
    """Add bytes that are on disk to the person's open intake into the dossier."""
    label = clean_path(name)
    payload: dict[str, Any] = {
        "name": clean_name(name),
        "sha256": received.sha256,
        "sha512": received.sha512,
        "size": received.size,
    }
    with transaction.atomic():
        job = open_intake(dossier, actor=actor)
        place = (
            Placement.objects.filter(dossier=dossier, main_sha256=received.sha256).select_related("document").first()
        )
        if place is not None:
            return Receipt(
                "held",
                _("Already in this dossier, as document %(number)s.") % {"number": place.number},
                job,
                None,
                place.document,
            )
        try:
            with transaction.atomic():
                item = JobItem.objects.create(job=job, label=label, payload=payload, sha256=received.sha256)
        except IntegrityError:
            item = JobItem.objects.get(job=job, sha256=received.sha256)
            return Receipt("held", _("Already received."), job, item)
        Job.objects.filter(pk=job.pk).update(total=F("total") + 1)
        record(
            "intake.received",
            actor,
            dossier,
            name=payload["name"],
            sha256=received.sha256,
            sha512=received.sha512,
            size=received.size,
        )
        if wake:
            wake_up(job.pk)
    return Receipt("received", _("Received."), job, item)


def open_intake(dossier: Dossier, *, actor: Actor) -> Job:
    """The person's running intake into the dossier, or a new one. One stands at a time; the database holds that."""
    mine = Job.objects.filter(kind="intake", dossier=dossier, actor=actor.user, state__in=UNFINISHED)
    job = mine.select_for_update(of=("self",)).first()
    if job is None:
        try:
            with transaction.atomic():
                job = enqueue("intake", actor.id, dossier=dossier, wake=False)
        except IntegrityError:
            job = mine.get()
    return job


@transaction.atomic
def retry_item(item_id: UUID | str, *, actor: Actor, password: str | None = None) -> JobItem:
    """Try a failed file again, with a password where it is locked. Raises NotVisible, Forbidden or Refused."""
    item = JobItem.objects.select_related("job").filter(pk=item_id).first()
    if item is None or item.job.dossier_id is None:
        from repository.refusals import NotVisible

        raise NotVisible
    dossier = may_file(item.job.dossier_id, actor=actor)
    job = open_intake(dossier, actor=actor)
    payload = {**item.payload, **({"password": password} if password else {})}
    taken = JobItem.objects.filter(pk=item.pk, state=ItemState.FAILED)
    if job.pk != item.job_id and JobItem.objects.filter(job=job, sha256=item.sha256).exists():
        raise Refused("file", dossier, [Blocker.already(ItemState.QUEUED)])
    if not taken.update(
        job=job,
        state=ItemState.QUEUED,
        payload=payload,
        attempt=0,
        lease_until=None,
        reason="",
        message="",
        finished_at=None,
    ):
        raise Refused("file", dossier, [Blocker.already(ItemState(item.state))])
    # The item leaves its old job's failures and joins the one that will work on it.
    Job.objects.filter(pk=item.job_id).update(failed=F("failed") - 1, total=F("total") - 1)
    Job.objects.filter(pk=job.pk).update(total=F("total") + 1)
    record("intake.retried", actor, dossier, name=item.payload.get("name", ""), sha256=item.sha256)
    wake_up(job.pk)
    item.refresh_from_db()
    return item


@transaction.atomic
def discard_item(item_id: UUID | str, *, actor: Actor) -> JobItem:
    """Take a failed file off the list: its bytes go, unless something else holds them; that it was there stays in the events."""
    from repository.intake.secrets import remove_unheld
    from repository.refusals import NotVisible

    item = JobItem.objects.select_related("job").filter(pk=item_id).first()
    if item is None or item.job.dossier_id is None:
        raise NotVisible
    dossier = fetch_for(actor, "file", Dossier, item.job.dossier_id, related=("agency",))
    if not JobItem.objects.filter(pk=item.pk, state=ItemState.FAILED).update(state=ItemState.CANCELLED, sha256=""):
        raise Refused("file", dossier, [Blocker.already(ItemState(item.state))])
    record(
        "intake.discarded", actor, dossier, name=item.payload.get("name", ""), sha256=item.sha256, reason=item.reason
    )
    remove_unheld(item.sha256, but=item)
    item.refresh_from_db()
    return item


@transaction.atomic
def cancel_intake(job_id: UUID | str, *, actor: Actor) -> Job:
    """Stop an intake: what is being worked on ends, what waits is left out and its bytes go."""
    from repository.intake.secrets import remove_unheld
    from repository.refusals import NotVisible

    job = Job.objects.filter(pk=job_id, kind="intake").select_related("dossier").first()
    if job is None or job.dossier_id is None:
        raise NotVisible
    dossier = fetch_for(actor, "file", Dossier, job.dossier_id, related=("agency",))
    waiting = list(JobItem.objects.filter(job=job, state=ItemState.QUEUED))
    for item in waiting:
        if JobItem.objects.filter(pk=item.pk, state=ItemState.QUEUED, attempt=item.attempt).update(
            state=ItemState.CANCELLED, sha256=""
        ):
            Job.objects.filter(pk=job.pk).update(failed=F("failed") + 1)
            remove_unheld(item.sha256, but=item)
    Job.objects.filter(pk=job.pk, state__in=UNFINISHED).update(state=JobState.CANCELLED)
    record("intake.cancelled", actor, dossier, waiting=len(waiting))
    job.refresh_from_db()
    return job
