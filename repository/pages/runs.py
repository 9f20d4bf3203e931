"""What the watch found: nightly runs, open findings, jobs. Who sees what follows the record a finding speaks of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from repository.access import require
from repository.actions.findings import close_finding as end_finding
from repository.actions.findings import visible_findings
from repository.actors import Actor
from repository.models import Finding, Job
from repository.pages.base import act, came_from, done, page, stretch
from repository.registry import registry


@page
def runs(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "see runs")
    nightly = [kind.name for kind in registry.nightly]
    rows, next_url = stretch(Job.objects.filter(kind__in=nightly), request)
    findings = visible_findings(actor, Finding.objects.filter(closed_at__isnull=True)).select_related(
        "document", "dossier", "job"
    )
    context: dict[str, Any] = {
        "runs": [{"job": job, "title": registry.kinds[job.kind].title, "found": figures(job)} for job in rows],
        "next_url": next_url,
        "findings": [{"finding": finding, "title": title_of(finding)} for finding in findings[:100]],
        "nightly": [{"title": kind.title} for kind in registry.nightly],
    }
    return render(request, "repository/runs.html", context)


def figures(job: Job) -> list[tuple[str, Any]]:
    """What a run says it found, figures first."""
    words = {
        "checked": pgettext("result of a run", "checked"),
        "computed": pgettext("result of a run", "computed"),
        "changed": pgettext("result of a run", "changed"),
        "ended": pgettext("result of a run", "ended"),
        "damaged": pgettext("result of a run", "damaged"),
        "missing": pgettext("result of a run", "missing"),
        "removed": pgettext("result of a run", "removed"),
        "placed": pgettext("result of a run", "put in order"),
        "broken": pgettext("result of a run", "broken"),
        "verified": pgettext("result of a run", "verified"),
        "alerts": pgettext("result of a run", "alerts"),
    }
    return [(words.get(key, key), value) for key, value in (job.result or {}).items() if isinstance(value, int | str)]


def title_of(finding: Finding) -> str:
    """The finding in a sentence; an app that knows better registered one."""
    say = registry.finding_titles.get(finding.kind)
    return str(say(finding)) if say else finding.kind.replace("-", " ")


@act
def close_finding(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    finding = end_finding(finding_id, request.POST.get("reason", ""), actor=request.actor)  # type: ignore[attr-defined]
    to: Any = finding.document or finding.dossier or reverse("runs")
    if request.POST.get("next"):
        # Closed where it stands in the way: back there.
        to = came_from(request)
    return done(request, _("The finding is closed with your reason."), to)
