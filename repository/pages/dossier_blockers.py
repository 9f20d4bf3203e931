"""What stands against the next step of a dossier, each with the button that mends it; what was mended is struck off without asking again.

The visit's session remembers what stood there, so that a mended one is shown as mended when the person comes back to the page.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from repository import formats
from repository.access import fetch_for, may
from repository.actions.close_dossier import blockers_to_closing
from repository.actions.submit_dossier import blockers_to_submitting
from repository.actors import Actor
from repository.clock import now
from repository.codes import WORKING_STATES, DossierState, ItemState
from repository.models import Dossier, JobItem, Retention
from repository.pages.dossier_facts import retention_sum, steps
from repository.printing.facts import visible_places
from repository.refusals import Blocker

KEY = "dossiers-in-the-way"
# How long a visit is, and of how many dossiers it remembers.
KEPT, MOST = timedelta(hours=12), 8


@login_required
def blockers(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """The part of the page; 204 where it is what the person sees already (`seen`)."""
    dossier = fetch_for(
        request.actor,  # type: ignore[attr-defined]
        "view",
        Dossier,
        dossier_id,
        related=("agency", "record_class", "entry__record_class"),
    )
    context = standing(request, dossier)
    # What a mending act said is told by the line that it strikes off.
    for _message in get_messages(request):
        pass
    if context["seen"] == request.GET.get("seen"):
        return HttpResponse(status=204)
    # What was mended moves the steps and the date as well.
    retention = Retention.objects.filter(dossier=dossier).first()
    total = visible_places(request.actor, dossier).count()  # type: ignore[attr-defined]
    around = {
        "part": True,
        "retention": retention,
        "sum": retention_sum(retention),
        "steps": steps(dossier, total=total, left=len(context["standing"])),
    }
    return render(request, "repository/dossier/blockers.html", {"dossier": dossier, **context, **around})


def standing(request: HttpRequest, dossier: Dossier, *, asked: str = "") -> dict[str, Any]:
    """For the template: what stands, what was mended in this visit, and whether the step was asked for and refused (`asked`)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    step = step_of(actor, dossier)
    if not step:
        _forget(request, dossier)
        return {"step": "", "standing": [], "mended": [], "asked": False, "seen": ""}
    found = blockers_to_closing(dossier) if step == "close" else blockers_to_submitting(dossier)
    mended, was_asked = _remember(request, dossier, step, found, asked == step)
    shown = [{"blocker": blocker, "at_once": _at_once(actor, dossier, blocker)} for blocker in found]
    said = "|".join([step, str(was_asked), *(f"{b.key}{b.title}" for b in found), *(one["title"] for one in mended)])
    return {
        "step": step,
        "standing": shown,
        "mended": mended,
        "asked": was_asked,
        "seen": hashlib.sha256(said.encode()).hexdigest()[:16],
        # What comes in by itself is looked for; what a person mends is looked for when she comes back.
        "waiting": any(blocker.code == "files-waiting" for blocker in found) and _comes_in(dossier),
    }


def step_of(actor: Actor, dossier: Dossier) -> str:
    """The next step that this person may ask for: close, submit, or none."""
    if dossier.state in WORKING_STATES and may(actor, "close", dossier):
        return "close"
    if dossier.state == DossierState.CLOSED and may(actor, "submit", dossier):
        return "submit"
    return ""


def _at_once(actor: Actor, dossier: Dossier, blocker: Blocker) -> bool:
    return bool(blocker.post) and (not blocker.needs or may(actor, blocker.needs, dossier))


def _comes_in(dossier: Dossier) -> bool:
    return JobItem.objects.filter(job__dossier=dossier, state__in=[ItemState.QUEUED, ItemState.RUNNING]).exists()


def _remember(
    request: HttpRequest, dossier: Dossier, step: str, found: list[Blocker], asked: bool
) -> tuple[list[dict[str, Any]], bool]:
    """What was mended in this visit, oldest first, and whether the step was refused in it. Writes the session only where that changed."""
    moment = now()
    visits: dict[str, Any] = dict(request.session.get(KEY, {}))
    visit = visits.get(str(dossier.pk), {})
    if visit.get("step") != step or moment - datetime.fromisoformat(visit["since"]) > KEPT:
        visit = {"step": step, "since": moment.isoformat(), "asked": False, "seen": {}}
    stand = {blocker.key: str(blocker.title) for blocker in found}
    seen = {key: dict(one) for key, one in visit["seen"].items()}
    for key, title in stand.items():
        if key not in seen or seen[key]["mended"]:
            seen[key] = {"title": title, "mended": ""}
    for key, one in seen.items():
        if key not in stand and not one["mended"]:
            one["mended"] = moment.isoformat()
    new = {**visit, "asked": visit["asked"] or asked, "seen": seen}
    if new != visits.get(str(dossier.pk)) and (seen or asked):
        others = [(key, one) for key, one in visits.items() if key != str(dossier.pk)]
        request.session[KEY] = {**dict(others[-(MOST - 1) :]), str(dossier.pk): new}
    mended = [
        {"title": one["title"], "at": one["mended"], "clock": _clock(one["mended"])}
        for one in seen.values()
        if one["mended"]
    ]
    return sorted(mended, key=lambda one: one["at"]), new["asked"]


def _clock(moment: str) -> str:
    """The time of the day in Việt Nam: 09:36."""
    return datetime.fromisoformat(moment).astimezone(formats.VIETNAM).strftime("%H:%M")


def _forget(request: HttpRequest, dossier: Dossier) -> None:
    visits = request.session.get(KEY, {})
    if str(dossier.pk) in visits:
        request.session[KEY] = {key: one for key, one in visits.items() if key != str(dossier.pk)}
