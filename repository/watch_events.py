"""The nightly job that puts late events in order and holds the newest against the signed checkpoints."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from repository.findings import raise_finding
from repository.jobs.engine import progress
from repository.jobs.outcomes import Save
from repository.models import Finding, Job
from repository.sequencer import check_events, sequence

KIND = "events"


def work_events(job: Job) -> Save:
    """Sequence all that has no position yet, then read every event again."""
    placed = sequence(all_of_time=True)
    progress(job, done=placed, total=placed)
    broken = list(check_events())

    def save() -> dict[str, Any]:
        for found in broken:
            raise_finding("events-broken", {"position": found.position, "what": found.what}, job=job)
        return {"placed": placed, "broken": len(broken)}

    return save


def title(finding: Finding) -> str:
    return _("The chain of events does not hold at position %(position)s.") % {"position": finding.body.get("position")}
