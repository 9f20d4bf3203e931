"""The part of those who keep the archive running: jobs, index, store, people. No name of a record stands here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from repository.access import may
from repository.access.acts import AGENCY_ACTS
from repository.actions.people import people_of
from repository.actors import Actor
from repository.clock import now
from repository.codes import JobState
from repository.models import Job, Membership
from repository.registry import registry

# A job that waits this long has nobody to work it; one that failed is shown for a week.
WAITS = timedelta(minutes=15)
FAILED = timedelta(days=7)


def part(request: HttpRequest, actor: Actor) -> dict[str, Any] | None:
    if not actor.holds(*AGENCY_ACTS["manage people"]):
        return None
    return {
        "figures": [*of_people(actor), *of_agencies(actor)],
        "jobs": health_of_jobs(),
        "stuck": stuck_jobs(),
        "states": [figure for figures in registry.figures for figure in figures(actor)],
    }


def of_people(actor: Actor) -> list[dict[str, Any]]:
    # Not at the top: this module is registered before the forms of the admin can be made.
    from repository.admin.people import standing

    people = people_of(actor).filter(is_active=True)
    idle = people.exclude(memberships__in=Membership.objects.filter(standing())).count()
    url = reverse("people:index")
    return [
        {"label": _("people"), "count": people.count(), "url": url},
        {"label": _("without a role"), "count": idle, "url": f"{url}?role=none", "alarm": idle > 0},
    ]


def of_agencies(actor: Actor) -> list[dict[str, Any]]:
    if not may(actor, "manage agency"):
        return []
    from repository.admin.forms import agencies_of

    working = agencies_of(actor, "manage agency").filter(ended_on__isnull=True).count()
    return [{"label": _("agencies at work"), "count": working, "url": reverse("agencies:index")}]


def _trouble() -> tuple[Q, Q, Q]:
    moment = now()
    return (
        Q(state=JobState.RUNNING, lease_until__lt=moment),
        Q(state=JobState.QUEUED, created_at__lt=moment - WAITS),
        Q(state=JobState.FAILED, finished_at__gt=moment - FAILED),
    )


def health_of_jobs() -> dict[str, Any]:
    """Whether somebody works: `alive` is True, False, or None where nothing was to do lately."""
    moment = now()
    working = Job.objects.filter(state=JobState.RUNNING, lease_until__gte=moment).count()
    queue = Job.objects.filter(state=JobState.QUEUED).aggregate(count=Count("pk"), oldest=Min("created_at"))
    ended = Job.objects.filter(finished_at__isnull=False).order_by("-pk").values_list("finished_at", flat=True).first()
    late = bool(queue["oldest"] and queue["oldest"] < moment - WAITS)
    silent = Job.objects.filter(state=JobState.RUNNING, lease_until__lt=moment).exists()
    alive = True if working else False if late or silent else None
    return {"alive": alive, "working": working, "waiting": queue["count"], "oldest": queue["oldest"], "ended": ended}


def stuck_jobs() -> list[dict[str, Any]]:
    """Kinds of jobs whose worker fell silent, that nobody takes up, or that failed: figures, without what they are about."""
    silent, idle, failed = _trouble()
    rows = (
        Job.objects.filter(silent | idle | failed)
        .values("kind")
        .annotate(silent=Count("pk", filter=silent), idle=Count("pk", filter=idle), failed=Count("pk", filter=failed))
        .order_by("kind")
    )
    return [
        {**row, "title": registry.kinds[row["kind"]].title if row["kind"] in registry.kinds else row["kind"]}
        for row in rows
    ]
