"""Agencies in their tree. The serial and the path are made here and nowhere else."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max

from repository.access import require
from repository.actors import Actor
from repository.events import record
from repository.models import Agency, AgencyName


@transaction.atomic
def found_agency(code: str, name: str, *, actor: Actor, parent: Agency | None = None, **fields: Any) -> Agency:
    """Add an agency to the tree. Raises Forbidden, ValidationError for a wrong code."""
    require(actor, "manage agency", parent)
    agency = Agency(code=code, name=name, parent=parent, serial=_last_serial() + 1, **fields)
    agency.path = f"{parent.path if parent else '/'}{agency.serial}/"
    agency.full_clean()
    agency.save(force_insert=True)
    AgencyName.objects.create(agency=agency, name=name, code=code, valid_from=agency.founded_on)
    record("agency.founded", actor, agency, code=code, name=name, parent=parent)
    return agency


def _last_serial() -> int:
    """The unique constraint on the serial refuses the second of two writers; she tries again."""
    return Agency.objects.aggregate(last=Max("serial"))["last"] or 0
