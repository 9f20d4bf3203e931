"""The list of abbreviations: read by everybody who searches, changed by archivists."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext

from repository.access import may, require
from repository.pages.base import act, done, page
from search.abbreviations import as_lines, set_list


@page
def abbreviations(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    require(actor, "search")
    lines = listed = as_lines()
    if words := " ".join(request.GET.get("add", "").split())[:200]:
        # From the report of what is not found: a line begun, for the archivist to complete.
        lines = "\n".join(filter(None, [listed, f"{words} = " if " " not in words else f" = {words}"]))
    context = {
        "lines": lines,
        "pairs": [line.split(" = ", 1) for line in listed.splitlines()],
        "may_change": may(actor, "manage abbreviations"),
        "search_url": reverse("search"),
    }
    return render(request, "search/abbreviations.html", context)


@act
def set_abbreviations(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    # A form without the list is no wish to empty it.
    lines = request.POST["lines"] if "lines" in request.POST else as_lines()
    number = set_list(lines[:200_000], actor=actor)
    said = ngettext("The list has %(number)s abbreviation.", "The list has %(number)s abbreviations.", number)
    return done(request, said % {"number": number}, "abbreviations")
