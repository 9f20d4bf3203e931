"""A document's file is replaced by a new version; the form stands in the File section of the document's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from repository.access import may
from repository.actions.new_version import ACT, may_replace, new_version
from repository.actors import Actor
from repository.codes import WORKING_STATES
from repository.jobs.engine import UNFINISHED
from repository.models import Document, Job
from repository.pages.base import act, done
from repository.refusals import Refused


@act
def add(request: HttpRequest, document_id: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    document, _dossier = may_replace(document_id, actor=actor)
    upload = request.FILES.get("file")
    if upload is None:
        raise Refused.because(
            "edit", document, "no-file", _("No file was chosen."), _("Choose the file that takes its place.")
        )
    new_version(
        document_id,
        upload.name or "unnamed",
        upload.chunks(),
        request.POST.get("reason", ""),
        actor=actor,
        password=request.POST.get("password") or None,
    )
    return done(request, _("The new version is received. It takes its place once it has been read."), document)


def version_context(actor: Actor, document: Document) -> dict[str, Any]:
    """Whether the form is offered (the action asks again), and whether a new version is on its way. The dossiers are loaded already."""
    dossiers = document.dossiers.all()
    if not (
        document.sealed_at is None
        and may(actor, ACT, document)
        and all(dossier.state in WORKING_STATES for dossier in dossiers)
        and any(may(actor, "view", dossier) for dossier in dossiers)
    ):
        return {"can_replace": False, "version_waits": False}
    waits = Job.objects.filter(kind="version", params__document=str(document.pk), state__in=UNFINISHED).exists()
    return {"can_replace": True, "version_waits": waits}
