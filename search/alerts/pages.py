"""The switch beside a saved search, and the list of the documents that came."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from repository.actors import Actor
from repository.models import Document
from repository.pages.base import act, came_from, done, number_in, page
from search.alerts.actions import look_now, open_notice, switch_off, switch_on
from search.alerts.looking import unpacked

STEP = 50


@act
def switch(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """On where `on` is 1, else off."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.POST.get("on") == "1":
        switch_on(search_id, actor=actor)
        return done(
            request, _("From now on you are told of new documents here and on your first page."), _back(request)
        )
    switch_off(search_id, actor=actor)
    return done(request, _("The alert is switched off."), _back(request))


@act
def look(request: HttpRequest, search_id: UUID) -> HttpResponse:
    look_now(search_id, actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("The archive looks now; what is new will stand here in a moment."), _back(request))


def _back(request: HttpRequest) -> str:
    return came_from(request) if request.POST.get("next") else reverse("saved_searches")


@page
def notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """The documents of one notice that the person may see now, in the order in which they were found."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = open_notice(notice_id, actor=actor)
    ids = unpacked(found.ids)
    first = min(number_in(request.GET.get("from", "")) or 0, len(ids))
    here = ids[first : first + STEP]
    rows = Document.objects.visible_to(actor).filter(pk__in=here).select_related("agency").defer("trace_headers")
    seen = {row.pk: row for row in rows}
    context = {
        "notice": found,
        "saved": found.alert.search,
        "documents": [seen[one] for one in here if one in seen],
        "closed": len(here) - len(seen),
        "next_url": f"?from={first + STEP}" if len(ids) > first + STEP else "",
        "previous_url": f"?from={max(first - STEP, 0)}" if first else "",
        "step": STEP,
    }
    return render(request, "search/notice.html", context)
