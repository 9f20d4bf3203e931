"""What a dossier's rows refer to and a rebuilt database must have first: people, agencies, fonds, classes, plans."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models

from archive.rows import Row, row_of
from repository.models import Agency, AgencyName, FilePlan, FilePlanEntry, Fonds, RecordClass, User

# Of a person only the name: no password, no address, no rights.
PERSON = ("id", "username", "first_name", "last_name", "full_name", "position")
NOT_OF_A_PERSON = tuple(field.attname for field in User._meta.concrete_fields if field.attname not in PERSON)

# In the order in which a database can take them; each row's own parents come before it.
KINDS: tuple[type[models.Model], ...] = (User, Agency, Fonds, RecordClass, FilePlan, FilePlanEntry)


class References:
    """Gathers what rows point to while they are written, then follows it to the end (an agency's parents and successors)."""

    def __init__(self) -> None:
        self._seen: dict[type[models.Model], set[UUID]] = {kind: set() for kind in KINDS}
        self._waiting: list[tuple[type[models.Model], UUID]] = []

    def of(self, thing: models.Model) -> None:
        for field in thing._meta.concrete_fields:
            target: Any = field.related_model
            value = getattr(thing, field.attname)
            if target in self._seen and value is not None and value not in self._seen[target]:
                self._seen[target].add(value)
                self._waiting.append((target, value))

    def rows(self) -> dict[str, Any]:
        """{"rows": parents before children, "successors": [[agency, successor]]}."""
        found: dict[type[models.Model], list[models.Model]] = {kind: [] for kind in KINDS}
        successors: list[list[str]] = []
        while self._waiting:
            kind, key = self._waiting.pop()
            thing = kind._base_manager.get(pk=key)
            found[kind].append(thing)
            self.of(thing)
            if isinstance(thing, Agency):
                for later in thing.successors.order_by("pk"):
                    successors.append([str(thing.pk), str(later.pk)])
                    if later.pk not in self._seen[Agency]:
                        self._seen[Agency].add(later.pk)
                        self._waiting.append((Agency, later.pk))
        rows: list[Row] = []
        for kind in KINDS:
            rows += [_row(thing) for thing in _parents_first(found[kind])]
            if kind is Agency:
                names = AgencyName.objects.filter(agency__in=self._seen[Agency]).order_by("pk")
                rows += [row_of(name) for name in names]
        return {"rows": rows, "successors": sorted(successors)}


def _row(thing: models.Model) -> Row:
    return row_of(thing, leave_out=NOT_OF_A_PERSON if isinstance(thing, User) else ())


def _parents_first(things: list[models.Model]) -> list[models.Model]:
    by_key = {thing.pk: thing for thing in things}
    done: dict[Any, models.Model] = {}

    def take(thing: models.Model) -> None:
        if thing.pk in done:
            return
        above = by_key.get(getattr(thing, "parent_id", None))
        if above is not None:
            take(above)
        done[thing.pk] = thing

    for key in sorted(by_key, key=str):
        take(by_key[key])
    return list(done.values())
