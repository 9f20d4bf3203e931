"""The filters beside the results: a few open, the others folded and counted when they are opened; the years as bars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from repository import formats
from repository.models import Agency
from repository.pages.base import page
from search.engines.base import EngineError
from search.facets import FILTERS, FOLDED, OPENED, given, range_of, written_range, years_among
from search.pages.addresses import adding, changed, without
from search.pages.words import TITLES, Names, names_of, word
from search.service import counted

SHOWN, MOST = 10, 200
BARS = 9
"""A bar of the histogram is at least as wide as a finger's end needs (24 px in a column of 232)."""
_STEPS = (1, 2, 5, 10, 20, 50, 100)
_HEIGHT = 48
_BY_VALUE = ("due", "secrecy", "retention")


def opened(asked: QueryDict) -> tuple[str, ...]:
    """The facets that are counted at once: the usual ones, those with a filter, and those somebody opened."""
    more = {*given(asked), *asked.getlist("open")}
    return (*OPENED, *(name for name in FOLDED if name in more))


def facets_of(asked: QueryDict, counts: Mapping[str, Mapping[str, int]], names: Names) -> list[dict[str, Any]]:
    """What stands beside the results, in its order; a facet that is not in `counts` is folded."""
    shown = [_facet(asked, name, counts[name], names) for name in (*OPENED, *FOLDED) if name in counts]
    shown = [one for one in shown if one["options"] or one.get("bars")]
    folded = [name for name in FOLDED if name not in counts]
    return [*shown, *({"name": name, "title": TITLES[name], **_opens(asked, name)} for name in folded)]


def _opens(asked: QueryDict, name: str) -> dict[str, str]:
    query = changed(asked, open=name).partition("?")[2]
    return {
        "open_url": f"{reverse('search')}?{query}#facet-{name}",
        "part_url": f"{reverse('search_facet', args=[name])}?{query}",
    }


@page
def facet_part(request: HttpRequest, facet: str) -> HttpResponse:
    """One facet with its counts, for the page that shows it folded."""
    actor = request.actor  # type: ignore[attr-defined]
    if facet not in FILTERS:
        raise Http404
    try:
        counts = counted(request.GET, actor=actor, facet=facet)
    except EngineError:
        return render(request, "search/facet.html", {"one": {"name": facet, "title": TITLES[facet]}}, status=503)
    one = _facet(request.GET, facet, counts, names_of({facet: counts}, actor))
    return render(request, "search/facet.html", {"one": one, "fresh": True})


def _facet(asked: QueryDict, name: str, counts: Mapping[str, int], names: Names) -> dict[str, Any]:
    chosen = given(asked).get(name, [])
    one = {"name": name, "title": TITLES[name], "counted": True, "options": [], "tree": name == "agency"}
    if name == "year":
        return {**one, **_years(asked, counts, chosen)}
    if name == "agency":
        one["options"] = _tree(asked, counts, chosen, names)
        return one
    # What is behind a filter that is on stays there, though nothing has it any more: it can be taken off.
    values = {**counts, **{value: 0 for value in chosen if value not in counts}}
    if name in ("dossier", "fonds"):
        # Without a name there is nothing to show of it: the code of a thing says nothing.
        values = {value: count for value, count in values.items() if value in names.get(name, {}) or value in chosen}
    order = (
        sorted(values, key=lambda value: value) if name in _BY_VALUE else sorted(values, key=lambda v: (-values[v], v))
    )
    most = MOST if name in asked.getlist("all") else SHOWN
    one["options"] = [_option(asked, name, value, values[value], chosen, names) for value in order[:most]]
    rest = len(order) - most
    if rest > 0 and most < MOST:
        one["more"] = _("%(count)s more") % {"count": formats.number(rest)}
        one["more_url"] = changed(asked, open=name, all=name) + f"#facet-{name}"
    return one


def _option(asked: QueryDict, name: str, value: str, count: int, chosen: list[str], names: Names) -> dict[str, Any]:
    current = value in chosen
    return {
        "label": word(name, value, names),
        "url": without(asked, name, value) if current else adding(asked, name, value),
        "count": count,
        "current": current,
        **({"indication": value} if name == "verdict" else {}),
    }


def _tree(asked: QueryDict, counts: Mapping[str, int], chosen: list[str], names: Names) -> list[dict[str, Any]]:
    """Agencies under those above them, the fullest first; what is chosen lies open, and a lone branch."""
    serials = [int(value) for value in {*counts, *chosen} if value.isdecimal() and len(value) <= 9]
    paths = dict(Agency.objects.filter(serial__in=serials).values_list("serial", "path"))
    nodes = {
        serial: _option(asked, "agency", str(serial), counts.get(str(serial), 0), chosen, names) for serial in paths
    }
    below: dict[int | None, list[int]] = {}
    for serial, path in paths.items():
        above = [int(part) for part in path.strip("/").split("/")][:-1]
        below.setdefault(next((one for one in reversed(above) if one in nodes), None), []).append(serial)

    def grown(serial: int) -> dict[str, Any]:
        children = _branch(below.get(serial, []))
        node = nodes[serial]
        node["children"] = children
        node["open"] = any(one["current"] or one.get("open") for one in children)
        return node

    def _branch(branch: Iterable[int]) -> list[dict[str, Any]]:
        order = sorted(branch, key=lambda serial: (-nodes[serial]["count"], paths[serial]))
        most = MOST if "agency" in asked.getlist("all") else SHOWN
        return [grown(serial) for at, serial in enumerate(order) if at < most or nodes[serial]["current"]]

    roots = _branch(below.get(None, []))
    for node in roots if len(roots) == 1 else ():
        node["open"] = True
    return roots


def _years(asked: QueryDict, counts: Mapping[str, int], chosen: list[str]) -> dict[str, Any]:
    """Bars from the first year to the last, several years each where there are many, and the range that is chosen."""
    years = years_among(counts)
    ends = range_of(chosen[0]) if len(chosen) == 1 else None
    if ends is None and chosen and all(value.isdecimal() for value in chosen):
        ends = (min(map(int, chosen)), max(map(int, chosen)))
    if not years:
        return {"bars": [], "first": "", "last": ""}
    first, last = min(years), max(years)
    step = next((step for step in _STEPS if last // step - first // step < BARS), _STEPS[-1])
    bars: list[dict[str, Any]] = []
    for start in range(first // step * step, last + 1, step):
        count = sum(years.get(year, 0) for year in range(start, start + step))
        value = str(start) if step == 1 else f"{start}..{start + step - 1}"
        current = value in chosen or (ends is not None and ends[0] <= start and start + step - 1 <= ends[1])
        label = word("year", value)
        bars.append(
            {
                "label": label,
                "count": count,
                "current": current,
                "url": changed(asked, year=None) if chosen == [value] else changed(asked, year=value),
            }
        )
    highest = max(one["count"] for one in bars) or 1
    for one in bars:
        # What is there shows, however little it is beside the rest.
        one["height"] = max(2, round(_HEIGHT * one["count"] / highest)) if one["count"] else 0
        one["top"] = _HEIGHT - one["height"]
    hidden = [(name, value) for name, values in asked.lists() for value in values if name not in _NOT_CARRIED]
    return {
        "bars": bars,
        "first": first,
        "last": last,
        "from": ends[0] if ends and ends[0] >= first else "",
        "to": ends[1] if ends and ends[1] <= last else "",
        "hidden": hidden,
    }


_NOT_CARRIED = ("year", "year_from", "year_to", "after", "n", "name")


def with_range(asked: QueryDict) -> str:
    """The address for two years that came in a form; empty where none came."""
    if "year_from" not in asked and "year_to" not in asked:
        return ""
    value = written_range(asked.get("year_from", ""), asked.get("year_to", ""))
    return changed(asked, year_from=None, year_to=None, year=value or None)
