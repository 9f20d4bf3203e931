"""Many rows of one model with one prepared statement: what they have in common is made ready for the database once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.fields import AutoField


class Lines:
    """The lines of a table. `like` is a row with everything that all of them share."""

    def __init__(self, like: Model) -> None:
        fields = [field for field in like._meta.concrete_fields if not isinstance(field, AutoField)]
        self._shared = [field.get_db_prep_save(field.pre_save(like, add=True), connection) for field in fields]
        self._places = {field.attname: place for place, field in enumerate(fields)}
        self._ready: dict[str, Callable[[Any], Any]] = {
            field.attname: lambda value, field=field: field.get_db_prep_save(value, connection) for field in fields
        }
        quote = connection.ops.quote_name
        columns = ", ".join(quote(str(field.column)) for field in fields)
        marks = ", ".join(["%s"] * len(fields))
        self._insert = f"INSERT INTO {quote(like._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608 # nosec
        self._lines: list[list[Any]] = []

    def add(self, **own: Any) -> None:
        """Note a row: the shared one with its own values, by the attributes' names."""
        line = self._shared.copy()
        for name, value in own.items():
            line[self._places[name]] = self._ready[name](value)
        self._lines.append(line)

    def write(self) -> None:
        """Insert what was noted."""
        with connection.cursor() as cursor:
            cursor.executemany(self._insert, self._lines)
        self._lines = []
