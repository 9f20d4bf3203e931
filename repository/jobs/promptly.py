"""A job of items that is done while the person waits where they are few, and by a worker where they are many."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from repository.actors import Actor
from repository.jobs.engine import enqueue, wake_up, work
from repository.models import Dossier, Job

# So many are done before the answer; more of them are a worker's.
AT_ONCE = 20


def begin(
    kind: str,
    items: list[tuple[str, dict[str, Any]]],
    *,
    actor: Actor,
    dossier: Dossier,
    params: dict[str, Any] | None = None,
) -> Job:
    """Make the job of these items (label, payload) and begin it. Raises KeyError for a kind that nobody works."""
    with transaction.atomic():
        job = enqueue(kind, actor.id, dossier=dossier, params=params, items=items, wake=False)
    if len(items) <= AT_ONCE:
        work(job.pk)
    else:
        wake_up(job.pk)
    job.refresh_from_db()
    return job
