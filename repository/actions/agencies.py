"""Agencies in their tree. The serial and the path are made here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from repository.access import require
from repository.access.acts import AGENCY_ACTS
from repository.access.querysets import under
from repository.actions.saving import changes, save_checked
from repository.actors import Actor
from repository.clock import today
from repository.events import record
from repository.models import Agency, AgencyName, Fonds
from repository.refusals import Blocker, NotVisible, Refused

CHANGEABLE = ("name", "code", "short_name", "founded_on")


@transaction.atomic
def found_agency(code: str, name: str, *, actor: Actor, parent: Agency | None = None, **fields: Any) -> Agency:
    """Add an agency to the tree. Only the system plants a tree's root. Raises Forbidden or Refused."""
    require(actor, "manage agency", parent)
    if parent is None and not actor.is_system:
        raise Refused.because("found", None, "field-parent", _("Choose the agency above it."))
    agency = Agency(code=code, name=name, parent=parent, serial=_last_serial() + 1, **fields)
    agency.path = f"{parent.path if parent else '/'}{agency.serial}/"
    save_checked(agency, "found", new=True)
    AgencyName.objects.create(agency=agency, name=name, code=code, valid_from=agency.founded_on)
    record("agency.founded", actor, agency, code=code, name=name, parent=parent)
    return agency


def _last_serial() -> int:
    """The unique constraint on the serial refuses the second of two writers; she tries again."""
    return Agency.objects.aggregate(last=Max("serial"))["last"] or 0


def managed_agency(agency_id: UUID | str, *, actor: Actor) -> Agency:
    """The agency's row, locked, if the actor manages it; else it is not found. Raises NotVisible."""
    rows = Agency.objects.select_for_update(of=("self",))
    if not actor.is_system:
        rows = rows.filter(under("path", actor.paths(*AGENCY_ACTS["manage agency"])))
    agency = rows.filter(pk=agency_id).first()
    if agency is None:
        raise NotVisible
    return agency


@transaction.atomic
def change_agency(
    agency_id: UUID | str, values: dict[str, Any], *, actor: Actor, on: date | None = None, mend: bool = False
) -> Agency:
    """Change an agency. A new name or code holds from the day `on` (today if none is given) and the old one is kept with its dates;
    with `mend` it was a mistake, and the name that holds is mended. Raises NotVisible or Refused."""
    agency = managed_agency(agency_id, actor=actor)
    changed = changes(agency, {name: value for name, value in values.items() if name in CHANGEABLE})
    if not changed:
        return agency
    save_checked(agency, "change", new=False)
    if {"name", "code"} & set(changed):
        _rename(agency, on or today(), mend=mend)
    record("agency.changed", actor, agency, changed=changed, on=on, mended=mend)
    return agency


def _rename(agency: Agency, day: date, *, mend: bool) -> None:
    standing = agency.names.filter(valid_until__isnull=True).order_by("-valid_from").first()
    if standing is not None and standing.valid_from is not None and standing.valid_from > day:
        raise Refused.because(
            "change",
            agency,
            "field-on",
            _("The name it has now holds from a later day."),
            _("Choose a day after %(day)s.") % {"day": standing.valid_from.strftime("%d/%m/%Y")},
        )
    if standing is not None and (mend or standing.valid_from == day):
        standing.name, standing.code = agency.name, agency.code
        standing.save()
        return
    if standing is not None:
        standing.valid_until = day
        standing.save()
    AgencyName.objects.create(agency=agency, name=agency.name, code=agency.code, valid_from=day)


@transaction.atomic
def end_agency(agency_id: UUID | str, on: date, *, actor: Actor, successors: Iterable[Agency] = ()) -> Agency:
    """End the agency on a day, name its successors, and close its fonds that day (Thông tư 02/2019, annex).

    Raises NotVisible, or Refused with every reason.
    """
    agency = managed_agency(agency_id, actor=actor)
    blockers = []
    if agency.ended_on is not None:
        blockers.append(Blocker("already", _("The agency has ended already."), remedy=_("Load the page again.")))
    if agency.founded_on is not None and on <= agency.founded_on:
        blockers.append(Blocker("field-on", _("It ends before it begins."), remedy=_("Choose a later day.")))
    living = agency.children.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on)).order_by("path")
    blockers += [
        Blocker("unit", _("A unit below it still works: %(name)s.") % {"name": unit.name}, remedy=_("End it first."))
        for unit in living[:20]
    ]
    heirs = list(successors)
    if any(heir.pk == agency.pk for heir in heirs):
        blockers.append(
            Blocker("field-successors", _("An agency cannot succeed itself."), remedy=_("Choose another one."))
        )
    if blockers:
        raise Refused("end", agency, blockers)
    agency.ended_on = on
    save_checked(agency, "end", new=False)
    agency.successors.set(heirs)
    agency.names.filter(valid_until__isnull=True).update(valid_until=on)
    closed = list(Fonds.objects.filter(agency=agency, closed_on__isnull=True))
    for fonds in closed:
        fonds.closed_on = on
        fonds.save(update_fields=["closed_on"])
    record(
        "agency.ended",
        actor,
        agency,
        on=on,
        successors=[{"id": heir.pk, "label": heir.name} for heir in heirs],
        fonds_closed=[fonds.code for fonds in closed],
    )
    return agency
