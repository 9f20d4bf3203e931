"""Note where the paper of a dossier is: warehouse, shelf, box, how many sheets. Until it is sealed: what is sealed says it as it was."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import fetch_for
from repository.actions.open_dossier import check_fields
from repository.actions.saving import changes, check_pages, check_revision
from repository.actors import Actor
from repository.clock import now
from repository.codes import WORKING_STATES, DossierState
from repository.events import record
from repository.models import Dossier
from repository.refusals import Refused

FIELDS = ("warehouse", "shelf", "box", "paper_sheets", "paper_file_code")
# Whoever receives a submitted dossier puts its paper on a shelf before accepting it. The package is made while sealing.
STATES = (*WORKING_STATES, DossierState.CLOSED, DossierState.SUBMITTED)


@transaction.atomic
def locate_dossier(
    dossier_id: UUID | str, values: dict[str, Any], *, actor: Actor, revision: int | None = None
) -> Dossier:
    """Write where the paper is. Raises KeyError for another field, NotVisible, Forbidden or Refused."""
    if unknown := set(values) - set(FIELDS):
        raise KeyError(f"says nothing of the place: {', '.join(sorted(unknown))}")
    dossier = fetch_for(actor, "edit", Dossier, dossier_id, related=("agency",), lock=True)
    if dossier.state not in STATES:
        raise Refused.because(
            "edit",
            dossier,
            "sealed",
            _("The dossier is sealed, or is being sealed; where its paper is was sealed with it."),
            _("Reopening is the archive's decision; until then the place is read here."),
        )
    check_revision(dossier, revision)
    cleaned = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    changed = changes(dossier, cleaned)
    if not changed:
        return dossier
    check_pages(dossier, "paper_sheets")
    check_fields(dossier, "edit")
    dossier.changed_at = now()
    dossier.revision += 1
    dossier.save()
    record("dossier.located", actor, dossier, changed=changed, place=place_of(dossier))
    return dossier


def place_of(dossier: Dossier) -> str:
    """Where the paper is, in words; empty where nobody said."""
    parts = ((_("warehouse"), dossier.warehouse), (_("shelf"), dossier.shelf), (_("box"), dossier.box))
    return ", ".join(f"{label} {value}" for label, value in parts if value)
