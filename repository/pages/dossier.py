"""One dossier: state and next steps, documents in order, retention, history. Rules live in actions and access."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from repository.access import may
from repository.actions.close_dossier import blockers_to_closing
from repository.actions.read import read_dossier
from repository.actions.submit_dossier import blockers_to_submitting
from repository.actors import Actor
from repository.codes import WORKING_STATES, DossierState, ItemState
from repository.events import history_for
from repository.jobs.engine import UNFINISHED
from repository.models import Document, Dossier, FileStatus, Hold, Job, JobItem, Placement, Retention
from repository.pages.base import number_in, page
from repository.pages.panels import panels_of
from repository.refusals import Refused

DOCUMENTS = 100
EVENTS = 40
STEPS = (
    (DossierState.OPEN, pgettext_lazy("step", "Opened")),
    (DossierState.CLOSED, pgettext_lazy("step", "Closed")),
    (DossierState.SUBMITTED, pgettext_lazy("step", "Submitted")),
    (DossierState.SEALING, pgettext_lazy("step", "Sealing")),
    (DossierState.ARCHIVED, pgettext_lazy("step", "Archived")),
)


@page
def dossier(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    return dossier_page(request, dossier_id)


def dossier_page(
    request: HttpRequest, dossier_id: UUID, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    """The page, with what was refused on top of it where something was."""
    actor = request.actor  # type: ignore[attr-defined]
    found = read_dossier(dossier_id, actor=actor)
    retention = Retention.objects.filter(dossier=found).first()
    holds = list(Hold.objects.filter(dossier=found, lifted_at__isnull=True).select_related("placed_by"))
    places, more = _documents(request, found)
    can = {
        act: may(actor, act, found)
        for act in ("file", "edit", "order", "close", "reopen", "submit", "return", "accept", "hold", "lift")
    }
    is_open = found.state in WORKING_STATES
    context: dict[str, Any] = {
        "dossier": found,
        "can": can,
        "is_open": is_open,
        "takes_files": is_open and can["file"],
        "places": places,
        "more_url": more,
        "total": _visible_places(actor, found).count(),
        "steps": _steps(found),
        "retention": retention,
        "sum": retention_sum(retention),
        "holds": holds,
        "events": list(reversed(history_for(actor, found).order_by("-id")[:EVENTS]))[::-1],
        "facts": _facts(found),
        "refused": refused,
        "blockers": _standing(found, can),
        "panels": panels_of("dossier", request, found),
        **intake_context(request, found),
    }
    return render(request, "repository/dossier.html", context, status=status)


def _standing(dossier: Dossier, can: dict[str, bool]) -> list[Any]:
    """What stands in the way of the next step, said before the person presses the button."""
    if dossier.state in WORKING_STATES and can["close"]:
        return blockers_to_closing(dossier)
    if dossier.state == DossierState.CLOSED and can["submit"]:
        return blockers_to_submitting(dossier)
    return []


def _visible_places(actor: Actor, dossier: Dossier) -> QuerySet[Placement]:
    # Asked of each place: `document__in` would make a list of all documents the person may see.
    seen = Document.objects.visible_to(actor).filter(pk=OuterRef("document"))
    return Placement.objects.filter(Exists(seen), dossier=dossier)


def _documents(request: HttpRequest, dossier: Dossier) -> tuple[list[Placement], str]:
    """A stretch of the documents in their order, with the weakest verdict of each; two queries."""
    actor = request.actor  # type: ignore[attr-defined]
    after = number_in(request.GET.get("after", ""))
    rows = _visible_places(actor, dossier).select_related("document")
    if after is not None:
        rows = rows.filter(number__gt=after)
    found = list(rows.order_by("number")[: DOCUMENTS + 1])
    more = f"?after={found[DOCUMENTS - 1].number}" if len(found) > DOCUMENTS else ""
    found = found[:DOCUMENTS]
    indications = dict(
        FileStatus.objects.filter(
            file__version__document__in=[place.document_id for place in found],
            file__version__current=True,
            file__role="main",
        ).values_list("file__version__document_id", "indication")
    )
    for place in found:
        place.indication = indications.get(place.document_id, "")  # type: ignore[attr-defined]
    return found, more


def _steps(dossier: Dossier) -> list[dict[str, Any]]:
    """The way of a dossier as it stands: what is done, where it is, what comes."""
    moments = {
        DossierState.OPEN: dossier.opened_at,
        DossierState.CLOSED: dossier.closed_at,
        DossierState.SUBMITTED: dossier.submitted_at,
        DossierState.SEALING: dossier.accepted_at,
        DossierState.ARCHIVED: dossier.sealed_at,
    }
    order = [state for state, _label in STEPS]
    here = DossierState.OPEN if dossier.state == DossierState.RETURNED else DossierState(dossier.state)
    at = order.index(here) if here in order else len(order)
    steps = []
    for index, (state, label) in enumerate(STEPS):
        shown = _("Returned") if index == at and dossier.state == DossierState.RETURNED else label
        steps.append(
            {"label": shown, "at": moments[state] if index <= at else None, "done": index < at, "here": index == at}
        )
    return steps


def retention_sum(retention: Retention | None) -> list[dict[str, Any]]:
    """The lines of the sum as the page shows them."""
    words: dict[str, tuple[str, Any]] = {
        "ended": ("", _("Work ended")),
        "counted-from": ("→", _("Counted from 1 January of the next year")),
        "period": ("+", _("Retention period")),
        "permanent": ("+", _("Retention period")),
        "hold": ("+", _("Hold")),
        "due": ("=", _("May be appraised for destruction from")),
    }
    values = {"held": _("standing"), "none": _("none")}
    lines = []
    for line in retention.lines if retention else []:
        op, label = words.get(line["code"], ("", line["code"]))
        value: Any = line["value"]
        if line["code"] == "permanent":
            value = _("for ever")
        elif line["code"] == "period":
            value = _("not set") if value is None else _("%(years)s years") % {"years": value}
        elif line["code"] == "hold":
            value = values.get(value, value)
        elif value is None:
            value = _("not known yet")
        else:
            value = date.fromisoformat(value)
        lines.append({"op": op, "label": label, "value": value, "note": line.get("note", "")})
    return lines


def _facts(dossier: Dossier) -> list[tuple[Any, ...]]:
    place = ", ".join(
        f"{label} {value}"
        for label, value in ((_("warehouse"), dossier.warehouse), (_("shelf"), dossier.shelf), (_("box"), dossier.box))
        if value
    )
    period = (
        dossier.get_maintenance_display()
        if dossier.maintenance != "07"
        else _("%(years)s years") % {"years": dossier.maintenance_years}
    )
    return [
        (_("Agency"), dossier.agency.name),
        (_("Fonds"), dossier.fonds.name if dossier.fonds else ""),
        (_("Heading"), str(dossier.entry) if dossier.entry else ""),
        (_("Class"), str(dossier.record_class) if dossier.record_class else ""),
        (_("Retention"), period),
        (_("Made by"), dossier.creator),
        (_("Secrecy"), dossier.get_secrecy_display()),
        (_("Use"), dossier.get_mode_display()),
        (_("Pages"), dossier.page_total or "", "vk-num"),
        (_("Where the paper is"), place),
        (_("Description"), dossier.description),
        (_("Keywords"), dossier.keyword),
        (_("Identity"), str(dossier.pk), "vk-num vk-break"),
    ]


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
