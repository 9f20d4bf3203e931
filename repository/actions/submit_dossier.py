"""Submit a closed dossier to the archive (nộp lưu): it waits for another archivist to accept or return it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from repository.access import fetch_for
from repository.actions.change_state import claim
from repository.actors import Actor
from repository.clock import now
from repository.codes import DossierState
from repository.events import record
from repository.models import Dossier
from repository.refusals import Blocker, Refused
from repository.registry import documents_changed, submitting_checks


@transaction.atomic
def submit_dossier(dossier_id: UUID | str, *, actor: Actor) -> Dossier:
    """Submit the dossier and return it. Raises NotVisible, Forbidden, or Refused with every blocker."""
    dossier = fetch_for(actor, "submit", Dossier, dossier_id, related=("agency",), lock=True)
    if dossier.state != DossierState.CLOSED:
        raise Refused("submit", dossier, [Blocker.already(DossierState(dossier.state))])
    blockers = blockers_to_submitting(dossier)
    if blockers:
        raise Refused("submit", dossier, blockers)
    claim(
        dossier,
        "submit",
        DossierState.SUBMITTED,
        of=(DossierState.CLOSED,),
        submitted_at=now(),
        submitted_by=actor.user,
    )
    record("dossier.submitted", actor, dossier)
    documents_changed(dossier.documents.values_list("pk", flat=True))
    return dossier


def blockers_to_submitting(dossier: Dossier) -> list[Blocker]:
    return [blocker for check in submitting_checks() for blocker in check(dossier)]
