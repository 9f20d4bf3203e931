"""What the watch found: nightly runs, open findings, jobs. Who sees what follows the record a finding speaks of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from repository import formats
from repository.access import require
from repository.actions.findings import close_finding as end_finding
from repository.actions.findings import visible_findings
from repository.actors import Actor
from repository.models import Finding, Job
from repository.pages.base import act, came_from, done, page, stretch
from repository.registry import registry

# What the nightly jobs keep as their result (archive/watch, signing/watch, renditions, products), in the order it is told.
FOUND: dict[str, Any] = {
    "checked": pgettext_lazy("result of a run", "checked"),
    "objects": pgettext_lazy("result of a run", "objects"),
    "files": pgettext_lazy("result of a run", "files"),
    "bytes": pgettext_lazy("result of a run", "read"),
    "looked_at": pgettext_lazy("result of a run", "looked at"),
    "computed": pgettext_lazy("result of a run", "computed"),
    "changed": pgettext_lazy("result of a run", "changed"),
    "ended": pgettext_lazy("result of a run", "ended"),
    "told": pgettext_lazy("result of a run", "told"),
    "ok": pgettext_lazy("result of a run", "sound"),
    "damaged": pgettext_lazy("result of a run", "damaged"),
    "missing": pgettext_lazy("result of a run", "missing"),
    "unreadable": pgettext_lazy("result of a run", "not readable"),
    "orphans": pgettext_lazy("result of a run", "belonging to nothing"),
    "sealed_copies": pgettext_lazy("result of a run", "copies of what is sealed"),
    "drafts": pgettext_lazy("result of a run", "unfinished files cleared away"),
    "staging": pgettext_lazy("result of a run", "unfinished packages cleared away"),
    "removed": pgettext_lazy("result of a run", "removed"),
    "freed": pgettext_lazy("result of a run", "freed"),
    "placed": pgettext_lazy("result of a run", "put in order"),
    "broken": pgettext_lazy("result of a run", "broken"),
    "verified": pgettext_lazy("result of a run", "verified"),
    "alerts": pgettext_lazy("result of a run", "alerts"),
    "put_off": pgettext_lazy("result of a run", "put off"),
}
BYTES = ("bytes", "freed")


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
    """What a run says it found, in words, figures first. What only the next run needs (`after`) is left out."""
    result = job.result or {}
    return [
        (str(word), formats.size(result[key]) if key in BYTES else formats.number(result[key]))
        for key, word in FOUND.items()
        if isinstance(result.get(key), int)
    ]


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
