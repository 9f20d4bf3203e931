"""A document's file is replaced by a new version; the form stands in the File section of the document's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from repository.actions.new_version import may_replace, new_version
from repository.actors import Actor
from repository.jobs.engine import UNFINISHED
from repository.models import Document, Job
from repository.pages.base import act, done
from repository.refusals import Refused, RepositoryError


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
    """Whether she may replace the file, and whether a new version is on its way."""
    try:
        may_replace(document.pk, actor=actor)
    except RepositoryError:
        return {"can_replace": False, "version_waits": False}
    waits = Job.objects.filter(kind="version", params__document=str(document.pk), state__in=UNFINISHED).exists()
    return {"can_replace": True, "version_waits": waits}
