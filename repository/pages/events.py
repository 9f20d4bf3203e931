"""The events an auditor may read: a stretch at a time, newest first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from repository.access import require
from repository.lists.events import Events
from repository.lists.pages import show
from repository.models import Checkpoint
from repository.pages.base import page


@page
def events(request: HttpRequest) -> HttpResponse:
    require(request.actor, "audit")  # type: ignore[attr-defined]
    return show(request, Events, "repository/events.html", checkpoint=Checkpoint.objects.order_by("-size").first())
