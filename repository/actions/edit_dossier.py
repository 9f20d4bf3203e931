"""Correct a dossier's description while it is being worked on; its period may be set until it is submitted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from repository.access import fetch_for
from repository.actions.open_dossier import check_fields
from repository.actions.saving import check_clearance, check_pages, check_revision
from repository.actors import Actor
from repository.clock import now
from repository.codes import WORKING_STATES, DossierState
from repository.events import record
from repository.models import Dossier
from repository.refusals import Blocker, Refused
from repository.registry import documents_changed
from repository.retention import refresh_retention

EDITABLE = (
    "title", "description", "keyword", "record_class", "maintenance", "maintenance_years", "mode", "secrecy", "language", "confidence_level",
    "condition", "infor_sign", "work_ended_on", "paper_sheets", "paper_file_code", "warehouse", "shelf", "box",
)  # fmt: skip


@transaction.atomic
def edit_dossier(
    dossier_id: UUID | str, changes: dict[str, Any], *, actor: Actor, revision: int | None = None
) -> Dossier:
    """Write the changes. Raises NotVisible, Forbidden, or Refused with every field that is wrong."""
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise KeyError(f"not editable: {', '.join(sorted(unknown))}")
    dossier = fetch_for(actor, "edit", Dossier, dossier_id, related=("agency",), lock=True)
    if dossier.state not in (*WORKING_STATES, DossierState.CLOSED):
        raise Refused("edit", dossier, [Blocker.already(DossierState(dossier.state))])
    check_revision(dossier, revision)
    before = {name: getattr(dossier, name) for name in changes}
    for name, value in changes.items():
        setattr(dossier, name, value.strip() if isinstance(value, str) else value)
    check_clearance(dossier, actor)
    check_pages(dossier, "paper_sheets")
    check_fields(dossier, "edit")
    dossier.changed_at = now()
    dossier.revision += 1
    dossier.save()
    refresh_retention([dossier.pk])
    changed = {
        name: [before[name], getattr(dossier, name)] for name in changes if before[name] != getattr(dossier, name)
    }
    record("dossier.changed", actor, dossier, changed=changed)
    documents_changed(dossier.documents.values_list("pk", flat=True))
    return dossier
