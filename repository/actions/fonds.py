"""Fonds: what one creator leaves. It is described here and closes when its agency ends."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from repository.access import require
from repository.access.acts import AGENCY_ACTS
from repository.access.querysets import under
from repository.actions.saving import changes, save_checked
from repository.actors import Actor
from repository.events import record
from repository.models import Agency, Fonds
from repository.refusals import NotVisible

CHANGEABLE = (
    "code",
    "name",
    "custodian",
    "history",
    "archives_time",
    "key_groups",
    "other_types",
    "language",
    "lookup_tools",
    "description",
)


@transaction.atomic
def add_fonds(agency: Agency, values: dict[str, Any], *, actor: Actor) -> Fonds:
    """Enter a fonds of the agency. Raises Forbidden or Refused."""
    require(actor, "manage agency", agency)
    fonds = Fonds(agency=agency, **{name: value for name, value in values.items() if name in CHANGEABLE})
    save_checked(fonds, "add fonds", new=True)
    record("fonds.added", actor, fonds, code=fonds.code, custodian=fonds.custodian.code)
    return fonds


@transaction.atomic
def change_fonds(fonds_id: UUID | str, values: dict[str, Any], *, actor: Actor) -> Fonds:
    """Change a fonds' description. Raises NotVisible or Refused."""
    rows = Fonds.objects.select_for_update(of=("self",))
    fonds = rows.filter(under("agency__path", actor.paths(*AGENCY_ACTS["manage agency"])), pk=fonds_id).first()
    if fonds is None:
        raise NotVisible
    changed = changes(fonds, {name: value for name, value in values.items() if name in CHANGEABLE})
    if changed:
        save_checked(fonds, "change fonds", new=False)
        record("fonds.changed", actor, fonds, changed=changed)
    return fonds
