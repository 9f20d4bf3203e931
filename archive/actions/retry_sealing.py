"""Seal again, or give up sealing: the two ways on from a sealing that failed."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from archive import store
from archive.seal import object_stands
from repository.access import fetch_for
from repository.actions.change_state import claim
from repository.actors import Actor
from repository.codes import DossierState
from repository.events import record
from repository.jobs.engine import UNFINISHED, enqueue
from repository.models import Dossier, Job
from repository.refusals import Blocker, Refused
from repository.registry import documents_changed


@transaction.atomic
def retry_sealing(dossier_id: UUID | str, *, actor: Actor, wake: bool = True) -> tuple[Dossier, Job]:
    """Start the sealing again; return the dossier and the new job. Raises NotVisible, Forbidden or Refused."""
    dossier = _failed(dossier_id, actor)
    record("dossier.sealing_retried", actor, dossier)
    return dossier, enqueue("seal", actor.id, dossier=dossier, total=dossier.doc_total, wake=wake)


@transaction.atomic
def give_up_sealing(dossier_id: UUID | str, reason: str, *, actor: Actor) -> Dossier:
    """Take the dossier back to submitted, from where it can be returned or accepted again. Raises NotVisible, Forbidden or Refused.

    Not once its object stands in the store: that is whole, and only sealing again can end what it began.
    """
    dossier = _failed(dossier_id, actor)
    if not reason.strip():
        raise Refused.because(
            "seal",
            dossier,
            "no-reason",
            _("Say why the sealing is given up."),
            _("The reason is kept with the history."),
        )
    if object_stands(dossier):
        raise Refused.because(
            "seal",
            dossier,
            "object-stands",
            _("The dossier's object is in the store already."),
            _("Seal again: only the last step is missing."),
        )
    claim(dossier, "seal", DossierState.SUBMITTED, of=(DossierState.SEALING,), accepted_at=None, accepted_by=None)
    record("dossier.sealing_given_up", actor, dossier, reason=reason.strip())
    documents_changed(dossier.documents.values_list("pk", flat=True))
    transaction.on_commit(lambda: store.fence_off(dossier.pk))
    return dossier


def _failed(dossier_id: UUID | str, actor: Actor) -> Dossier:
    dossier = fetch_for(actor, "seal", Dossier, dossier_id, related=("agency",), lock=True)
    if dossier.state != DossierState.SEALING:
        raise Refused("seal", dossier, [Blocker.already(DossierState(dossier.state))])
    if Job.objects.filter(kind="seal", dossier=dossier, state__in=UNFINISHED).exists():
        raise Refused.because(
            "seal", dossier, "running", _("The dossier is being sealed now."), _("Wait until that has ended.")
        )
    return dossier
