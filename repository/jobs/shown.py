"""A job as its owner is shown it: how far it is, and what she can do with it. What was closed to her since is not named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from repository.actions.steer_job import SEEN, may_retry
from repository.actors import Actor
from repository.clock import now
from repository.codes import JobState
from repository.components import JobView
from repository.jobs.engine import UNFINISHED
from repository.jobs.products import KEPT
from repository.lists.bulk import may_undo
from repository.models import Dossier, Job
from repository.registry import registry

# In the tray; the page of tasks has them all.
MOST = 10
FORGOTTEN = timedelta(days=7)


@dataclass(frozen=True)
class Shown:
    job: Job
    view: JobView
    url: str
    # Whether the dossier it is about may be named.
    sees: bool
    file: dict[str, Any] | None
    file_url: str
    may_stop: bool
    may_undo: bool
    may_retry: bool


def own_jobs(actor: Actor) -> QuerySet[Any]:
    """The person's own jobs, each with whether she still sees the dossier it is about."""
    seen = Dossier.objects.visible_to(actor).filter(pk=OuterRef("dossier"))
    return (
        Job.objects.filter(actor=actor.user, actor__isnull=False).annotate(sees=Exists(seen)).select_related("dossier")
    )


def in_tray(actor: Actor) -> list[Shown]:
    """What runs, and what has ended since she last put the tray away; newest first. One query."""
    moment = now()
    ended = Q(finished_at__gt=max(_put_away(actor), moment - FORGOTTEN))
    jobs = own_jobs(actor).filter(Q(state__in=UNFINISHED) | ended).order_by("-pk")[:MOST]
    return shown(jobs, moment)


def _put_away(actor: Actor) -> datetime:
    try:
        return datetime.fromisoformat((actor.user.prefers or {})[SEEN])  # type: ignore[union-attr]
    except (KeyError, TypeError, ValueError):
        return now() - FORGOTTEN


def shown(jobs: Iterable[Any], moment: datetime) -> list[Shown]:
    return [show(job, moment) for job in jobs]


def page_of(job: Job) -> str:
    """Where the job is followed: the page of what it makes, or its own."""
    kind = registry.kinds.get(job.kind)
    return (kind.page(job) if kind and kind.page else "") or reverse("job", args=[job.pk])


def show(job: Any, moment: datetime) -> Shown:
    """`job` is one of `own_jobs`."""
    kind = registry.kinds.get(job.kind)
    url = page_of(job)
    view = JobView.of(job, moment, f"{url}#failed")
    sees = job.dossier_id is None or bool(job.sees)
    named = kind.named(job) if kind and kind.named else ""
    if named:
        view = replace(view, label=str(named))
    elif not sees:
        view = replace(view, label=str(kind.title if kind else job.kind), message="")
    file = (job.result or {}).get("product") if job.state == JobState.DONE else None
    kept = file is not None and job.finished_at is not None and job.finished_at > moment - KEPT
    return Shown(
        job=job,
        view=view,
        url=url,
        sees=sees and job.dossier_id is not None,
        file=file if kept else None,
        file_url=reverse("job_file", args=[job.pk]) if kept else "",
        may_stop=job.state in UNFINISHED and (job.kind == "intake" or bool(kind and kind.stops)),
        may_undo=may_undo(job),
        may_retry=bool(kind) and may_retry(job),
    )


def as_figures(job: Job, moment: datetime) -> JobView:
    """Somebody else's job: kind, state and counts, nothing that names a record."""
    kind = registry.kinds.get(job.kind)
    view = JobView.of(_Nameless(job), moment)
    return replace(view, label=str(kind.title if kind else job.kind), message="")


class _Nameless:
    """A job without its dossier and what was said about it."""

    dossier_id, message = None, ""

    def __init__(self, job: Job) -> None:
        self.kind, self.state, self.started_at = job.kind, job.state, job.started_at
        self.done, self.total, self.failed = job.done, job.total, job.failed
