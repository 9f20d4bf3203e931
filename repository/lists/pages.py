"""A list's page, and what is done from it: choose columns, act on what is chosen, export."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from repository import formats
from repository.access import require
from repository.actors import Actor
from repository.ids import ids_among
from repository.jobs.shown import page_of
from repository.lists.bulk import acts_of, plan, start
from repository.lists.catalogue import LISTS
from repository.lists.export import FORMATS, start_export
from repository.lists.listing import COUNTED, STEP, Listing
from repository.lists.remembered import columns_of, remember_columns
from repository.pages.base import act, done, page

# So many buttons stand in the bar of what is chosen; the rest opens.
AT_HAND = 3


def listing_of(request: HttpRequest, kind: type[Listing]) -> Listing:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return kind(actor, request.GET.dict(), columns_of(actor.user, kind.name))


def show(request: HttpRequest, kind: type[Listing], template: str, **more: Any) -> HttpResponse:
    """The page of a list. `more` is what its template shows besides."""
    listing = listing_of(request, kind)
    stretch = listing.page()
    later = listing.counts_later and bool(stretch.after or stretch.before)
    count = STEP + 1 if later else listing.count
    acts = acts_of(listing)
    context = {
        "listing": listing,
        "heads": listing.heads(),
        "rows": listing.shown_rows(stretch.rows),
        "chips": listing.chips(),
        "fields": [_field(listing, one) for one in listing.filters if one.allowed(listing.actor)],
        "words": next((_field(listing, one) for one in listing.filters if one.kind == "words"), None),
        "count": count,
        "counted": _counted(listing, count, STEP if later else COUNTED),
        "counts_later": later,
        "everything": formats.number(count) if count <= COUNTED and not later else "",
        "next_url": listing.address(after=stretch.after) if stretch.after else "",
        "previous_url": listing.address(before=stretch.before) if stretch.before else "",
        "step": STEP,
        "acts": acts,
        "first_acts": acts[:AT_HAND],
        "more_acts": acts[AT_HAND:],
        "choosable": [column for column in listing.columns if not column.fixed],
        "shown_names": {column.name for column in listing.shown},
        "filter_address": _filter_address(listing),
        **more,
    }
    return render(request, template, context)


def _filter_address(listing: Listing) -> str:
    """What the choice of rows is kept under: it holds while the filter is the same."""
    return urlencode(sorted(listing.filter_query.items()))


def _counted(listing: Listing, count: int, most: int = COUNTED) -> str:
    if count > most:
        return _("more than %(count)s") % {"count": listing.counted(most)}
    return listing.counted(count)


def _field(listing: Listing, one: Any) -> dict[str, Any]:
    value = listing.given.get(one.name, "")
    options = []
    if one.kind == "choice" and one.options is not None:
        options = [(known, label, known == value) for known, label in one.options(listing.actor)]
    return {"name": one.name, "label": one.label, "kind": one.kind, "value": value, "options": options}


def _kind(name: str) -> type[Listing]:
    if name not in LISTS:
        raise Http404
    return LISTS[name]


def _allowed(actor: Actor, kind: type[Listing]) -> None:
    """The same door as the list's page."""
    if kind.name == "events":
        require(actor, "audit")


@page
def counted(request: HttpRequest, listed: str) -> HttpResponse:
    """How many fit, in words: for a page that was shown before it was counted."""
    kind = _kind(listed)
    _allowed(request.actor, kind)  # type: ignore[attr-defined]
    listing = listing_of(request, kind)
    return HttpResponse(escape(_counted(listing, listing.count)))


@act
def columns(request: HttpRequest, listed: str) -> HttpResponse:
    """Keep the columns of a list as this person wants them."""
    kind, actor = _kind(listed), request.actor  # type: ignore[attr-defined]
    chosen = None if "reset" in request.POST else request.POST.getlist("column")
    remember_columns(actor.user, kind, chosen)
    return redirect(_back(request, kind))


@act
def export(request: HttpRequest, listed: str) -> HttpResponse:
    """Have the list written into a table by a job."""
    kind, actor = _kind(listed), request.actor  # type: ignore[attr-defined]
    _allowed(actor, kind)
    format = request.POST.get("format", "xlsx")
    if format not in FORMATS:
        raise Http404
    listing = kind(actor, _asked(request), columns_of(actor.user, kind.name))
    start_export(listing, format)
    return done(request, _("The table is being made; it will wait for you in the tray."), _back(request, kind))


@act
def bulk(request: HttpRequest, listed: str) -> HttpResponse:
    """First says what will happen to how many, and asks what the act needs to know; then a job does it."""
    kind, actor = _kind(listed), request.actor  # type: ignore[attr-defined]
    listing = kind(actor, _asked(request))
    everything = request.POST.get("everything") == "1"
    chosen = plan(
        listing,
        request.POST.get("act", ""),
        ids=ids_among([*request.POST.getlist("pick"), *request.POST.get("picked", "").split(",")]),
        everything=everything,
        left_out=ids_among(request.POST.get("left_out", "").split(",")),
    )
    starts = chosen.act.starts
    if "go" not in request.POST:
        context = {"chosen": chosen, "listing": listing, "back": _back(request, kind), "given": request.POST}
        context["counted"] = _counted(listing, chosen.count) if starts else listing.counted(chosen.count)
        context["filter_address"] = _filter_address(listing)
        context["undoable"] = chosen.act.undoes is not None
        # An act that only looks leaves nothing to take back.
        context["harmless"] = starts is not None and not chosen.act.final
        return render(request, "repository/bulk.html", context)
    values = {field.name: request.POST.get(field.name, "") for field in chosen.act.fields}
    if starts is not None:
        return redirect(page_of(starts(listing, chosen, values, actor)))
    job = start(chosen, values, actor=actor)
    message = _("%(act)s: %(count)s. The tray shows how far it is.") % {
        "act": chosen.act.label,
        "count": listing.counted(job.total),
    }
    return done(request, message, _back(request, kind))


def _asked(request: HttpRequest) -> dict[str, str]:
    """The filters and the order of the list that the form stood on; the form carries them as an address would."""
    return {str(name): str(value) for name, value in QueryDict(request.POST.get("query", "")).items()}


def _back(request: HttpRequest, kind: type[Listing]) -> str:
    query = request.POST.get("query", "")
    return reverse(kind.name) + (f"?{query}" if query else "")
