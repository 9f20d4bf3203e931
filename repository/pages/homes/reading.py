"""The part of those who read: the search box, and what they read lately."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from repository.access import may
from repository.actors import Actor
from repository.models import Document, Dossier, Event

# Reading is an event. How far back is looked: the office's latest readings, so that the page stays quick in a large archive.
BACK = 5000
SHOWN = 8


def part(request: HttpRequest, actor: Actor) -> dict[str, Any] | None:
    """For people who search and do not file: whoever files has a page of work instead."""
    if not may(actor, "search") or may(actor, "work"):
        return None
    return {"documents": recently_read(actor), "dossiers": latest_dossiers(actor)}


def recently_read(actor: Actor) -> list[Document]:
    """Documents this person opened lately and may still see, the last one first."""
    latest = Event.objects.filter(kind="document.read").order_by("-id").values("pk")[:BACK]
    ids: dict[Any, None] = {}
    rows = Event.objects.filter(pk__in=latest, actor_id=actor.id).order_by("-id").values_list("object_id", flat=True)
    for found in rows[: SHOWN * 6]:
        ids.setdefault(found)
    wanted = list(ids)[:SHOWN]
    seen = {row.pk: row for row in Document.objects.visible_to(actor).filter(pk__in=wanted).select_related("agency")}
    return [seen[pk] for pk in wanted if pk in seen]


def latest_dossiers(actor: Actor) -> list[Dossier]:
    return list(Dossier.objects.visible_to(actor).select_related("agency", "retention").order_by("-pk")[:SHOWN])
