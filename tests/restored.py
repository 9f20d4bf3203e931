"""The database after a transactional test: on SQLite as it was migrated, row for row.

Django's own way empties every table and then makes types and permissions anew, which takes longer than most tests, and takes away
what the migrations had filed: the next test would see another archive than the first.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

Restore = Callable[[], None]


def sqlite(connection: Any, template: Path) -> Restore:
    """Copies the migrated file over the one in use, through SQLite, so that open connections see it."""

    def restore() -> None:
        connection.ensure_connection()
        source = sqlite3.connect(f"{template.as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            source.backup(connection.connection)
        finally:
            source.close()

    return restore


def emptied(connection: Any, empty: Callable[[], None]) -> None:
    """PostgreSQL is emptied Django's way: the triggers that forbid it are taken away for that moment."""
    from django.db import transaction

    from repository.guards import install, remove

    with transaction.atomic():
        remove(connection)
    try:
        empty()
    finally:
        with transaction.atomic():
            install(connection)
