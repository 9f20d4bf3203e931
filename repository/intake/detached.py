"""Signatures that stand beside the file they sign: `x.pdf.p7s` belongs to `x.pdf` of the same dossier, whichever comes first.

The signature becomes a file of the document, beside its main file. Without its file it waits in the intake, and says for what;
the end of every later intake into the dossier looks whether the file has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from repository.actors import SYSTEM, Actor, actor_of
from repository.clock import now
from repository.codes import WORKING_STATES, FileRole, ItemState
from repository.events import record
from repository.intake.context import Intake
from repository.intake.names import signature_mime, signed_name
from repository.jobs.outcomes import ItemFailed, ItemHeld, Save
from repository.models import Document, Dossier, File, FileStatus, Job, JobItem
from repository.registry import documents_changed, registry

WAITS = "waits-for-file"
MOST_WAITING = 1000  # called at the end of one intake


def look_at_signature(intake: Intake, actor: Actor) -> Save:
    """The steps for signatures look at it beside its file; the returned function joins the two. Raises ItemFailed, ItemHeld."""
    intake.mime, intake.format_warning = signature_mime(intake.name), ""
    _held_already(intake)
    candidates = signed_files(intake.dossier, intake.name)
    if not candidates:
        raise waiting(intake.name)
    intake.signs = tuple(candidates)
    for step in registry.signature_steps:
        step.look(intake)
    return lambda: _save(intake, actor)


def waiting(name: str) -> ItemFailed:
    return ItemFailed(
        WAITS,
        _("This signature is kept and waits for the file that it signs: %(name)s. Send that file into this dossier.")
        % {"name": signed_name(name) or name},
    )


def signed_files(dossier: Dossier, name: str) -> list[File]:
    """The main files of the dossier that bear the name that the signature's name leaves, capitals aside; newest first."""
    wanted = signed_name(name)
    if wanted is None:
        return []
    files = File.objects.filter(
        version__document__placements__dossier=dossier,
        version__current=True,
        role=FileRole.MAIN,
        name__iexact=wanted,
    )
    return list(files.select_related("version__document", "status").order_by("-pk")[:20])


def signatures_beside(files: Sequence[File]) -> list[File]:
    """The detached signatures of the versions whose main files these are."""
    return list(
        File.objects.filter(version__in=[file.version_id for file in files], role=FileRole.SIGNATURE)
        .select_related("version__document", "status")
        .order_by("version", "pk")
    )


def call_waiting(job: Job) -> None:
    """At the end of an intake: signatures of the dossier whose file has come are tried again. See `JobKind.finish`."""
    from repository.actions.receive_file import retry_item

    if job.dossier is None or job.dossier.state not in WORKING_STATES:
        return
    actor = actor_of(job.actor) if job.actor else SYSTEM
    rows = JobItem.objects.filter(
        job__dossier=job.dossier, job__kind="intake", state=ItemState.FAILED, reason=WAITS
    ).order_by("pk")[:MOST_WAITING]
    for item in rows:
        if signed_files(job.dossier, item.payload["name"]):
            retry_item(item.pk, actor=actor)


def _save(intake: Intake, actor: Actor) -> dict[str, Any]:
    """Make the file beside the main one and write what was found; runs in the transaction that finishes the item."""
    dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=intake.dossier.pk)
    signed = intake.signs[0]
    document = (
        Document.objects.select_for_update(of=("self",)).select_related("agency").get(pk=signed.version.document_id)
    )
    if not File.objects.filter(
        pk=signed.pk, version__current=True, version__document__placements__dossier=dossier
    ).exists():
        # It was replaced or taken out while the signature was looked at.
        raise waiting(intake.name)
    _check(document)
    file = File.objects.create(
        version=signed.version,
        role=FileRole.SIGNATURE,
        name=intake.name,
        sha256=intake.sha256,
        sha512=intake.sha512,
        size=intake.size,
        mime=intake.mime,
        pronom=intake.pronom,
        format_name=intake.format_name[:200],
        received_at=now(),
    )
    FileStatus.objects.create(file=file)
    for step in registry.signature_steps:
        step.save(intake, document, file)
    names = ("id", "name", "sha256", "sha512", "size", "mime")
    record(
        "document.signature_received",
        actor,
        document,
        dossier=dossier,
        file={name: getattr(file, name) for name in names},
        signs={"id": signed.pk, "sha256": signed.sha256},
    )
    documents_changed([document.pk])
    return {"document": str(document.pk)}


def _held_already(intake: Intake) -> None:
    """These very bytes are a signature in the dossier already."""
    held = File.objects.filter(
        version__document__placements__dossier=intake.dossier, role=FileRole.SIGNATURE, sha256=intake.sha256
    )
    if held.exists():
        raise ItemHeld(_("This dossier holds the same signature already."))


def _check(document: Document) -> None:
    if document.sealed_at is not None or document.dossiers.exclude(state__in=WORKING_STATES).exists():
        raise ItemFailed(
            "dossier-closed",
            _("A dossier of the document was closed while this signature waited. Reopen it and try again."),
        )
