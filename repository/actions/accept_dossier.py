"""Accept a submitted dossier into the archive: a job seals it; only when that is done is it archived."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import fetch_for
from repository.actions.change_state import claim
from repository.actions.close_dossier import blockers_to_closing
from repository.actors import Actor
from repository.clock import now
from repository.codes import DossierState
from repository.events import record
from repository.jobs.engine import enqueue
from repository.models import Dossier, Job
from repository.refusals import Blocker, Refused
from repository.registry import documents_changed


@transaction.atomic
def accept_dossier(dossier_id: UUID | str, *, actor: Actor, wake: bool = True) -> tuple[Dossier, Job]:
    """Accept the dossier; return it with the sealing job. Raises NotVisible, Forbidden or Refused."""
    dossier = fetch_for(actor, "accept", Dossier, dossier_id, related=("agency",), lock=True)
    if dossier.state != DossierState.SUBMITTED:
        raise Refused("accept", dossier, [Blocker.already(DossierState(dossier.state))])
    blockers = blockers_to_closing(dossier)
    if actor.id is not None and actor.id == dossier.submitted_by_id:
        # Two pairs of eyes: who hands over does not also take over.
        blockers.append(
            Blocker(
                "own-submission",
                _("You submitted this dossier yourself."),
                remedy=_("Another archivist has to accept it."),
            )
        )
    if blockers:
        raise Refused("accept", dossier, blockers)
    claim(
        dossier, "accept", DossierState.SEALING, of=(DossierState.SUBMITTED,), accepted_at=now(), accepted_by=actor.user
    )
    record("dossier.accepted", actor, dossier)
    job = enqueue("seal", actor.id, dossier=dossier, total=dossier.doc_total, wake=wake)
    documents_changed(dossier.documents.values_list("pk", flat=True))
    return dossier, job
