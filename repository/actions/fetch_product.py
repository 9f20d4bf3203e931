"""Fetch the file that a job left for the person who asked for it. What it holds may be closed to her by now: its kind looks again."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.actors import Actor
from repository.codes import JobState
from repository.jobs.products import product_of
from repository.models import Job
from repository.refusals import NotVisible, Refused
from repository.registry import registry


@transaction.atomic
def fetch_product(job_id: UUID | str, *, actor: Actor) -> tuple[dict[str, Any], Path]:
    """What the file is (name, mime, size in bytes) and where it lies; the event is written.

    Raises NotVisible where the job is not hers or has no file, Refused where the file is gone, and what the job's kind raises.
    """
    try:
        job = Job.objects.select_related("dossier__agency").get(pk=job_id, actor=actor.user, actor__isnull=False)
    except (Job.DoesNotExist, ValidationError, ValueError) as absent:
        raise NotVisible from absent
    if job.state != JobState.DONE or not (job.result or {}).get("product"):
        raise NotVisible
    handed = registry.kinds[job.kind].handed
    if handed is not None:
        handed(job, actor)
    found = product_of(job)
    if found is None:
        raise Refused.because(
            "download",
            None,
            "gone",
            _("This file is no longer kept: such files go after seven days."),
            _("Ask for it again; it is made anew."),
        )
    return found
