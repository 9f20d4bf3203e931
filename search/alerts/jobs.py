"""Looking for all alerts at night, one search an item, and for one of them when its owner asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from repository.actors import Actor
from repository.clock import now
from repository.jobs.engine import UNFINISHED, enqueue
from repository.jobs.outcomes import Save
from repository.models import Job, JobItem
from search.alerts.looking import look
from search.models import Alert, AlertNotice

KIND = "alerts"
# Searches a night; those not looked at for longest come first, so that what is left over comes first the next night.
MOST_A_NIGHT = 5_000
# Notices that were read are forgotten.
KEPT = timedelta(days=90)


def start() -> Job:
    """The night's job; the one that has not ended yet, where there is one."""
    running = Job.objects.filter(kind=KIND, actor__isnull=True, state__in=UNFINISHED).order_by("-pk").first()
    if running is not None:
        return running
    due = Alert.objects.filter(search__owner__is_active=True).order_by(F("looked_at").asc(nulls_first=True), "pk")
    # By identity: a person's search is not named to those who see the archive's jobs.
    items = [(str(pk), {"alert": str(pk)}) for pk in due.values_list("pk", flat=True)[:MOST_A_NIGHT]]
    return enqueue(KIND, None, items=items)


def start_one(alert: Alert, actor: Actor) -> Job:
    return enqueue(KIND, actor.id, items=[(str(alert.pk), {"alert": str(alert.pk)})])


def work_alert(_job: Job, item: JobItem) -> Save:
    return look(UUID(item.payload["alert"]))


def clear_away(job: Job) -> None:
    """Runs once, with the end of the job."""
    if job.actor_id is None:
        AlertNotice.objects.filter(read_at__lt=now() - KEPT).delete()


def unread_of(actor: Actor, most: int) -> list[Any]:
    """The person's unread notices with their searches, the latest first; what they held was hers to see when they were written."""
    rows = AlertNotice.objects.filter(alert__search__owner=actor.user, read_at__isnull=True)
    return list(rows.select_related("alert__search").defer("ids").order_by("-found_at")[:most])
