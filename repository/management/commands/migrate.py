"""Django's migrate; an empty SQLite database is made without waiting for the disk at each of its thousand steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if connection.vendor == "sqlite" and not connection.introspection.table_names():
            with unhurried_disk(connection):
                super().handle(*args, **options)
        else:
            super().handle(*args, **options)


@contextmanager
def unhurried_disk(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """There is nothing to lose yet: a power cut now leaves a file to be made again. After the block "saved" is true on disk."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
