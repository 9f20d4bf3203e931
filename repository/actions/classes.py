"""Record classes and their periods. Schedules are versioned: what dossiers follow is never changed, a new version adds rows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import require
from repository.actions.saving import changes, save_checked
from repository.actors import Actor
from repository.events import record
from repository.models import Dossier, FilePlanEntry, RecordClass
from repository.refusals import NotVisible, Refused

CHANGEABLE = (
    "schedule",
    "version",
    "code",
    "title",
    "parent",
    "maintenance",
    "years",
    "source",
    "valid_from",
    "valid_until",
)
# What may be written down later about a class that is followed: where it stands, and that it is no longer in force.
ALWAYS = ("source", "valid_until")


@transaction.atomic
def add_class(values: dict[str, Any], *, actor: Actor) -> RecordClass:
    """Enter a class of a schedule. Raises Forbidden or Refused."""
    require(actor, "manage classes")
    found = RecordClass(**{name: value for name, value in values.items() if name in CHANGEABLE})
    save_checked(found, "add class", new=True)
    record(
        "class.added",
        actor,
        found,
        schedule=found.schedule,
        version=found.version,
        code=found.code,
        maintenance=found.maintenance,
        years=found.years,
    )
    return found


@transaction.atomic
def change_class(class_id: UUID | str, values: dict[str, Any], *, actor: Actor) -> RecordClass:
    """Change a class that nothing follows yet. Raises NotVisible, Forbidden or Refused."""
    require(actor, "manage classes")
    found = RecordClass.objects.select_for_update(of=("self",)).filter(pk=class_id).first()
    if found is None:
        raise NotVisible
    changed = changes(found, {name: value for name, value in values.items() if name in CHANGEABLE})
    if not changed:
        return found
    if set(changed) - set(ALWAYS) and is_followed(found):
        raise Refused.because(
            "change class",
            found,
            "followed",
            _("Headings or dossiers follow this class, so its period and its words stay."),
            _("Enter the class again with the next version number, and let new headings follow that one."),
        )
    save_checked(found, "change class", new=False)
    record("class.changed", actor, found, changed=changed)
    return found


def is_followed(found: RecordClass) -> bool:
    return (
        FilePlanEntry.objects.filter(record_class=found).exists() or Dossier.objects.filter(record_class=found).exists()
    )
