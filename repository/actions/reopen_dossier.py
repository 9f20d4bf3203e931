"""Reopen a closed or returned dossier, with a reason: what closing fixed is taken back."""

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
def reopen_dossier(dossier_id: UUID | str, reason: str, *, actor: Actor) -> Dossier:
    """Open the dossier again and return it. Raises NotVisible, Forbidden or Refused."""
    dossier = fetch_for(actor, "reopen", Dossier, dossier_id, related=("agency",), lock=True)
    if not reason.strip():
        raise Refused.because(
            "reopen",
            dossier,
            "no-reason",
            _("Say why the dossier is reopened."),
            _("The reason is kept with the history."),
        )
    claim(
        dossier,
        "reopen",
        DossierState.OPEN,
        of=(DossierState.CLOSED, DossierState.RETURNED),
        closed_at=None,
        submitted_at=None,
        submitted_by=None,
        returned_reason="",
        start_date=None,
        end_date=None,
        doc_total=0,
        page_total=0,
    )
    refresh_retention([dossier.pk])
    record("dossier.reopened", actor, dossier, reason=reason.strip())
    documents_changed(dossier.documents.values_list("pk", flat=True))
    return dossier
