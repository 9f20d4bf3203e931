"""The file plan: headings of a year with their dossiers, and the way to open one."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from repository.access import may
from repository.access.acts import AGENCY_ACTS, READING_ROLES
from repository.access.querysets import under
from repository.models import Dossier, FilePlan, FilePlanEntry
from repository.pages.base import page


@page
def plan(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    plans = list(
        FilePlan.objects.filter(under("agency__path", actor.paths(*READING_ROLES)))
        .select_related("agency")
        .order_by("-year", "agency__path")[:200]
    )
    wanted = request.GET.get("plan", "")
    here = next((row for row in plans if str(row.pk) == wanted), plans[0] if plans else None)
    entries = []
    if here is not None:
        counts = dict(
            Dossier.objects.visible_to(actor)
            .filter(entry__plan=here)
            .values_list("entry")
            .annotate(total=Count("pk"))
            .values_list("entry", "total")
        )
        rows = (
            FilePlanEntry.objects.filter(plan=here)
            .select_related("record_class", "unit", "plan__agency")
            .order_by("notation")
        )
        paths = actor.paths(*AGENCY_ACTS["open dossier"])
        for entry in rows:
            agency = entry.unit or here.agency
            entries.append(
                {
                    "entry": entry,
                    "count": counts.get(entry.pk, 0),
                    "may_open": any(agency.path.startswith(path) for path in paths),
                    "level": entry.notation.count("."),
                }
            )
    context = {"plans": plans, "plan": here, "entries": entries, "works": may(actor, "work")}
    return render(request, "repository/plan.html", context)
