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
from repository.clock import now
from repository.codes import WORKING_STATES, ItemState, JobState
from repository.events import record
from repository.intake.leftovers import remove_unheld
from repository.intake.names import clean_name, clean_path
from repository.jobs.engine import UNFINISHED, enqueue, wake_up
from repository.jobs.leases import lasting
from repository.models import Document, Dossier, Job, JobItem, Placement
from repository.refusals import Blocker, NotVisible, Refused, RepositoryError


@dataclass(frozen=True)
class Receipt:
    """What became of one file: `received` (item waits), `held` (the dossier or the intake has these bytes already).

    `job` is the intake it waits in; None where the dossier held it and nothing waits.
    """

    status: str
    message: str
    job: Job | None = None
    item: JobItem | None = None
    document: Document | None = None


def may_file(dossier_id: UUID | str, *, actor: Actor, lock: bool = False) -> Dossier:
    """The dossier, if files may enter it now; with `lock` it stays so until the transaction's end. Raises NotVisible, Forbidden or Refused."""
    dossier = fetch_for(actor, "file", Dossier, dossier_id, related=("agency",), lock=lock)
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
    return take_in(dossier, name, receive_bytes(dossier, name, chunks), actor=actor)


def receive_bytes(
    thing: Dossier | Document, name: str, chunks: Iterable[bytes], *, act: str = "file"
) -> blobs.Received:
    """Stream the bytes to disk. Raises Refused (empty, too large, disk full); then none is kept."""
    try:
        received = blobs.receive(chunks)
    except blobs.TooBig as error:
        raise Refused.because(
            act,
            thing,
            "too-big",
            _("The file is larger than this archive takes."),
            _("Split it, or ask your administrator."),
        ) from error
    except blobs.DiskFull as error:
        raise Refused.because(
            act,
            thing,
            "disk-full",
            _("The archive's disk is full."),
            _("Tell your administrator, then send the file again; nothing was lost."),
        ) from error
    if received.size == 0:
        blobs.remove(received.sha256)
        raise Refused.because(
            act,
            thing,
            "empty",
            _("The file %(name)s is empty.") % {"name": clean_name(name)},
            _("Check where it comes from and send it again."),
        )
    return received


def take_in(dossier: Dossier, name: str, received: blobs.Received, *, actor: Actor, wake: bool = True) -> Receipt:
    """Add bytes that are on disk to the person's open intake into the dossier.

    Raises NotVisible, Forbidden or Refused where the dossier takes no files any more; then the bytes are not kept.
    """
    try:
        return _take_in(dossier, name, received, actor=actor, wake=wake)
    except RepositoryError:
        remove_unheld(received.sha256)
        raise


def _take_in(dossier: Dossier, name: str, received: blobs.Received, *, actor: Actor, wake: bool) -> Receipt:
    label = clean_path(name)
    payload: dict[str, Any] = {
        "name": clean_name(name),
        "sha256": received.sha256,
        "sha512": received.sha512,
        "size": received.size,
    }
    place = Placement.objects.filter(dossier=dossier, main_sha256=received.sha256).first()
    twin = Document.objects.visible_to(actor).filter(pk=place.document_id).first() if place else None
    if place is not None and twin is not None:
        message = _("Already in this dossier, as document %(number)s.") % {"number": place.number}
        return Receipt("held", message, document=twin)
    with transaction.atomic():
        # Asked again: a large file takes its time, and the dossier may have been closed meanwhile.
        dossier = may_file(dossier.pk, actor=actor, lock=True)
        job = open_intake(dossier, actor=actor)
        try:
            with transaction.atomic():
                item = JobItem.objects.create(job=job, label=label, payload=payload, sha256=received.sha256)
        except IntegrityError:
            item = JobItem.objects.get(job=job, sha256=received.sha256)
            return Receipt("held", _("Already received."), job, item)
        Job.objects.filter(pk=job.pk).update(total=F("total") + 1)
        # No name: should the file be a state secret, nothing that stays may tell what it is about.
        record("intake.received", actor, dossier, sha256=received.sha256, sha512=received.sha512, size=received.size)
        if wake:
            wake_up(job.pk)
    return Receipt("received", _("Received."), job, item)


@transaction.atomic
def open_intake(dossier: Dossier, *, actor: Actor) -> Job:
    """The person's running intake into the dossier, or a new one. One stands at a time; the database holds that."""
    mine = Job.objects.filter(kind="intake", dossier=dossier, actor=actor.user, state__in=UNFINISHED)
    job = mine.select_for_update(of=("self",)).first()
    if job is None:
        try:
            with transaction.atomic():
                job = enqueue("intake", actor.id, dossier=dossier, wake=False)
        except IntegrityError:
            # Locked like the one found above, so that it does not end before the item is there.
            job = mine.select_for_update(of=("self",)).get()
    return job


@transaction.atomic
def retry_item(item_id: UUID | str, *, actor: Actor, password: str | None = None) -> JobItem:
    """Try a failed file again, with a password where it is locked. Raises NotVisible, Forbidden or Refused."""
    item = _item(item_id, "intake", "version")
    dossier = may_file(item.job.dossier_id or "", actor=actor)
    if item.job.kind == "version":
        job = enqueue("version", actor.id, dossier=dossier, params=item.job.params, wake=False)
    else:
        job = open_intake(dossier, actor=actor)
    payload = {**item.payload, **({"password": password} if password else {})}
    taken = JobItem.objects.filter(pk=item.pk, state=ItemState.FAILED)
    if job.pk != item.job_id and item.sha256 and JobItem.objects.filter(job=job, sha256=item.sha256).exists():
        raise Refused("file", dossier, [Blocker.already(ItemState.QUEUED)])
    if not taken.update(
        job=job,
        state=ItemState.QUEUED,
        payload=payload,
        result={},
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
    record("intake.retried", actor, dossier, sha256=item.sha256)
    wake_up(job.pk)
    item.refresh_from_db()
    return item


@transaction.atomic
def discard_item(item_id: UUID | str, *, actor: Actor) -> JobItem:
    """Take a failed file off the list: its bytes go, unless something else holds them; that it was there stays in the events."""
    item = _item(item_id, "intake", "version")
    dossier = fetch_for(actor, "file", Dossier, item.job.dossier_id or "", related=("agency",))
    if not JobItem.objects.filter(pk=item.pk, state=ItemState.FAILED).update(state=ItemState.CANCELLED, sha256=""):
        raise Refused("file", dossier, [Blocker.already(ItemState(item.state))])
    record("intake.discarded", actor, dossier, sha256=item.sha256, code=item.reason)
    remove_unheld(item.sha256)
    item.refresh_from_db()
    return item


def _item(item_id: UUID | str, *kinds: str) -> JobItem:
    item = JobItem.objects.select_related("job").filter(pk=item_id, job__kind__in=kinds).first()
    if item is None:
        raise NotVisible
    return item


@transaction.atomic
def cancel_intake(job_id: UUID | str, *, actor: Actor) -> Job:
    """Stop an intake: what is being worked on ends, what waits is left out and its bytes go. Raises NotVisible, Forbidden or Refused."""
    # Locked, so that nothing joins it meanwhile.
    job = Job.objects.select_for_update().filter(pk=job_id, kind="intake").first()
    if job is None:
        raise NotVisible
    dossier = fetch_for(actor, "file", Dossier, job.dossier_id or "", related=("agency",))
    if job.state not in UNFINISHED:
        raise Refused("file", dossier, [Blocker.already(JobState(job.state))])
    left_out = 0
    for item in JobItem.objects.filter(job=job, state=ItemState.QUEUED):
        if JobItem.objects.filter(pk=item.pk, state=ItemState.QUEUED, attempt=item.attempt).update(
            state=ItemState.CANCELLED, sha256="", payload=lasting(item), lease_until=None
        ):
            left_out += 1
            remove_unheld(item.sha256)
    Job.objects.filter(pk=job.pk).update(
        state=JobState.CANCELLED, finished_at=now(), failed=F("failed") + left_out, lease_until=None
    )
    record("intake.cancelled", actor, dossier, waiting=left_out)
    job.refresh_from_db()
    return job
