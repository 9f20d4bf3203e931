"""Replace a document's file: a new version stands beside the old one, which stays with its verdicts and can be downloaded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from repository.access import fetch_for
from repository.actions.receive_file import receive_bytes
from repository.actors import Actor
from repository.codes import WORKING_STATES
from repository.events import record
from repository.intake.names import clean_name
from repository.jobs.engine import enqueue
from repository.models import Document, Dossier, File, Job
from repository.refusals import Refused

ACT = "edit"


def may_replace(document_id: UUID | str, *, actor: Actor) -> tuple[Document, Dossier]:
    """The document and an open dossier it stands in, if its file may be replaced now. Raises NotVisible, Forbidden or Refused."""
    document: Document = fetch_for(actor, ACT, Document, document_id, related=("agency",))
    if document.sealed_at is not None:
        raise Refused.because(
            ACT,
            document,
            "sealed",
            _("The document is sealed and read-only."),
            _("Its dossier must be reopened by the archive first."),
        )
    # The dossier is not named: it may be one that this person may not see.
    if document.dossiers.exclude(state__in=WORKING_STATES).exists():
        raise Refused.because(
            ACT,
            document,
            "in-closed-dossier",
            _("The document stands in a dossier that is no longer open."),
            _("That dossier must be reopened or returned first."),
        )
    dossier = Dossier.objects.visible_to(actor).filter(documents=document).order_by("pk").first()
    if dossier is None:
        raise Refused.because(
            ACT, document, "in-no-dossier", _("The document stands in no open dossier."), _("Put it into one first.")
        )
    return document, dossier


def new_version(
    document_id: UUID | str,
    name: str,
    chunks: Iterable[bytes],
    reason: str,
    *,
    actor: Actor,
    password: str | None = None,
) -> Job:
    """Stream the file and have it looked at like any other; when its job is done it is the current version.

    Raises NotVisible, Forbidden, or Refused (no reason, sealed, not open, empty, too large, disk full, held); then no byte is kept.
    """
    document, dossier = may_replace(document_id, actor=actor)
    reason = reason.strip()
    if not reason:
        raise Refused.because(
            ACT,
            document,
            "no-reason",
            _("Say why the file is replaced."),
            _("The reason is kept with the version."),
        )
    received = receive_bytes(document, name, chunks, act=ACT)
    if File.objects.filter(version__document=document, sha256=received.sha256).exists():
        raise Refused.because(
            ACT,
            document,
            "held",
            _("This very file is a version of the document already."),
            _("There is nothing to do."),
        )
    payload: dict[str, Any] = {
        "name": clean_name(name),
        "sha256": received.sha256,
        "sha512": received.sha512,
        "size": received.size,
        **({"password": password} if password else {}),
    }
    with transaction.atomic():
        params = {"document": str(document.pk), "reason": reason[:500]}
        job = enqueue("version", actor.id, dossier=dossier, params=params, items=[(str(payload["name"]), payload)])
        # No name: should the file be a state secret, nothing that stays may tell what it is about.
        record(
            "version.received",
            actor,
            document,
            dossier=dossier,
            sha256=received.sha256,
            sha512=received.sha512,
            size=received.size,
        )
    return job
