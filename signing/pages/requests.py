"""Requests to sign: those that wait for me and those I see; what stands of them on the pages of others."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from repository.access import may
from repository.access.acts import AGENCY_ACTS
from repository.access.querysets import under
from repository.actors import Actor
from repository.clock import today
from repository.codes import WORKING_STATES
from repository.models import Agency, Document, Dossier
from repository.pages.base import page, stretch
from signing.models import RequestState, SigningRequest, SigningStep
from signing.sealing import copies


def acting(request: HttpRequest) -> Actor:
    """Who asks."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def mine(actor: Actor) -> Any:
    """Open requests whose turn is this person's: her own signature, or a seal that she keeps."""
    first = SigningStep.objects.filter(request=OuterRef("pk"), after="").order_by("number")
    rows = SigningRequest.objects.visible_to(actor).filter(state=RequestState.OPEN)
    rows = rows.annotate(turn_user=Subquery(first.values("user")[:1]), turn_agency=Subquery(first.values("agency")[:1]))
    own = rows.filter(turn_user=actor.id)
    paths = actor.paths(*AGENCY_ACTS["apply seal"])
    if not paths:
        return own
    return own | rows.filter(turn_agency__in=Agency.objects.filter(under("path", paths)).order_by().values("pk"))


@page
def requests(request: HttpRequest) -> HttpResponse:
    """Mine to sign, or all that I see."""
    actor = acting(request)
    everything = "all" in request.GET
    overdue = "overdue" in request.GET
    rows = SigningRequest.objects.visible_to(actor) if everything or overdue else mine(actor)
    if overdue:
        rows = rows.filter(state=RequestState.OPEN, deadline__lt=today())
    found, next_url = stretch(
        rows.select_related("document", "asked_by").prefetch_related("steps__user", "steps__agency"), request
    )
    context = {
        "rows": [_row(one) for one in found],
        "next_url": next_url,
        "everything": everything,
        "overdue": overdue,
        "mine": not everything and not overdue,
    }
    return render(request, "signing/requests.html", context)


def _row(one: SigningRequest) -> dict[str, Any]:
    steps = list(one.steps.all())
    turn = next((step for step in steps if not step.after), None) if one.state == RequestState.OPEN else None
    return {
        "request": one,
        "turn": turn,
        "done": sum(bool(step.after) for step in steps),
        "steps": len(steps),
        "overdue": one.overdue(today()),
    }


def part(request: HttpRequest, actor: Actor) -> dict[str, Any] | None:
    """On a person's first page: what waits for her signature."""
    if actor.user is None:
        return None
    rows = mine(actor)
    found = list(rows.select_related("document").prefetch_related("steps").order_by("deadline", "pk")[:5])
    if not found:
        return None
    return {
        "count": rows.count(),
        "rows": [_row(one) for one in found],
        "overdue": rows.filter(deadline__lt=today()).count(),
        "url": reverse("signing_requests"),
    }


def panel(request: HttpRequest, document: Document) -> dict[str, Any] | None:
    """On a document's page: its requests, and the way to ask."""
    actor = acting(request)
    rows = list(
        SigningRequest.objects.filter(document=document)
        .prefetch_related(Prefetch("steps", queryset=SigningStep.objects.select_related("user", "agency")))
        .order_by("-pk")[:5]
    )
    may_ask = document.sealed_at is None and may(actor, "ask to sign", document)
    if not rows and not may_ask:
        return None
    return {"rows": [_row(one) for one in rows], "may_ask": may_ask, "document": document}


def dossier_panel(request: HttpRequest, dossier: Dossier) -> dict[str, Any] | None:
    """On an open dossier's page, for who keeps a seal: the way to seal its scans."""
    actor = acting(request)
    if dossier.state not in WORKING_STATES or not may(actor, "apply seal") or not may(actor, "file", dossier):
        return None
    return {"dossier": dossier} if copies.seals_for(actor, dossier) else None
