"""One document: its pages or text, and beside them the verdict, metadata, dossiers, history and files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from repository.access import may
from repository.actions.read import read_document
from repository.codes import FileRole
from repository.events import history_for
from repository.models import Document, Dossier, Extraction, File, Placement
from repository.pages.base import page
from repository.pages.document_facts import facts_of
from repository.pages.panels import panels_of
from repository.pages.versions import version_context
from repository.pages.viewer import viewer_of
from repository.pages.ways import ways_of

EVENTS = 30


@page
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    found = read_document(document_id, actor=actor)
    prefetch_related_objects([found], Prefetch("dossiers", queryset=Dossier.objects.select_related("agency")))
    files = list(
        File.objects.filter(version__document=found)
        .select_related("version", "status")
        .order_by("-version__number", "role", "id")
    )
    main = next((file for file in files if file.version.current and file.role == FileRole.MAIN), None)
    shown = _chosen(request, files) or main
    extraction = Extraction.objects.filter(file=shown, current=True).first() if shown else None
    places = _places(request, found)
    context: dict[str, Any] = {
        "document": found,
        "main": main,
        "shown": shown,
        "files": files,
        "versions": sorted({file.version.number for file in files}, reverse=True),
        "extraction": extraction,
        "places": places,
        "facts": facts_of(found),
        "events": list(history_for(actor, found).order_by("-id")[:EVENTS]),
        "can_edit": found.sealed_at is None and may(actor, "edit", found),
        "panels": panels_of("document", request, found),
        "way": ways_of(request, found, places),
        **version_context(actor, found),
        **viewer_of(request, shown, extraction),
    }
    return render(request, "repository/document.html", context)


def _chosen(request: HttpRequest, files: list[File]) -> File | None:
    """The appendix or earlier version that was asked for. Raises Http404 for a file of another document."""
    wanted = request.GET.get("file", "")
    if not wanted:
        return None
    file = next((file for file in files if str(file.pk) == wanted), None)
    if file is None:
        raise Http404
    return file


def _places(request: HttpRequest, found: Document) -> list[Placement]:
    """Where it is filed, as far as she may see it; the dossier she comes from first."""
    visible = Dossier.objects.visible_to(request.actor).filter(pk=OuterRef("dossier"))  # type: ignore[attr-defined]
    rows = list(Placement.objects.filter(Exists(visible), document=found).select_related("dossier")[:50])
    return sorted(rows, key=lambda place: str(place.dossier_id) != request.GET.get("dossier", ""))
