"""What every page's frame shows: the places a person may go to, the search box, and the jobs she has running."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from repository.access import may
from repository.actors import Actor
from repository.admin.entry import ROLES
from repository.jobs.engine import UNFINISHED
from repository.jobs.shown import in_tray
from repository.pages.places import REFERENCE, current, reference, room
from repository.pages.places import bench as bench_places

ROOM, BENCH = "vk/base.html", "vk/workbench.html"


def frame(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    if actor is None or not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"nav": []}
    # Pages without a frame (fragments, Wagtail's own) never ask, so these queries are made only when shown.
    return {
        "nav": SimpleLazyObject(lambda: nav(request, actor)),
        "bench": SimpleLazyObject(lambda: bench(request, actor)),
        "tray": SimpleLazyObject(lambda: tray(actor)),
        "search_url": _search_url() if may(actor, "search") else "",
        "frame": frame_of(request, actor),
    }


def frame_of(request: HttpRequest, actor: Actor) -> str:
    """The frame a page stands in: the workbench's for those who file or keep the archive running, else the reading room's."""
    return BENCH if actor.holds(*ROLES) else ROOM


def nav(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    """The reading room's places; who works at the bench finds the way back to it."""
    found = room(actor)
    if actor.holds(*ROLES):
        found = [{"label": _("Workbench"), "url": reverse("home"), "icon": "home", "letter": "h"}, *found]
    return current(found, request.path)


def bench(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """The workbench's menu: places with what waits there, and the reference data this person keeps."""
    places = current([*bench_places(actor), *reference(actor)], request.path)
    kept = {name for name, *_rest in REFERENCE}
    return {
        "places": [place for place in places if place.get("name") not in kept],
        "reference": [place for place in places if place.get("name") in kept],
        "all": places,
    }


def tray(actor: Actor) -> dict[str, Any]:
    """The person's own jobs: what runs, and what has ended since she last put the tray away."""
    jobs = in_tray(actor)
    running = [one.view for one in jobs if one.job.state in UNFINISHED]
    total, through = sum(view.total for view in running), sum(view.done + view.failed for view in running)
    return {
        "jobs": jobs,
        "running": len(running),
        "ended": len(jobs) - len(running),
        "percent": round(100 * through / total) if total else 0,
        "url": reverse("tray"),
        "all_url": reverse("jobs"),
    }


def _search_url() -> str:
    try:
        return reverse("search")
    except NoReverseMatch:
        return ""
