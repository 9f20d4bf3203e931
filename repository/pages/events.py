"""The events an auditor may read: a stretch at a time, newest first, by kind, person or day."""

from __future__ import annotations

import json
from datetime import date, datetime, time

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from repository.access import require
from repository.clock import LOCAL
from repository.models import Checkpoint, Event, EventPosition
from repository.pages.base import page, stretch
from repository.sentences import said_events


@page
def events(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    require(actor, "audit")
    rows = _filtered(Event.objects.visible_to(actor), request)
    found, next_url = stretch(rows, request)
    positions = dict(
        EventPosition.objects.filter(event_id__in=[event.pk for event in found]).values_list("event_id", "position")
    )
    said = said_events(found, request.user)
    context = {
        "events": [
            {"event": event, "said": words, "position": positions.get(event.pk), "body": json.loads(bytes(event.body))}
            for event, words in zip(found, said, strict=True)
        ],
        "next_url": next_url,
        "checkpoint": Checkpoint.objects.order_by("-size").first(),
        "kind": request.GET.get("kind", ""),
        "who": request.GET.get("who", ""),
        "day": request.GET.get("day", ""),
        "title": _("Events"),
    }
    return render(request, "repository/events.html", context)


def _filtered(rows: QuerySet[Event], request: HttpRequest) -> QuerySet[Event]:
    # PostgreSQL takes no zero in a text.
    kind, who, day = (request.GET.get(name, "").replace("\0", "").strip() for name in ("kind", "who", "day"))
    if kind:
        rows = rows.filter(kind__startswith=kind)
    if who:
        rows = rows.filter(actor_label__icontains=who)
    try:
        if day:
            start = datetime.combine(date.fromisoformat(day), time.min, LOCAL)
            rows = rows.filter(at__gte=start, at__lt=datetime.combine(date.fromisoformat(day), time.max, LOCAL))
    except ValueError:
        rows = rows.none()
    return rows
