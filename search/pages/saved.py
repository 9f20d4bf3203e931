"""A person's own searches: the latest ten, which come by themselves, and those she saved under a name. Nobody else sees them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from repository.access import may, require
from repository.actors import Actor
from repository.clock import now
from repository.models import User
from repository.pages.base import act, came_from, done, page
from repository.preferences import preferred, remember
from repository.refusals import Refused
from search.alerts.jobs import unread_of
from search.models import SavedSearch
from search.pages.asked import canonical, titles_of

KEY = "searches"
RECENT, SHOWN, MOST = 10, 6, 100
LONGEST_NAME = 120


def note_asked(actor: Actor, query: str) -> None:
    """Keep the question as the latest one. Nothing is written where it is the latest already."""
    if recent(actor)[:1] != [query]:
        remember(actor, KEY, lambda kept: [query, *(one for one in _list(kept) if one != query)][:RECENT])


def recent(actor: Actor) -> list[str]:
    return _list(preferred(actor.user, KEY))


def _list(kept: Any) -> list[str]:
    return [one for one in kept if isinstance(one, str)][:RECENT] if isinstance(kept, list) else []


def saved_as(actor: Actor, query: str) -> SavedSearch | None:
    return SavedSearch.objects.filter(owner=actor.user, query=query).select_related("alert").first()


def own(actor: Actor, search_id: UUID) -> SavedSearch:
    """The person's own saved search. Another's looks as if it were not there."""
    found = SavedSearch.objects.filter(owner=actor.user, pk=search_id).first()
    if found is None:
        raise Http404
    return found


def part(request: HttpRequest, actor: Actor) -> dict[str, Any] | None:
    """The search box with saved and latest searches, on the first page of people who read."""
    if not may(actor, "search") or may(actor, "work"):
        return None
    return {**lists_of(actor, SHOWN), "url": reverse("search"), "all_url": reverse("saved_searches")}


def own_searches(actor: Actor, most: int) -> list[SavedSearch]:
    return list(SavedSearch.objects.filter(owner=actor.user)[:most])


def lists_of(actor: Actor, most: int) -> dict[str, Any]:
    latest = recent(actor)
    titles = titles_of(latest)
    return {
        "saved": own_searches(actor, most),
        "recent": [{"query": one, "title": titles[one], "url": f"{reverse('search')}?{one}"} for one in latest[:most]],
    }


@page
def saved(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "search")
    return render(request, "search/saved.html", {**lists_of(actor, MOST), "saved": with_alerts(actor)})


def with_alerts(actor: Actor) -> list[dict[str, Any]]:
    """The person's searches with their alerts and what they told and she has not read; two queries."""
    unread = {one.alert_id: one for one in unread_of(actor, MOST)}
    rows = SavedSearch.objects.filter(owner=actor.user).select_related("alert")[:MOST]
    return [{"search": one, "alert": getattr(one, "alert", None), "unread": unread.get(one.pk)} for one in rows]


@act
def save(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "search")
    query = canonical(QueryDict(request.POST.get("query", "")[:4000]))
    if not query:
        raise Refused.because(
            "save", None, "no-question", _("There is no search to save."), _("Search for something first.")
        )
    name = request.POST.get("name", "").strip()[:LONGEST_NAME] or titles_of([query])[query]
    with transaction.atomic():
        # The person's row is held, so that two windows do not save past the limit.
        User.objects.select_for_update().get(pk=actor.id)
        mine = SavedSearch.objects.filter(owner=actor.user)
        if mine.count() >= MOST and not mine.filter(query=query).exists():
            raise Refused.because(
                "save", None, "too-many", _("You keep 100 searches already."), _("Delete one that you no longer need.")
            )
        mine.update_or_create(
            query=query,
            defaults={"name": name},
            create_defaults={"owner": actor.user, "name": name, "created_at": now()},
        )
    return done(request, _("The search is saved. It stands on your first page."), came_from(request))


@act
def rename(request: HttpRequest, search_id: UUID) -> HttpResponse:
    found = own(request.actor, search_id)  # type: ignore[attr-defined]
    name = request.POST.get("name", "").strip()[:LONGEST_NAME]
    if not name:
        raise Refused.because("rename", found, "no-name", _("A search needs a name."), _("Type a few words."))
    SavedSearch.objects.filter(pk=found.pk).update(name=name)
    return done(request, _("The search has its new name."), "saved_searches")


@act
def delete(request: HttpRequest, search_id: UUID) -> HttpResponse:
    own(request.actor, search_id).delete()  # type: ignore[attr-defined]
    return done(request, _("The search is deleted."), "saved_searches")


@act
def forget(request: HttpRequest) -> HttpResponse:
    """Take one of the latest searches out, or all of them where none is named."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    query = request.POST.get("query", "")
    remember(actor, KEY, lambda kept: [one for one in _list(kept) if query and one != query])
    return done(request, _("Taken out of your latest searches."), came_from(request))
