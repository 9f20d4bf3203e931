"""What histories register with the repository."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from repository.access import may
from repository.actors import Actor
from repository.models import Document
from repository.registry import JobKind, Panel, registry


def places(actor: Actor) -> Iterator[dict[str, Any]]:
    if may(actor, "see searches"):
        label = pgettext("place", "Use")
        yield {"name": "use", "label": label, "url": reverse("search_report"), "letter": "u", "order": 55}


def panel(request: HttpRequest, document: Document) -> dict[str, Any] | None:
    """The way to who opened the document, for those who may know it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return {"url": reverse("readers", args=[document.pk])} if may(actor, "see readings", document) else None


def register() -> None:
    from repository.lists.catalogue import LISTS
    from search.history.asked import KIND, clear_away
    from search.history.readings import OwnReadings, OwnSearches, Readings, Searches

    LISTS.update({one.name: one for one in (OwnReadings, OwnSearches, Readings, Searches)})
    registry.places.append(places)
    registry.document_panels.append(Panel("readers", 90, "search/readers_panel.html", panel))
    registry.nightly_work(JobKind(name=KIND, title=_("Old searches forgotten"), work_job=clear_away), order=62)
