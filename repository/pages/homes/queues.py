"""The list behind a figure of the first page: the same rows, in stretches."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from repository.access import may
from repository.actors import Actor
from repository.pages.base import page, stretch
from repository.pages.homes.waiting import QUEUES
from repository.pages.homes.work import with_doubts


@page
def queue(request: HttpRequest, name: str) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = QUEUES.get(name)
    if found is None or not may(actor, "work"):
        raise Http404
    related = ("agency",) if found.documents else ("agency", "retention")
    rows, next_url = stretch(found.of(actor).select_related(*related), request)
    context: dict[str, Any] = {
        "queue": found,
        "rows": with_doubts(rows) if found.documents else rows,
        "next_url": next_url,
        "queues": [{"label": one.title, "url": one.url, "current": one is found} for one in QUEUES.values()],
    }
    return render(request, "repository/queue.html", context)
