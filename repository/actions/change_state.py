"""The one way a dossier's state changes: claimed by compare-and-set, so that the second of two people is told that it is done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from repository.clock import now
from repository.codes import DossierState
from repository.models import Dossier
from repository.refusals import Blocker, Refused


def hold_dossiers_of(document_id: UUID | str) -> None:
    """Take the rows of every dossier the document is in for the running transaction: none of them is closed while it changes.

    Dossiers before documents, by identity, as closing and sealing take them, so that nobody waits for each other.
    """
    list(Dossier.objects.select_for_update(of=("self",)).filter(placements__document=document_id).order_by("pk"))


def claim(dossier: Dossier, act: str, target: DossierState, *, of: tuple[DossierState, ...], **fields: Any) -> None:
    """Move the dossier from one of the states to the target, writing the fields too. Raises Refused where it is in none of them."""
    if not Dossier.objects.filter(pk=dossier.pk, state__in=of).update(
        state=target, changed_at=now(), revision=dossier.revision + 1, **fields
    ):
        dossier.refresh_from_db()
        raise Refused(act, dossier, [Blocker.already(DossierState(dossier.state))])
    dossier.refresh_from_db()
