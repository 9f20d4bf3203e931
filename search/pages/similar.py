"""Documents similar to one: a short list on its page, fetched when the page stands, and a page of more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from repository.access import fetch_for
from repository.models import Document
from repository.pages.base import page
from search.engines.base import EngineError
from search.pages.shown import view_of
from search.service import shown
from search.similar import similar_to

FEW, MORE = 5, 30


def panel(request: HttpRequest, document: Document) -> dict[str, Any] | None:
    return {"document": document}


@page
def similar(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The page, or with `part` the short list for the document's own page."""
    actor = request.actor  # type: ignore[attr-defined]
    document = fetch_for(actor, "view", Document, document_id)
    short = "part" in request.GET
    context: dict[str, Any] = {"document": document}
    try:
        ids = similar_to(document, actor=actor, limit=FEW if short else MORE)
        context["hits"] = [view_of(hit, "") for hit in shown(ids, actor)]
    except EngineError:
        context["down"] = True
    template = "search/similar_part.html" if short else "search/similar.html"
    return render(request, template, context, status=503 if "down" in context and not short else 200)
