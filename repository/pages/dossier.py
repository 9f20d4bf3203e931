"""One dossier: its steps and what stands in their way, its documents in order, its date, its place, its history. Rules live in actions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from repository.access import may
from repository.actions.locate_dossier import STATES as LOCATING_STATES
from repository.actions.read import read_dossier
from repository.codes import WORKING_STATES, DossierState, ItemState
from repository.jobs.engine import UNFINISHED
from repository.models import Dossier, Hold, Job, JobItem, Retention
from repository.pages.base import page
from repository.pages.dossier_blockers import standing
from repository.pages.dossier_documents import stretch_of
from repository.pages.dossier_facts import facts, place_facts, retention_sum, steps
from repository.pages.dossier_history import told
from repository.pages.panels import panels_of
from repository.refusals import Refused

ACTS = ("file", "edit", "order", "close", "reopen", "submit", "return", "accept", "hold", "lift", "download", "history")


@page
def dossier(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    return dossier_page(request, dossier_id)


def dossier_page(
    request: HttpRequest, dossier_id: UUID, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    """The page, with what was refused on top of it where something was."""
    actor = request.actor  # type: ignore[attr-defined]
    found = read_dossier(dossier_id, actor=actor)
    can = {act: may(actor, act, found) for act in ACTS}
    is_open = found.state in WORKING_STATES
    in_the_way = standing(request, found, asked=refused.act if refused else "")
    documents = stretch_of(request, found)
    retention = Retention.objects.filter(dossier=found).first()
    context: dict[str, Any] = {
        "dossier": found,
        "can": can,
        "is_open": is_open,
        "takes_files": is_open and can["file"],
        "can_edit": can["edit"] and found.state in (*WORKING_STATES, DossierState.CLOSED),
        "can_locate": can["edit"] and found.state in LOCATING_STATES,
        "can_reopen": can["reopen"] and found.state in (DossierState.CLOSED, DossierState.RETURNED),
        "can_receive": can["accept"] and found.state == DossierState.SUBMITTED,
        "own_submission": found.submitted_by_id is not None and found.submitted_by_id == actor.id,
        **documents,
        "steps": steps(found, total=documents["total"], left=len(in_the_way["standing"])),
        "retention": retention,
        "sum": retention_sum(retention),
        "holds": list(Hold.objects.filter(dossier=found, lifted_at__isnull=True).select_related("placed_by")),
        "facts": facts(found),
        "place_facts": place_facts(found),
        # What is told in the list of things to mend is not told twice.
        "refused": None if refused and refused.act == in_the_way["step"] and in_the_way["standing"] else refused,
        **in_the_way,
        **(told(request, found) if can["history"] else {"events": [], "events_before": ""}),
        "panels": panels_of("dossier", request, found),
        **intake_context(request, found),
    }
    # Going back to it shows what is left to do now, not what was.
    response = render(request, "repository/dossier.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def intake_context(request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
    """Running intakes and what could not be taken in; only who files there is told."""
    if not may(request.actor, "file", dossier):  # type: ignore[attr-defined]
        return {"intakes": [], "failed_items": [], "refused_items": []}
    jobs = list(
        Job.objects.filter(
            dossier=dossier, kind__in=("intake", "version", "seal"), state__in=UNFINISHED
        ).select_related("dossier")
    )
    items = JobItem.objects.filter(job__dossier=dossier, job__kind__in=("intake", "version"))
    return {
        "intakes": jobs,
        "failed_items": list(items.filter(state=ItemState.FAILED).order_by("-pk")[:50]),
        "refused_items": list(items.filter(state=ItemState.REFUSED).order_by("-pk")[:10]),
        "live": bool(jobs),
        "intake_url": reverse("dossier_intake", args=[dossier.pk]),
    }
