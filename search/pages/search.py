"""One box: what it finds, the words marked in their accents, filters with counts; only what the person may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from repository.actors import Actor
from repository.lists.remembered import columns_of, remember_columns
from repository.pages.base import act, came_from, number_in, page
from repository.preferences import preferred, remember
from repository.registry import registry
from search import outbox
from search.columns import FALLING, SORTS, Results
from search.engines.base import EngineError, Sort
from search.facets import filters_of, given
from search.fallback import find_without_engine
from search.history.asked import note
from search.pages.addresses import changed, going_on, without
from search.pages.asked import canonical, titles_of
from search.pages.facets import facets_of, opened, with_range
from search.pages.hits import query_of
from search.pages.problems import said
from search.pages.saved import note_asked, own_searches, saved_as
from search.pages.shown import view_of
from search.pages.words import Names, names_of, word
from search.service import Results as Found
from search.service import find

PAGE = 20
MINE = 5
VIEW = "results_view"


@page
def search(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked = request.GET
    if address := with_range(asked):
        return redirect(address)
    typed = asked.get("q", "").replace("\0", "").strip()[:1000]
    sort = Sort(asked["sort"]) if asked.get("sort") in set(Sort) else Sort.RELEVANCE
    context: dict[str, Any] = {"query": typed, "sort": sort, "asked": bool(typed or given(asked))}
    # How long, and not how many: others' documents are counted for nobody.
    context["lag"] = outbox.seconds_behind()
    context["mine"] = own_searches(actor, MINE)
    kept = canonical(asked)
    if kept and request.method == "GET":
        if not asked.get("after"):
            note_asked(actor, kept)
        context.update(kept=kept, kept_name=titles_of([kept])[kept], saved=saved_as(actor, kept))
    try:
        found = _find(typed, asked, actor, sort)
    except EngineError:
        context.update(down=True, chosen=_chosen(asked, names_of(given(asked), actor)), **_fallen(typed, asked, actor))
        return render(request, "search/search.html", context, status=503)
    if kept and request.method == "GET" and not asked.get("after"):
        # Nearest ones are not what was asked for.
        note(actor, kept, 0 if found.loosened else found.total)
    # Which result stands first on this page of them: addresses of pages carry it.
    first = (number_in(asked.get("n", "")) or 1) if asked.get("after") else 1
    hits = [view_of(hit, query_of(asked, first + index)) for index, hit in enumerate(found.hits)]
    names = names_of({name: [*found.facets.get(name, ()), *given(asked).get(name, ())] for name in NAMED}, actor)
    context.update(
        total=found.total,
        acts=[one for acts in registry.found_acts for one in acts(actor, kept)] if kept and found.total else [],
        took=found.took_ms,
        loosened=found.loosened,
        near=found.near,
        words_only=found.words_only,
        meant={"words": found.meant, "url": changed(asked, q=found.meant)} if found.meant else None,
        problems=said(found.parsed),
        hits=hits,
        facets=facets_of(asked, found.facets, names),
        chosen=_chosen(asked, names),
        next_url=going_on(asked, found.after, first + len(hits)) if found.after else "",
        sorts=[
            {"label": label, "url": changed(asked, sort=value), "current": value == sort} for value, label in sorts()
        ],
        **_view(asked, actor, hits, sort),
    )
    return render(request, "search/search.html", context)


NAMED = ("agency", "unit", "fonds", "dossier")


def sorts() -> list[tuple[Sort, str]]:
    return [
        (Sort.RELEVANCE, _("best first")),
        (Sort.NEWEST, _("newest first")),
        (Sort.OLDEST, _("oldest first")),
        (Sort.NUMBER, pgettext("order", "by number")),
        (Sort.FILED, pgettext("order", "latest filed first")),
    ]


def _find(typed: str, asked: QueryDict, actor: Actor, sort: Sort) -> Found:
    given_on: dict[str, Any] = {"filters": filters_of(asked), "facets": opened(asked), "sort": sort, "limit": PAGE}
    try:
        return find(typed, actor=actor, after=asked.get("after") or None, **given_on)
    except ValueError:
        # No end of a page, or one of another order: the first page.
        return find(typed, actor=actor, **given_on)


def _fallen(typed: str, asked: QueryDict, actor: Actor) -> dict[str, Any]:
    """What the database finds while the engine is away."""
    fallen = find_without_engine(typed, actor=actor, filters=filters_of(asked), limit=PAGE)
    hits = [
        {"number": row.code, "title": row.subject, "url": row.get_absolute_url(), "date": row.issued_date}
        for row in fallen.documents
    ]
    return {"hits": hits, "left_out": fallen.left_out, "unanswered": fallen.unanswered}


def _chosen(asked: QueryDict, names: Names) -> list[dict[str, str]]:
    """The filters that are on, each with the way to take it off."""
    return [
        {"label": word(name, value, names), "url": without(asked, name, value)}
        for name, values in given(asked).items()
        for value in values
    ]


def _view(asked: QueryDict, actor: Actor, hits: Sequence[Mapping[str, Any]], sort: Sort) -> dict[str, Any]:
    """As a list or as a table, as the person last chose; the table with her columns."""
    view = asked.get("view", "")
    if view in ("list", "table"):
        if preferred(actor.user, VIEW, "list") != view:
            remember(actor, VIEW, lambda _kept: view)
    else:
        view = preferred(actor.user, VIEW, "list")
    views = {
        "table": view == "table",
        "views": [
            {"label": pgettext("view", "List"), "url": changed(asked, view="list"), "current": view != "table"},
            {"label": pgettext("view", "Table"), "url": changed(asked, view="table"), "current": view == "table"},
        ],
    }
    if view != "table":
        return views
    listing = Results(actor, {}, columns_of(actor.user, Results.name))
    heads = []
    for column in listing.shown:
        ways = SORTS.get(column.name, ())
        # A column that is the order already turns it round, where it can.
        following = next((way for way in ways if way is not sort), None)
        current = ("descending" if sort in FALLING else "ascending") if sort in ways else ""
        heads.append({"column": column, "sorted": current, "url": changed(asked, sort=following) if following else ""})
    return {
        **views,
        "heads": heads,
        "rows": [[(column, column.cell(hit)) for column in listing.shown] for hit in hits],
        "choosable": [column for column in listing.columns if not column.fixed],
        "shown_names": {column.name for column in listing.shown},
    }


@act
def set_columns(request: HttpRequest) -> HttpResponse:
    """Keep the columns of the table of results as this person wants them."""
    chosen = None if "reset" in request.POST else request.POST.getlist("column")
    remember_columns(request.actor.user, Results, chosen)  # type: ignore[attr-defined]
    return redirect(came_from(request))
