"""What happened to a dossier, in sentences, newest first; a stretch at a time. Readings are told on the page of the history, not beside the work."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from repository.access import fetch_for
from repository.events import READINGS, history_for
from repository.models import Dossier

STRETCH = 20


@login_required
def history(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """The history as a page of its own, or (for a script) the next stretch of it."""
    dossier = fetch_for(request.actor, "history", Dossier, dossier_id, related=("agency",))  # type: ignore[attr-defined]
    context = {"dossier": dossier, **told(request, dossier, readings=request.GET.get("all") == "1")}
    part = request.headers.get("HX-Request") == "true"
    return render(request, f"repository/dossier/{'events' if part else 'history'}.html", context)


def told(request: HttpRequest, dossier: Dossier, *, readings: bool = False) -> dict[str, Any]:
    """For the template: one stretch of events and the identity after which the next one begins (empty on the last)."""
    rows = history_for(request.actor, dossier).order_by("-id")  # type: ignore[attr-defined]
    if not readings:
        rows = rows.exclude(kind__in=READINGS)
    before = request.GET.get("before", "")
    try:
        rows = rows.filter(pk__lt=UUID(before)) if before else rows
    except ValueError:
        rows = rows.none()
    found = list(rows[: STRETCH + 1])
    more = len(found) > STRETCH
    found = found[:STRETCH]
    return {"events": found, "events_before": str(found[-1].pk) if more else "", "readings": readings}
