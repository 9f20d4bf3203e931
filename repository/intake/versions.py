"""A new version's bytes pass the same steps as a received file; then it becomes current, and the old one stays beside it."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from repository.actions.change_state import hold_dossiers_of
from repository.actors import SYSTEM, Actor, actor_of
from repository.clock import now
from repository.codes import WORKING_STATES
from repository.events import record
from repository.intake.containers import is_container
from repository.intake.context import Intake
from repository.intake.metadata import FIELDS, SECRECIES, apply_head
from repository.intake.pipeline import begin, facts_of, look, make_file
from repository.jobs.outcomes import ItemFailed, Save
from repository.models import Document, File, Job, JobItem, Placement, Version
from repository.registry import documents_changed, intake_steps


def work_version(job: Job, item: JobItem) -> Save:
    """Look at the bytes; the returned function makes the version. `job.params`: document, reason."""
    assert job.dossier is not None
    actor = actor_of(job.actor) if job.actor else SYSTEM
    intake = begin(job.dossier, item)
    if is_container(intake):
        raise ItemFailed("container", _("A ZIP cannot be a version of a document. Unpack it and send the file itself."))
    look(intake, actor)
    return lambda: save_version(intake, job.params["document"], job.params["reason"], actor)


def save_version(intake: Intake, document_id: str, reason: str, actor: Actor) -> dict[str, Any]:
    """Make the version and all that was found; runs in the transaction that finishes the item. Raises ItemFailed."""
    hold_dossiers_of(document_id)
    document = Document.objects.select_for_update(of=("self",)).select_related("agency").get(pk=document_id)
    _check(document, intake)
    last = Version.objects.filter(document=document).aggregate(last=Max("number"))["last"]
    Version.objects.filter(document=document, current=True).update(current=False)
    moment = now()
    version = Version.objects.create(
        document=document, number=last + 1, reason=reason, made_by=actor.label, made_at=moment
    )
    file = make_file(intake, version)
    try:
        with transaction.atomic():
            Placement.objects.filter(document=document).update(main_sha256=file.sha256)
    except IntegrityError as error:
        raise _held() from error
    _describe(document, intake)
    document.changed_at, document.revision = moment, F("revision") + 1
    document.save()
    document.refresh_from_db()
    for step in intake_steps():
        step.save(intake, document, file)
    record(
        "document.versioned",
        actor,
        document,
        dossier=intake.dossier,
        file=facts_of(file),
        version=version.number,
        reason=reason,
    )
    documents_changed([document.pk])
    return {"document": str(document.pk), "version": version.number}


def _check(document: Document, intake: Intake) -> None:
    if document.sealed_at is not None or document.dossiers.exclude(state__in=WORKING_STATES).exists():
        raise ItemFailed(
            "dossier-closed",
            _("A dossier of the document was closed while this version waited. Reopen it and try again."),
        )
    if File.objects.filter(version__document=document, sha256=intake.sha256).exists():
        raise _held()


def _held() -> ItemFailed:
    return ItemFailed("held", _("The document or its dossier has this very file already. Nothing was changed."))


def _describe(document: Document, intake: Intake) -> None:
    """What a person confirmed stays as it is; only a higher secrecy counts at once."""
    if document.confirmed_at is None:
        for name in FIELDS:
            field = Document._meta.get_field(name)
            setattr(document, name, None if field.null else "")
        document.proposals = {}
        document.page_amount = intake.page_count
        apply_head(document, intake)
    elif intake.head is not None and intake.head.secrecy:
        # Only an isolated installation gets here (repository.intake.secrets).
        document.secrecy = max(document.secrecy, SECRECIES[intake.head.secrecy])
