"""The operator's page of the index: how far it is behind, what comparisons found, a rebuild and the way back. No name of a record."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from repository import formats
from repository.access import may, require
from repository.actors import Actor
from repository.clock import now
from repository.jobs.engine import UNFINISHED
from repository.jobs.shown import as_figures
from repository.models import Job
from repository.pages.base import act, done, page, stretch
from search import index_acts, outbox
from search.engines.base import EngineError, Health
from search.index_jobs import KINDS
from search.indexer import engine
from search.models import IndexCheck, SetAside

STEP = 20
REFUSED = 50
"""Refused documents that are shown, the latest first; how many there are is told."""


def health() -> Health:
    """Return the state of the engine, also where it cannot be reached."""
    try:
        return engine().health()
    except EngineError as error:
        return Health(ok=False, engine="", detail=str(error))


def behind(waiting: int, seconds: float) -> str:
    """How far the index is behind, for who keeps it running."""
    if not waiting:
        return _("level with the database")
    return ngettext(
        "%(seconds)s s behind, %(count)s document waits", "%(seconds)s s behind, %(count)s documents wait", waiting
    ) % {"seconds": formats.number(round(seconds)), "count": formats.number(waiting)}


def how_far() -> str:
    """The same of the index as it is: one that is gone holds nothing, whatever does not wait."""
    try:
        if not engine().exists():
            return _("there is no index; all documents wait for it to be built anew")
    except EngineError:
        # What waits is known all the same.
        pass
    return behind(*outbox.lag())


def outcome(check: IndexCheck) -> str:
    """What a comparison found, in a few words."""
    if not check.differing:
        return _("no difference")
    said = ngettext("%(count)s document differed", "%(count)s documents differed", check.differing)
    return said % {"count": formats.number(check.differing)}


def figures(actor: Actor) -> list[tuple[Any, Any]]:
    """For the first page of who keeps the archive running."""
    check = IndexCheck.objects.order_by("-pk").first()
    last = f"{formats.instant(check.ended_at)} · {outcome(check)}" if check else _("not yet")
    link = format_html('<a class="vk-link" href="{}">{}</a>', reverse("search_index"), how_far())
    return [(_("Search index"), link), (_("Index compared with the database"), last)]


@page
def index(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "see jobs")
    moment = now()
    state = health()
    checks, next_url = stretch(IndexCheck.objects.all(), request, step=STEP)
    running = Job.objects.filter(kind__in=KINDS, state__in=UNFINISHED).order_by("-pk").first()
    last = Job.objects.filter(kind__in=KINDS).exclude(state__in=UNFINISHED).order_by("-pk").first()
    context: dict[str, Any] = {
        "state": state,
        "behind": how_far(),
        "documents": formats.number(state.documents),
        "running": as_figures(running, moment) if running else None,
        "failed": last.message if last is not None and last.message and running is None else "",
        "checks": [{"check": check, "outcome": outcome(check)} for check in checks],
        "next_url": next_url,
        "refused": SetAside.objects.order_by("-since", "pk")[:REFUSED],
        "refused_total": SetAside.objects.count(),
        "may": may(actor, "manage index"),
        "search_url": reverse("search"),
    }
    return render(request, "search/index.html", context)


@act
def compare_index(request: HttpRequest) -> HttpResponse:
    index_acts.start_comparison(actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("The comparison has begun; what differs is put right."), "search_index")


@act
def rebuild_index(request: HttpRequest) -> HttpResponse:
    index_acts.start_rebuild(actor=request.actor, fresh=request.POST.get("fresh") == "1")  # type: ignore[attr-defined]
    return done(request, _("The rebuild has begun. Until it is done, the index of now answers."), "search_index")


@act
def return_index(request: HttpRequest) -> HttpResponse:
    index_acts.start_return(actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("The earlier index is being brought level; then it takes its place again."), "search_index")


@act
def give_up_index(request: HttpRequest) -> HttpResponse:
    index_acts.give_up_rebuild(actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("The half-built index is gone; the one that answers was not touched."), "search_index")
