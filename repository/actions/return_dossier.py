"""Return a submitted dossier to its unit, with a reason; the unit mends it and closes it again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import fetch_for
from repository.actions.change_state import claim
from repository.actors import Actor
from repository.codes import DossierState
from repository.events import record
from repository.models import Dossier
from repository.refusals import Refused
from repository.registry import documents_changed
from repository.retention import refresh_retention


@transaction.atomic
def return_dossier(dossier_id: UUID | str, reason: str, *, actor: Actor) -> Dossier:
    """Return the dossier and give it back to its unit. Raises NotVisible, Forbidden or Refused."""
    dossier = fetch_for(actor, "return", Dossier, dossier_id, related=("agency",), lock=True)
    if not reason.strip():
        raise Refused.because(
            "return",
            dossier,
            "no-reason",
            _("Say what is missing or wrong."),
            _("The unit reads it and knows what to mend."),
        )
    claim(
        dossier,
        "return",
        DossierState.RETURNED,
        of=(DossierState.SUBMITTED,),
        returned_reason=reason.strip()[:1000],
        closed_at=None,
        submitted_at=None,
        submitted_by=None,
        start_date=None,
        end_date=None,
        doc_total=0,
        page_total=0,
    )
    refresh_retention([dossier.pk])
    record("dossier.returned", actor, dossier, reason=reason.strip())
    documents_changed(dossier.documents.values_list("pk", flat=True))
    return dossier
