"""The file plan: a tree of agencies and headings by year, read branch by branch, and a box that finds a heading among all of them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from repository.access import may
from repository.actors import Actor
from repository.clock import today
from repository.models import Dossier, FilePlan
from repository.pages.base import number_in, page, stretch
from repository.plan_tree import Node, Tree, chain_of, headings_seen, plans_seen, years_seen
from repository.refusals import NotVisible


def uuid_in(given: str) -> UUID | None:
    try:
        return UUID(given) if given else None
    except ValueError:
        return None


@page
def plan(request: HttpRequest) -> HttpResponse:
    """The year's tree. `at` opens the way to a plan or heading, `q` finds headings instead."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    years = years_seen(actor)
    at, words = uuid_in(request.GET.get("at", "")), request.GET.get("q", "").replace("\0", "").strip()[:200]
    year = _year(request, actor, years, at)
    tree = Tree(actor, plans_seen(actor).filter(year=year)) if year else None
    context: dict[str, Any] = {"year": year, "q": words, "may_plan": may(actor, "plan")}
    context["years"] = [{"label": one, "url": f"?year={one}", "current": one == year} for one in years]
    if tree is not None and words:
        context["nodes"], context["more_found"] = tree.find(words)
    elif tree is not None:
        context["nodes"] = tree.opened_at(at)
    context["empty"] = not context.get("nodes")
    if request.headers.get("HX-Target") == "plan-tree":
        return render(request, "repository/plan_found.html", context)
    return render(request, "repository/plan.html", context)


def _year(request: HttpRequest, actor: Actor, years: list[int], at: UUID | None) -> int | None:
    """The year asked for, else that of the plan the page is opened at, else this year or the last one before it."""
    asked = number_in(request.GET.get("year", ""))
    if asked in years:
        return asked
    if at is not None:
        found = plans_seen(actor).filter(pk=at).first() or plans_seen(actor).filter(entries=at).first()
        if found is not None:
            return found.year
    this = today().year
    return next((year for year in years if year <= this), years[0] if years else None)


@page
def branch(request: HttpRequest) -> HttpResponse:
    """One level of the tree: of a plan, or below a heading; `after` is the notation the stretch begins behind. Without htmx the whole page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    plan_id, entry_id = uuid_in(request.GET.get("plan", "")), uuid_in(request.GET.get("heading", ""))
    entry = headings_seen(actor).filter(pk=entry_id).first() if entry_id else None
    found = entry.plan if entry else plans_seen(actor).filter(pk=plan_id).first() if plan_id else None
    if found is None:
        raise NotVisible
    # The plans of the agencies below are needed only where they are shown: at the top of a plan.
    siblings = (
        [found] if entry else plans_seen(actor).filter(year=found.year, agency__path__startswith=found.agency.path)
    )
    nodes = Tree(actor, siblings).level(found, entry, after=request.GET.get("after", "").replace("\0", ""))
    context = {"nodes": nodes, "parent": entry}
    if request.headers.get("HX-Request"):
        return render(request, "repository/plan_branch.html", context)
    return render(request, "repository/plan.html", {**context, "year": found.year, "part": _part(found, entry)})


def _part(found: FilePlan, entry: Any) -> dict[str, Any]:
    """Where a branch that stands by itself belongs."""
    back = reverse("plan") + "?" + urlencode({"year": str(found.year), "at": str((entry or found).pk)})
    return {"label": str(entry) if entry else found.agency.name, "back": back}


@page
def heading(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    return heading_page(request, entry_id)


def heading_page(request: HttpRequest, entry_id: UUID, *, refused: Any = None, status: int = 200) -> HttpResponse:
    """A heading: what it says, its dossiers, the headings right below it, and what may be done."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    entry = headings_seen(actor).filter(pk=entry_id).first()
    if entry is None:
        raise NotVisible
    plan = entry.plan
    rows, next_url = stretch(
        Dossier.objects.visible_to(actor).filter(entry=entry).select_related("agency", "retention"), request
    )
    context = {
        "entry": entry,
        "plan": plan,
        "chain": chain_of(entry)[:-1],
        "dossiers": rows,
        "next_url": next_url,
        "nodes": Tree(actor, [plan]).level(plan, entry),
        "may_open": may(actor, "open dossier", entry.unit or plan.agency),
        "may_plan": may(actor, "plan", plan.agency),
        "refused": refused,
    }
    return render(request, "repository/plan_heading.html", context, status=status)


@page
def plan_of(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """One agency's plan of a year: what was issued, its headings, and what may be done with the whole of it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = plans_seen(actor).filter(pk=plan_id).first()
    if found is None:
        raise NotVisible
    others = plans_seen(actor).filter(agency=found.agency).order_by("-year")
    years = [
        {"label": one.year, "url": reverse("plan_of", args=[one.pk]), "current": one.pk == found.pk} for one in others
    ]
    nodes: list[Node] = Tree(actor, [found]).level(found)
    context = {
        "plan": found,
        "years": years,
        "nodes": nodes,
        "may_plan": may(actor, "plan", found.agency),
        "next_year": found.year + 1,
        "issued_on": found.issued_on or date.min,
        "total": found.entries.count(),
    }
    return render(request, "repository/plan_of.html", context)
