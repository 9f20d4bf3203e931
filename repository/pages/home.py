"""The first page: what waits for this person, each figure a link to the list behind it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from repository.access import may
from repository.access.acts import RECORD_ACTS
from repository.access.querysets import under
from repository.actions.findings import visible_findings
from repository.actors import Actor
from repository.codes import DossierState, RetentionState
from repository.models import Document, Dossier, Finding
from repository.pages.base import page


@page
def home(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context: dict[str, Any] = {"tasks": [], "reads": may(actor, "search"), "manages": may(actor, "manage people")}
    dossiers = Dossier.objects.visible_to(actor)
    if may(actor, "work"):
        mine = dossiers.filter(under("agency__path", actor.paths(*RECORD_ACTS["file"])))
        unconfirmed = Document.objects.visible_to(actor).filter(confirmed_at__isnull=True, received_by=actor.user)
        first = unconfirmed.order_by("pk").values_list("pk", flat=True).first()
        context["tasks"] += [
            _task(_("to confirm"), unconfirmed.count(), reverse("confirm", args=[first]) if first else ""),
            _task(_("returned"), mine.filter(state=DossierState.RETURNED).count(), _list(DossierState.RETURNED)),
            _task(_("open"), mine.filter(state=DossierState.OPEN).count(), _list(DossierState.OPEN)),
            _task(_("closed, to submit"), mine.filter(state=DossierState.CLOSED).count(), _list(DossierState.CLOSED)),
        ]
    if actor.holds(*RECORD_ACTS["accept"]):
        accepting = dossiers.filter(
            under("agency__path", actor.paths(*RECORD_ACTS["accept"])), state=DossierState.SUBMITTED
        )
        context["tasks"].append(
            _task(
                _("waiting for acceptance"),
                accepting.exclude(submitted_by=actor.user).count(),
                _list(DossierState.SUBMITTED),
            )
        )
    if may(actor, "see runs") and context["reads"]:
        due = dossiers.filter(Q(retention__state=RetentionState.ENDED)).count()
        context["tasks"].append(_task(_("retention ended"), due, reverse("dossiers") + "?due=1"))
        findings = visible_findings(actor, Finding.objects.filter(closed_at__isnull=True)).count()
        context["tasks"].append(_task(_("open findings"), findings, reverse("runs"), alarm=findings > 0))
    if context["reads"]:
        context["recent"] = list(dossiers.select_related("agency", "retention").order_by("-pk")[:8])
    return render(request, "repository/home.html", context)


def _task(label: str, count: int, url: str, *, alarm: bool = False) -> dict[str, Any]:
    return {"label": label, "count": count, "url": url, "alarm": alarm}


def _list(state: DossierState) -> str:
    return f"{reverse('dossiers')}?state={state}"
