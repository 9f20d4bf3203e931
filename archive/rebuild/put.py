"""Put one row into the database: a record must be new or equal, a row beside the records takes the newest word on it."""

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


def put_record(
    model: type[models.Model], values: dict[str, Any], *, may_differ: tuple[str, ...] = (), overwrite: bool = True
) -> bool:
    """Insert a row that never changes; whether it was new. Fields of `may_differ` are brought up to date where `overwrite`.

    Raises Differs where another field of an existing row says something else.
    """
    pk = model._meta.pk
    assert pk is not None
    found = model._base_manager.filter(pk=values[pk.attname]).first()
    if found is None:
        model(**values).save(force_insert=True)
        return True
    different = differences(found, values)
    fixed = [name for name in different if name not in may_differ]
    if fixed:
        raise Differs(found, fixed)
    if different and overwrite:
        model._base_manager.filter(pk=found.pk).update(**{name: values[name] for name in different})
    return False


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


def put_many(model: type[models.Model], rows: list[dict[str, Any]]) -> int:
    """Insert the rows that are new; how many those were. Raises Differs where an existing one says something else."""
    found = model._base_manager.in_bulk([row["id"] for row in rows])
    new = []
    for row in rows:
        thing = found.get(row["id"])
        if thing is None:
            new.append(model(**row))
        elif different := differences(thing, row):
            raise Differs(thing, different)
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
