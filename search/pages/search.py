"""One box: what it finds, the words marked in their accents, filters with counts; only what the person may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from repository.codes import DossierState
from repository.component_tags.words import marked
from repository.pages.base import number_in, page
from repository.registry import registry
from search import outbox
from search.engines.base import EngineError, Sort
from search.pages.asked import canonical, titles_of
from search.pages.hits import query_of
from search.pages.problems import said
from search.pages.saved import note_asked, own_searches, saved_as
from search.pages.words import agency_names, word
from search.service import COUNTED, Hit, by_number_and_title, find

PAGE = 20
SHOWN = 12
MINE = 5


@page
def search(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    typed = request.GET.get("q", "").replace("\0", "").strip()[:1000]
    filters = {name: tuple(request.GET.getlist(name)) for name in COUNTED if request.GET.getlist(name)}
    given = request.GET.get("sort", "")
    sort = Sort(given) if given in set(Sort) else Sort.RELEVANCE
    context: dict[str, Any] = {"query": typed, "sort": sort, "asked": bool(typed or filters)}
    context["behind"], context["lag"] = outbox.lag()
    context["mine"] = own_searches(actor, MINE)
    kept = canonical(request.GET)
    if kept and request.method == "GET":
        if not request.GET.get("after"):
            note_asked(actor, kept)
        context.update(kept=kept, kept_name=titles_of([kept])[kept], saved=saved_as(actor, kept))
    try:
        try:
            found = find(
                typed, actor=actor, filters=filters, sort=sort, limit=PAGE, after=request.GET.get("after") or None
            )
        except ValueError:
            # No end of a page, or one of another order: the first page.
            found = find(typed, actor=actor, filters=filters, sort=sort, limit=PAGE)
    except EngineError:
        context["down"] = True
        context["hits"] = [
            {"number": row.code, "title": row.subject, "url": row.get_absolute_url(), "date": row.issued_date}
            for row in by_number_and_title(typed, actor=actor)
        ]
        return render(request, "search/search.html", context, status=503)
    # Which result stands first on this page of them: addresses of pages carry it.
    first = (number_in(request.GET.get("n", "")) or 1) if request.GET.get("after") else 1
    context.update(
        total=found.total,
        acts=[act for acts in registry.found_acts for act in acts(actor, kept)] if kept and found.total else [],
        took=found.took_ms,
        loosened=found.loosened,
        problems=said(found.parsed),
        hits=[view_of(hit, query_of(request.GET, first + index)) for index, hit in enumerate(found.hits)],
        facets=facets_of(request.GET, found.facets),
        chosen=[
            {"label": word(name, value), "url": _without(request.GET, name, value)}
            for name, values in filters.items()
            for value in values
        ],
        next_url=_with(request.GET, after=found.after, n=first + len(found.hits)) if found.after else "",
        sorts=[
            {"label": label, "url": _with(request.GET, sort=value, after=None), "current": value == sort}
            for value, label in (
                (Sort.RELEVANCE, _("best first")),
                (Sort.NEWEST, _("newest first")),
                (Sort.OLDEST, _("oldest first")),
            )
        ],
    )
    return render(request, "search/search.html", context)


def view_of(hit: Hit, query: str) -> dict[str, Any]:
    """What a row of the results shows; marks stand in the accents of the text. `query` goes with its addresses, for the way to the next result."""
    document = hit.document
    pages = sorted({piece.page for piece in hit.snippets if piece.page})
    url = f"{document.get_absolute_url()}?{query}"
    return {
        "number": document.code,
        "date": document.issued_date,
        "type": document.type_name,
        "url": url,
        "title": marked(document.subject or str(_("Untitled document")), hit.title_marks),
        "text": _pieces(hit),
        "pages": [(number, f"{url}&page={number}#page-{number}") for number in pages]
        if (document.page_amount or 0) > 1
        else [],
        "agency": document.organ_name or document.agency.name,
        "dossiers": [(dossier.code, dossier.get_absolute_url()) for dossier in hit.dossiers[:3]],
        "indication": hit.main.status.indication if hit.main else None,
        "state": DossierState.ARCHIVED if document.sealed_at else hit.dossiers[0].state if hit.dossiers else "",
        "page_count": document.page_amount,
        "scanned": bool(hit.extraction and hit.extraction.ocr == "done"),
    }


def _pieces(hit: Hit) -> SafeString:
    shown = SafeString("")
    for piece in hit.snippets:
        text = hit.text[piece.start : piece.end]
        spans = [(mark.start - piece.start, mark.end - piece.start) for mark in piece.marks]
        before = "… " if piece.start and not shown else ""
        shown = format_html("{}{}{} … ", shown, before, marked(text, spans))
    return shown


TITLES = {
    "agency": lambda: _("Agency"),
    "year": lambda: _("Year"),
    "type": lambda: _("Type"),
    "state": lambda: _("State"),
    "verdict": lambda: _("Signature"),
}


def facets_of(asked: QueryDict, counts: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    names = agency_names(counts.get("agency", {}))
    shown = []
    for name in COUNTED:
        values = counts.get(name, {})
        order = (
            sorted(values.items(), key=lambda pair: pair[0], reverse=True)
            if name == "year"
            else sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
        )
        chosen = asked.getlist(name)
        options = [
            {
                "label": word(name, value, names),
                "url": _without(asked, name, value) if value in chosen else _adding(asked, name, value),
                "count": count,
                "current": value in chosen,
                **({"indication": value} if name == "verdict" else {}),
            }
            for value, count in order
        ]
        if options:
            shown.append({"title": TITLES[name](), "options": options[:SHOWN]})
    return shown


def _with(asked: QueryDict, **changes: Any) -> str:
    query = asked.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"{reverse('search')}?{query.urlencode()}"


def _adding(asked: QueryDict, name: str, value: str) -> str:
    query = asked.copy()
    query.pop("after", None)
    query.pop("n", None)
    query.appendlist(name, value)
    return f"{reverse('search')}?{query.urlencode()}"


def _without(asked: QueryDict, name: str, value: str) -> str:
    query = asked.copy()
    query.pop("after", None)
    query.pop("n", None)
    query.setlist(name, [one for one in query.getlist(name) if one != value])
    return f"{reverse('search')}?{query.urlencode()}"
