"""What every page's frame shows: the places a person may go to, the search box, and the jobs she has running."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from repository.actors import Actor
from repository.clock import now
from repository.components import JobView
from repository.jobs.engine import UNFINISHED
from repository.models import Job
from repository.registry import registry


def frame(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    if actor is None or not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"nav": []}
    # Pages without a frame (fragments, Wagtail's own) never ask, so these queries are made only when shown.
    return {
        "nav": SimpleLazyObject(lambda: nav(request, actor)),
        "tray": SimpleLazyObject(lambda: tray(actor)),
        "search_url": _search_url(),
        "frame": frame_of(request, actor),
    }


def frame_of(request: HttpRequest, actor: Actor) -> str:
    """The frame a page stands in: the reading room's, or the workbench's for those who file."""
    return "vk/base.html"


def nav(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    found = [place for places in registry.places for place in places(actor)]
    return [{**place, "current": request.path.startswith(place["url"])} for place in found]


def tray(actor: Actor) -> dict[str, Any]:
    """The person's own running jobs."""
    moment = now()
    jobs = Job.objects.filter(actor=actor.user, state__in=UNFINISHED).select_related("dossier")[:10]
    views = [JobView.of(job, moment) for job in jobs]
    total, through = sum(view.total for view in views), sum(view.done + view.failed for view in views)
    return {
        "jobs": views,
        "percent": round(100 * through / total) if total else 0,
        "url": reverse("tray"),
        "all_url": reverse("jobs"),
    }


def _search_url() -> str:
    try:
        return reverse("search")
    except NoReverseMatch:
        return ""
