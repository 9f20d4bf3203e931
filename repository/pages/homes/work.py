"""The part of those who file and accept: figures, what was returned and why, what waits, what runs, what is due, last night."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from repository import formats
from repository.access import may
from repository.access.acts import RECORD_ACTS
from repository.actions.findings import visible_findings
from repository.actors import Actor
from repository.certainty import FIELDS, readings, why
from repository.clock import now
from repository.codes import Indication, JobState
from repository.jobs.engine import UNFINISHED
from repository.models import Document, Dossier, Event, Finding, Hold, Job, Placement, Retention
from repository.pages.homes.waiting import QUEUES, Queue
from repository.pages.runs import title_of
from repository.registry import registry

SHOWN = 5
NIGHT = timedelta(hours=36)


def part(request: HttpRequest, actor: Actor) -> dict[str, Any] | None:
    if not may(actor, "work"):
        return None
    accepts = actor.holds(*RECORD_ACTS["accept"])
    names = ["confirm", "returned", *(["accept"] if accepts else ["open", "submit"]), "due"]
    figures = [figure_of(QUEUES[name], actor) for name in names]
    jobs = Job.objects.filter(actor=actor.user, state__in=UNFINISHED).count()
    figures.append({"label": _("running"), "count": jobs, "url": reverse("jobs")})
    return {
        "figures": figures,
        "returned": returned_with_reasons(actor),
        "accepts": accepts,
        "accept": to_accept(actor) if accepts else [],
        "confirm": to_confirm(actor),
        "jobs": running(actor),
        "due": due_days(actor),
        "holds": standing_holds(actor),
        "night": night(actor) if may(actor, "see runs") else None,
        "queues": {name: queue.url for name, queue in QUEUES.items()},
    }


def figure_of(queue: Queue, actor: Actor) -> dict[str, Any]:
    return {"label": queue.label, "count": queue.of(actor).order_by().count(), "url": queue.url}


def returned_with_reasons(actor: Actor) -> list[dict[str, Any]]:
    """The latest dossiers given back, with who said why."""
    dossiers = list(QUEUES["returned"].of(actor).order_by("-changed_at")[:SHOWN])
    events = Event.objects.filter(object_id__in=[row.pk for row in dossiers], kind="dossier.returned").order_by("id")
    last = {event.object_id: event for event in events}
    return [
        {
            "dossier": row,
            "reason": row.returned_reason,
            "who": last[row.pk].actor_label.split(" (")[0] if row.pk in last else "",
            "at": last[row.pk].at if row.pk in last else row.changed_at,
        }
        for row in dossiers
    ]


def to_accept(actor: Actor) -> list[dict[str, Any]]:
    """The dossiers that waited longest, with the sum of their signatures; two queries."""
    dossiers = list(QUEUES["accept"].of(actor).select_related("agency").order_by("submitted_at")[:SHOWN])
    signatures = signatures_of(row.pk for row in dossiers)
    return [{"dossier": row, "signatures": signatures.get(row.pk)} for row in dossiers]


def signatures_of(dossiers: Iterable[Any]) -> dict[Any, dict[str, Any]]:
    """For each dossier the worst thing its signatures say, and how many documents say it."""
    rows = (
        Placement.objects.filter(dossier__in=list(dossiers))
        .values("dossier", "document__versions__files__status__indication")
        .annotate(count=Count("document", distinct=True))
    )
    found: dict[Any, dict[str, int]] = {}
    for row in rows:
        indication = row["document__versions__files__status__indication"]
        if indication:
            found.setdefault(row["dossier"], {})[indication] = row["count"]
    return {dossier: _worst(counts) for dossier, counts in found.items()}


def _worst(counts: dict[str, int]) -> dict[str, Any]:
    says = {
        Indication.FAILED: _("%(count)s failed"),
        Indication.INDETERMINATE: _("%(count)s not determined"),
        Indication.WAITING: _("%(count)s not checked yet"),
        Indication.PASSED: _("%(count)s passed"),
        Indication.NONE: _("%(count)s unsigned"),
    }
    for indication, said in says.items():
        if counts.get(indication):
            return {"indication": indication, "label": said % {"count": formats.number(counts[indication])}}
    return {}


def to_confirm(actor: Actor) -> list[dict[str, Any]]:
    return with_doubts(QUEUES["confirm"].of(actor).order_by("pk")[:SHOWN])


def with_doubts(documents: Iterable[Document]) -> list[dict[str, Any]]:
    """Documents with what the archive is not sure of, in a few words."""
    columns = {column.name: column for column in Document._meta.fields}
    labels = {name: str(columns[name].verbose_name) for name in FIELDS}
    return [
        {
            "document": row,
            "doubt": why(
                readings({name: getattr(row, name) for name in FIELDS}, row.proposals or {}, row.received_at.date()),
                labels,
            ),
        }
        for row in documents
    ]


def running(actor: Actor) -> list[Job]:
    rows = Job.objects.filter(actor=actor.user, state__in=UNFINISHED).select_related("dossier")
    return list(rows.order_by("-pk")[:SHOWN])


@login_required
def jobs(request: HttpRequest) -> HttpResponse:
    """The running jobs as a fragment, fetched again while they run."""
    return render(request, "repository/homes/jobs.html", {"jobs": running(request.actor)})  # type: ignore[attr-defined]


def due_days(actor: Actor) -> list[dict[str, Any]]:
    """The due dossiers by their day, the nearest days first."""
    due = QUEUES["due"].of(actor).order_by().values("pk")
    rows = Retention.objects.filter(dossier__in=due).values("due_on").annotate(count=Count("pk")).order_by("due_on")
    return [{**row} for row in rows[:SHOWN]]


def standing_holds(actor: Actor) -> list[Hold]:
    """The latest orders to keep, on dossiers that this person may see."""
    seen = Dossier.objects.visible_to(actor)
    rows = Hold.objects.filter(lifted_at__isnull=True, dossier__in=seen).select_related("dossier")
    return list(rows.order_by("-placed_at")[:2])


def night(actor: Actor) -> dict[str, Any]:
    """What the last night's runs said, and the findings still open."""
    since = now() - NIGHT
    kinds = [kind.name for kind in registry.nightly]
    runs = Job.objects.filter(kind__in=kinds, created_at__gte=since).aggregate(
        failed=Count("pk", filter=Q(state=JobState.FAILED)),
        done=Count("pk", filter=Q(state=JobState.DONE)),
        first=Min("created_at"),
    )
    findings = visible_findings(actor, Finding.objects.filter(closed_at__isnull=True))
    latest = findings.select_related("document", "dossier").order_by("-severe", "-pk")[:3]
    return {
        **runs,
        "open": findings.count(),
        "findings": [{"finding": row, "title": title_of(row), "about": row.document or row.dossier} for row in latest],
        "url": reverse("runs"),
    }
