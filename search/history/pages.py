"""Who opened and took away what, who searched for what, and what was not found: each for those who may know it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from repository.access import fetch_for, may, require
from repository.actors import Actor
from repository.lists.pages import show
from repository.models import Document, Event
from repository.pages.base import page, stretch
from repository.sentences import said_events
from search.history import report
from search.history.readings import KINDS, OwnReadings, OwnSearches, Readings, Searches


def _own_tabs(here: str) -> list[dict[str, Any]]:
    names = (("own_readings", _("Opened and taken away")), ("own_searches", _("Searched")))
    return [{"label": label, "url": reverse(name), "current": name == here} for name, label in names]


def _tabs(actor: Actor, here: str) -> list[dict[str, Any]]:
    names = [("search_report", _("Searched and not found"))]
    if may(actor, "audit"):
        names += [("readings", _("Opened and taken away")), ("searches", _("Searches"))]
    return [{"label": label, "url": reverse(name), "current": name == here} for name, label in names]


@page
def own_readings(request: HttpRequest) -> HttpResponse:
    """Everybody's own; nobody else's."""
    return show(request, OwnReadings, "search/history.html", tabs=_own_tabs("own_readings"), own=True)


@page
def own_searches(request: HttpRequest) -> HttpResponse:
    return show(
        request,
        OwnSearches,
        "search/history.html",
        tabs=_own_tabs("own_searches"),
        own=True,
        days=settings.SEARCH_LOG_DAYS,
    )


@page
def readings(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "audit")
    return show(request, Readings, "search/history.html", tabs=_tabs(actor, "readings"))


@page
def searches(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "audit")
    return show(request, Searches, "search/history.html", tabs=_tabs(actor, "searches"), days=settings.SEARCH_LOG_DAYS)


@page
def readers(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Who opened one document and took it away, newest first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    document: Document = fetch_for(actor, "see readings", Document, document_id, related=("agency",))
    rows = Event.objects.filter(object_id=document.pk, kind__in=KINDS, secrecy__lte=actor.clearance)
    events, next_url = stretch(rows, request)
    context = {"document": document, "rows": list(zip(events, said_events(events, actor.user), strict=True))}
    return render(request, "search/readers.html", {**context, "next_url": next_url})


@page
def search_report(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "see searches")
    context = {
        "tabs": _tabs(actor, "search_report"),
        "in_vain": report.asked(in_vain=True),
        "asked": report.asked(in_vain=False),
        "figures": report.figures(),
        "days": settings.SEARCH_LOG_DAYS,
        "people": settings.SEARCH_REPORT_PEOPLE,
        "may_add": may(actor, "manage abbreviations"),
        "searches": may(actor, "search"),
    }
    return render(request, "search/report.html", context)
