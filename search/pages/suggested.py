"""Suggestions as somebody types, for the box of every page: a fragment for its script, nothing without it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy, pgettext_lazy

from repository.pages.base import page
from search.engines.base import EngineError
from search.pages.words import TITLES
from search.suggest import Kind, Suggestion, suggestions

KINDS: dict[Kind, Any] = {
    Kind.NUMBER: gettext_lazy("Document"),
    Kind.TITLE: gettext_lazy("Document"),
    Kind.RECENT: pgettext_lazy("suggestion", "asked before"),
    Kind.SAVED: pgettext_lazy("suggestion", "saved search"),
    Kind.AGENCY: gettext_lazy("Agency"),
    Kind.TYPE: gettext_lazy("Type"),
    Kind.FIELD: pgettext_lazy("suggestion", "search in one field"),
    Kind.VALUE: pgettext_lazy("suggestion", "value"),
}
ICONS = {Kind.NUMBER: "file", Kind.TITLE: "file", Kind.RECENT: "clock", Kind.SAVED: "bookmark"}


@page
def suggested(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    try:
        found = suggestions(request.GET.get("q", ""), actor=actor)
    except EngineError:
        # The page that is searched says that the engine is down; the box stays a box.
        found = []
    response = render(request, "search/suggestions.html", {"options": [_option(one) for one in found]})
    response["Cache-Control"] = "private, no-store"
    return response


def _option(one: Suggestion) -> dict[str, Any]:
    detail = one.detail
    if one.kind is Kind.FIELD:
        detail = str(TITLES.get(detail, _FIELDS.get(detail, "")))
    return {"one": one, "detail": detail, "kind": KINDS[one.kind], "icon": ICONS.get(one.kind, "search")}


_FIELDS = {
    "number": gettext_lazy("Number"),
    "title": gettext_lazy("Subject"),
    "date": gettext_lazy("Date"),
}
