# ruff: noqa: S608 - the statements are put together from our own table and column names, which no parameter can stand for
"""Triggers out of guards, for SQLite and PostgreSQL. Installed again after every migrate: SQLite drops them when it rebuilds a table."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

from repository.guards.rules import Guard, guards

PREFIX = "vankho_"


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in place, replacing what stood under its name."""
    make = _sqlite if connection.vendor == "sqlite" else _postgresql
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in guards():
            if guard.table in present:
                for statement in make(guard):
                    cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take every trigger away. Only tests do, to empty their own database."""
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in guards():
            if guard.table not in present:
                continue
            for name in _names(guard):
                on = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def _names(guard: Guard) -> list[str]:
    kinds = (
        "delete",
        "truncate",
        "replace",
        "update",
        "frozen",
        "never_i",
        "never_u",
        "parent_i",
        "parent_u",
        "parent_d",
    )
    return [f"{PREFIX}{guard.table}_{kind}" for kind in kinds]


def _differs(columns: list[str], operator: str) -> str:
    return " OR ".join(f'OLD."{column}" {operator} NEW."{column}"' for column in columns)


def _refusals(guard: Guard, differs: str) -> Iterator[tuple[str, str, str, str]]:
    """(name, event, condition, message) of each row trigger that needs no other table."""
    name = f"{PREFIX}{guard.table}_"
    if not guard.delete:
        yield name + "delete", "DELETE", "", f"{guard.table}: rows are never deleted"
    if guard.append_only:
        yield name + "update", "UPDATE", "", f"{guard.table}: rows are never changed"
    elif guard.only is not None:
        kept = [column for column in guard.columns if column not in guard.only]
        yield (
            name + "update",
            "UPDATE",
            _differs(kept, differs),
            f"{guard.table}: only {', '.join(guard.only)} may change",
        )
    if guard.frozen_when:
        kept = [column for column in guard.columns if column not in guard.then]
        condition = f"({guard.frozen_when}) AND ({_differs(kept, differs)})"
        yield name + "frozen", "UPDATE", condition, f"{guard.table}: a sealed row is read-only"
    if guard.never:
        yield name + "never_i", "INSERT", guard.never, f"{guard.table}: this state is not allowed"
        yield name + "never_u", "UPDATE", guard.never, f"{guard.table}: this state is not allowed"


def _sqlite(guard: Guard) -> Iterator[str]:
    for name in _names(guard):
        yield f"DROP TRIGGER IF EXISTS {name}"
    for name, event, condition, message in _refusals(guard, "IS NOT"):
        when = f" WHEN {condition}" if condition else ""
        yield f"CREATE TRIGGER {name} BEFORE {event} ON {guard.table} FOR EACH ROW{when} BEGIN SELECT RAISE(ABORT, '{message}'); END"
    # REPLACE removes the old row without a delete trigger where a connection has not set recursive_triggers.
    exists = f'EXISTS (SELECT 1 FROM {guard.table} WHERE "{guard.key}" = NEW."{guard.key}")'
    if not guard.delete:
        yield (
            f"CREATE TRIGGER {PREFIX}{guard.table}_replace BEFORE INSERT ON {guard.table} FOR EACH ROW WHEN {exists} "
            f"BEGIN SELECT RAISE(ABORT, '{guard.table}: rows are never replaced'); END"
        )
    if guard.parent:
        column, parent, condition = guard.parent
        for suffix, event, rows in (
            ("i", "INSERT", ("NEW",)),
            ("u", "UPDATE", ("OLD", "NEW")),
            ("d", "DELETE", ("OLD",)),
        ):
            tests = " OR ".join(
                f'EXISTS (SELECT 1 FROM {parent._meta.db_table} p WHERE p."{parent._meta.pk.column}" = {row}."{column}" AND {condition})'  # type: ignore[union-attr]
                for row in rows
            )
            yield (
                f"CREATE TRIGGER {PREFIX}{guard.table}_parent_{suffix} BEFORE {event} ON {guard.table} FOR EACH ROW WHEN {tests} "
                f"BEGIN SELECT RAISE(ABORT, '{guard.table}: what it belongs to is sealed'); END"
            )


def _postgresql(guard: Guard) -> Iterator[str]:
    for name in _names(guard):
        yield f"DROP TRIGGER IF EXISTS {name} ON {guard.table}"
    yield (
        f"CREATE OR REPLACE FUNCTION {PREFIX}refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for name, event, condition, message in _refusals(guard, "IS DISTINCT FROM"):
        when = f" WHEN ({condition})" if condition else ""
        yield f"CREATE TRIGGER {name} BEFORE {event} ON {guard.table} FOR EACH ROW{when} EXECUTE FUNCTION {PREFIX}refuse('{message}')"
    yield (
        f"CREATE TRIGGER {PREFIX}{guard.table}_truncate BEFORE TRUNCATE ON {guard.table} FOR EACH STATEMENT "
        f"EXECUTE FUNCTION {PREFIX}refuse('{guard.table}: rows are never deleted')"
    )
    if guard.parent:
        column, parent, condition = guard.parent
        function = f"{PREFIX}{guard.table}_parent"
        test = f'EXISTS (SELECT 1 FROM {parent._meta.db_table} p WHERE p."{parent._meta.pk.column}" = {{row}}."{column}" AND {condition})'  # type: ignore[union-attr]
        refuse = f"RAISE EXCEPTION '{guard.table}: what it belongs to is sealed' USING ERRCODE = 'integrity_constraint_violation';"
        yield (
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP <> 'INSERT' AND {test.format(row='OLD')} THEN {refuse} END IF; "
            f"IF TG_OP <> 'DELETE' AND {test.format(row='NEW')} THEN {refuse} END IF; "
            "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
        for suffix, event in (("i", "INSERT"), ("u", "UPDATE"), ("d", "DELETE")):
            yield (
                f"CREATE TRIGGER {PREFIX}{guard.table}_parent_{suffix} BEFORE {event} ON {guard.table} FOR EACH ROW "
                f"EXECUTE FUNCTION {function}()"
            )
