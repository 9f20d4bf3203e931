"""Lists of dossiers. Rules live in access."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from repository.access import may
from repository.codes import DossierState, RetentionState
from repository.models import Dossier
from repository.pages.base import page, stretch


@page
def dossiers(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    rows = Dossier.objects.visible_to(actor).select_related("agency", "retention")
    state, words = request.GET.get("state", ""), request.GET.get("q", "").replace("\0", "").strip()
    if state in DossierState.values:
        rows = rows.filter(state=state)
    if request.GET.get("due"):
        rows = rows.filter(retention__state=RetentionState.ENDED)
    if words:
        rows = rows.filter(Q(code__icontains=words) | Q(title__icontains=words))
    found, next_url = stretch(rows, request)
    states = [
        {"label": label, "url": f"?state={value}", "current": value == state}
        for value, label in DossierState.choices
        if value not in (DossierState.DESTROYED, DossierState.TRANSFERRED)
    ]
    context = {
        "dossiers": found,
        "next_url": next_url,
        "states": [{"label": _("All"), "url": "?", "current": not state and not request.GET.get("due")}, *states],
        "q": words,
        "state": state,
        "may_open": may(actor, "open dossier"),
    }
    return render(request, "repository/dossiers.html", context)
