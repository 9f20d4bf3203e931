"""Receiving files: into which dossier, what is still being read, and what waits to be confirmed where."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from repository.access import require
from repository.actors import Actor
from repository.jobs.engine import UNFINISHED
from repository.models import Job, Placement
from repository.pages.base import page, stretch
from repository.pages.homes.waiting import QUEUES, intake_dossiers


@page
def receiving(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "work")
    rows, next_url = stretch(intake_dossiers(actor).select_related("agency"), request, step=30)
    ids = [row.pk for row in rows]
    counted = (
        Placement.objects.filter(dossier__in=ids)
        .values("dossier")
        .annotate(total=Count("pk"), left=Count("pk", filter=Q(document__confirmed_at__isnull=True)))
    )
    counts = {row["dossier"]: row for row in counted}
    jobs = Job.objects.filter(kind="intake", actor=actor.user, state__in=UNFINISHED).select_related("dossier")[:20]
    context: dict[str, Any] = {
        "rows": [{"total": 0, "left": 0, **counts.get(row.pk, {}), "dossier": row} for row in rows],
        "next_url": next_url,
        "jobs": list(jobs),
        "confirm": QUEUES["confirm"],
        "left": QUEUES["confirm"].of(actor).order_by().count(),
    }
    return render(request, "repository/receiving.html", context)
