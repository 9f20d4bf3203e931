"""What an inventory says goes into the documents that wait for confirmation: a job, one item a row, each through the action."""

from __future__ import annotations

from datetime import date
from typing import Any

from repository.actions.correct_document import correct_document
from repository.actors import Actor, actor_of
from repository.inventory.matching import Match
from repository.jobs.outcomes import Save, refusals_told
from repository.jobs.promptly import begin
from repository.models import Dossier, Job, JobItem

KIND = "inventory_apply"


def apply(dossier: Dossier, name: str, matches: list[Match], *, actor: Actor) -> Job:
    """Begin to write the differences of the rows; few of them are written before this returns."""
    items = [(match.file or match.document.label, _payload(match, name)) for match in matches if match.applies]
    return begin(KIND, items, actor=actor, dossier=dossier, params={"name": name})


def _payload(match: Match, name: str) -> dict[str, Any]:
    return {
        "document": str(match.document.pk),
        "revision": match.document.revision,
        "row": match.entry.number,
        "name": name,
        "changes": {
            one.field: one.value.isoformat() if isinstance(one.value, date) else one.value for one in match.differences
        },
    }


def work_row(job: Job, item: JobItem) -> Save:
    asked = item.payload
    changes = dict(asked["changes"])
    if "issued_date" in changes:
        changes["issued_date"] = date.fromisoformat(changes["issued_date"])
    read = {
        field: {
            "value": str(value),
            "text": asked["name"],
            "row": asked["row"],
            "start": None,
            "end": None,
            "sure": True,
            "source": "inventory",
        }
        for field, value in changes.items()
    }

    def save() -> dict[str, Any]:
        assert job.actor is not None
        with refusals_told():
            document = correct_document(
                asked["document"], changes, actor=actor_of(job.actor), revision=asked["revision"], read=read
            )
        return {"document": str(document.pk), "revision": document.revision}

    return save
