"""From received bytes to a document: the registered steps look, then one transaction makes the document and all that was found."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from repository import blobs
from repository.actors import SYSTEM, Actor, actor_of
from repository.clock import now
from repository.codes import WORKING_STATES, FileRole
from repository.events import record
from repository.intake.containers import is_container, unpack
from repository.intake.context import Intake
from repository.intake.detached import look_at_signature
from repository.intake.formats import identify
from repository.intake.metadata import apply_head
from repository.intake.names import signed_name
from repository.intake.secrets import refuse_if_secret
from repository.isolation import IsolationError
from repository.jobs.outcomes import ItemFailed, ItemHeld, Save
from repository.models import Document, Dossier, File, FileStatus, Job, JobItem, Placement, Version
from repository.registry import documents_changed, intake_steps


def work_item(job: Job, item: JobItem) -> Save:
    """Look at the bytes; the returned function makes the document. See `repository.registry.JobKind`."""
    assert job.dossier is not None
    actor = actor_of(job.actor) if job.actor else SYSTEM
    intake = begin(job.dossier, item)
    if signed_name(intake.name) is not None:
        return look_at_signature(intake, actor)
    if is_container(intake):
        return unpack(job, intake, actor)
    held_already(job.dossier, intake.sha256, actor)
    look(intake, actor)
    return lambda: save(intake, actor)


def look(intake: Intake, actor: Actor) -> None:
    """Every registered step looks at the bytes. Raises ItemRefused for a state secret as soon as its head was read."""
    for step in intake_steps():
        step.look(intake)
        if step.name == "head":
            refuse_if_secret(intake, actor)


def begin(dossier: Dossier, item: JobItem) -> Intake:
    """The received bytes with their format named. Raises ItemFailed where they are gone or cannot be named."""
    payload = item.payload
    path = blobs.path_of(item.sha256) if item.sha256 else None
    if path is None or not path.is_file():
        raise ItemFailed("bytes-missing", _("The received file is no longer on the server. Send it again."))
    intake = Intake(
        item=item,
        dossier=dossier,
        path=path,
        name=payload["name"],
        sha256=item.sha256,
        sha512=payload["sha512"],
        size=payload["size"],
        password=payload.get("password") or None,
    )
    try:
        found = identify(path, intake.name)
    except IsolationError as error:
        raise ItemFailed(
            "unreadable", _("The file's format could not be determined. Check that it opens, and send it again.")
        ) from error
    intake.mime, intake.pronom, intake.format_name, intake.format_warning = (
        found.mime,
        found.pronom,
        found.name,
        found.warning,
    )
    return intake


def held_already(dossier: Dossier, sha256: str, actor: Actor) -> None:
    """Raises ItemHeld where the dossier has these very bytes; which document it is is told only to who may see it."""
    place = Placement.objects.filter(dossier=dossier, main_sha256=sha256).first()
    if place is None:
        return
    if not Document.objects.visible_to(actor).filter(pk=place.document_id).exists():
        raise ItemHeld("")
    raise ItemHeld(
        _("This dossier holds the same file already, as document %(number)s.") % {"number": place.number},
        {"document": str(place.document_id)},
    )


def save(intake: Intake, actor: Actor) -> dict[str, Any]:
    """Make document, version, file, place and what each step found; runs in the transaction that finishes the item."""
    dossier = Dossier.objects.select_for_update(of=("self",)).select_related("agency").get(pk=intake.dossier.pk)
    if dossier.state not in WORKING_STATES:
        raise ItemFailed(
            "dossier-closed",
            _("The dossier was closed while this file waited. Reopen it and try again, or choose another dossier."),
        )
    moment = now()
    document = Document(
        agency=dossier.agency,
        page_amount=intake.page_count,
        secrecy=dossier.secrecy,
        mode=dossier.mode,
        received_at=moment,
        received_by=actor.user,
        changed_at=moment,
    )
    apply_head(document, intake)
    document.save(force_insert=True)
    version = Version.objects.create(document=document, number=1, made_by=actor.label, made_at=moment)
    file = make_file(intake, version)
    number = (Placement.objects.filter(dossier=dossier).aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            Placement.objects.create(
                dossier=dossier, document=document, number=number, main_sha256=file.sha256, placed_at=moment
            )
    except IntegrityError:
        # Two workers had the same bytes for one dossier: the other was first.
        held_already(dossier, intake.sha256, actor)
        raise
    for step in intake_steps():
        step.save(intake, document, file)
    record(
        "document.received",
        actor,
        document,
        dossier=dossier,
        file=facts_of(file),
        number=number,
    )
    documents_changed([document.pk])
    return {"document": str(document.pk), "number": number}


def make_file(intake: Intake, version: Version) -> File:
    """The main file of the version, not judged yet."""
    file = File.objects.create(
        version=version,
        role=FileRole.MAIN,
        name=intake.name,
        sha256=intake.sha256,
        sha512=intake.sha512,
        size=intake.size,
        mime=intake.mime,
        pronom=intake.pronom,
        format_name=intake.format_name[:200],
        format_warning=intake.format_warning[:300],
        page_count=intake.page_count,
        received_at=version.made_at,
    )
    FileStatus.objects.create(file=file)
    return file


def facts_of(file: File) -> dict[str, Any]:
    """What an event says of a received file."""
    names = ("id", "name", "sha256", "sha512", "size", "mime", "pronom")
    return {name: getattr(file, name) for name in names}


def document_of(item: JobItem) -> UUID | None:
    """The document an item became, or the one that was there already."""
    value = (item.result or {}).get("document")
    return UUID(value) if value else None
