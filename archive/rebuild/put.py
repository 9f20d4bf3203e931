"""Put rows into the database: a record must be new or equal, a row beside the records takes the newest word on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models

from archive.rows import Row, values_of
from repository.models import User

BATCH = 500


class Differs(Exception):
    """The database has this row already and it says something else."""

    def __init__(self, thing: models.Model, fields: Iterable[str]) -> None:
        super().__init__(f"{thing._meta.verbose_name} {thing.pk}: {', '.join(sorted(fields))}")
        self.thing, self.fields = thing, tuple(sorted(fields))


def differences(thing: models.Model, values: dict[str, Any]) -> list[str]:
    """Names of the fields in which the row is not what the values say; bytes by content, everything else by equality."""
    return [name for name, value in values.items() if _plain(getattr(thing, name)) != _plain(value)]


def put_beside(model: type[models.Model], values: dict[str, Any], *, overwrite: bool = True) -> bool:
    """Insert or bring up to date a row that may change over time; whether it was new."""
    pk = model._meta.pk
    assert pk is not None
    found = model._base_manager.filter(pk=values[pk.attname]).first()
    if found is None:
        _new(model, values).save(force_insert=True)
        return True
    different = differences(found, values)
    if different and overwrite:
        model._base_manager.filter(pk=found.pk).update(**{name: values[name] for name in different})
    return False


def put_many(
    model: type[models.Model],
    rows: list[dict[str, Any]],
    *,
    may_differ: tuple[str, ...] | None = (),
    overwrite: bool = True,
) -> int:
    """Insert rows that never change, but for the fields of `may_differ` (None: all); how many were new.

    What exists is brought up to date before anything is added: of some rows the database holds one current at a time.
    Raises Differs.
    """
    pk = model._meta.pk
    assert pk is not None
    found = model._base_manager.in_bulk([row[pk.attname] for row in rows])
    new = []
    for row in rows:
        thing = found.get(row[pk.attname])
        if thing is None:
            new.append(model(**row))
            continue
        different = differences(thing, row)
        fixed = [] if may_differ is None else [name for name in different if name not in may_differ]
        if fixed:
            raise Differs(thing, fixed)
        if different and overwrite:
            model._base_manager.filter(pk=thing.pk).update(**{name: row[name] for name in different})
    model._base_manager.bulk_create(new, batch_size=BATCH)
    return len(new)


def all_values(model: type[models.Model], rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [values_of(model, row) for row in rows]


def _new(model: type[models.Model], values: dict[str, Any]) -> models.Model:
    thing = model(**values)
    if isinstance(thing, User):
        # The name comes back so that records can say who did what; the account does not.
        thing.is_active = False
        thing.set_unusable_password()
    return thing


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
