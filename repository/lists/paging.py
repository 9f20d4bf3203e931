"""Keyset paging on (sort value, identity), forwards and backwards. What has no value stands at the end, whatever the direction.

Values and the rest are asked one after the other: as one condition with OR, neither SQLite nor PostgreSQL would walk the index.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from repository.events import plain

Rows = QuerySet[Any]


class BadCursor(ValueError):
    """What stands in the address is no place in this list."""


@dataclass(frozen=True)
class Order:
    """By `field` and then by identity, in one direction; by identity alone where there is no field."""

    field: str = ""
    descending: bool = True
    nullable: bool = False
    kind: type = str

    def value_of(self, row: Any) -> Any:
        """The row's sort value. A relation that is missing has none."""
        value = row
        for part in self.field.split("__"):
            value = getattr(value, part, None)
            if value is None:
                return None
        return value


@dataclass(frozen=True)
class Cursor:
    value: Any
    pk: UUID

    @classmethod
    def at(cls, row: Any, order: Order) -> Cursor:
        return cls(order.value_of(row) if order.field else None, row.pk)

    def written(self) -> str:
        return base64.urlsafe_b64encode(json.dumps([plain(self.value), str(self.pk)]).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, order: Order) -> Cursor:
        """Raises BadCursor."""
        try:
            value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            return cls(_value(value, order), UUID(pk))
        except (ValueError, TypeError, AttributeError) as error:
            raise BadCursor(text) from error


def _value(given: Any, order: Order) -> Any:
    if given is None or not order.field:
        return None
    if order.kind in (date, datetime):
        return order.kind.fromisoformat(given)  # type: ignore[attr-defined]
    if not isinstance(given, order.kind) or isinstance(given, bool):
        raise BadCursor(str(given))
    return given


@dataclass(frozen=True)
class Stretch:
    rows: list[Any]
    # Cursors for the addresses of the neighbours; empty where there is none.
    after: str = ""
    before: str = ""


def stretch(rows: Rows, order: Order, step: int, *, after: str = "", before: str = "") -> Stretch:
    """One stretch of at most `step` rows, in the list's order. Raises BadCursor. At most two queries."""
    cursor = Cursor.read(after or before, order) if after or before else None
    back = bool(before)
    found = following(rows, order, step + 1, cursor, back=back)
    more, found = len(found) > step, found[:step]
    if back:
        found.reverse()
    if not found:
        return Stretch([])
    first, last = Cursor.at(found[0], order).written(), Cursor.at(found[-1], order).written()
    return Stretch(
        found, after=last if more or back else "", before=first if (more if back else cursor is not None) else ""
    )


def following(rows: Rows, order: Order, count: int, cursor: Cursor | None, *, back: bool = False) -> list[Any]:
    """The next `count` rows after the cursor, walking backwards where told so."""
    descending = order.descending != back
    sign = "-" if descending else ""
    found: list[Any] = []
    for condition, by in _parts(order, cursor, descending, back):
        if len(found) < count:
            ordered = rows.filter(condition).order_by(*(f"{sign}{name}" for name in by))
            found += list(ordered[: count - len(found)])
    return found


def _parts(order: Order, cursor: Cursor | None, descending: bool, back: bool) -> list[tuple[Q, tuple[str, ...]]]:
    beyond = "lt" if descending else "gt"
    if not order.field:
        return [(Q(**{f"pk__{beyond}": cursor.pk}) if cursor else Q(), ("pk",))]
    by = (order.field, "pk")
    values, none = (Q(**{f"{order.field}__isnull": no}) for no in (False, True))
    if not order.nullable:
        values = Q()
    if cursor is None:
        parts = [(values, by), (none, ("pk",))]
    elif cursor.value is None:
        rest = (none & Q(**{f"pk__{beyond}": cursor.pk}), ("pk",))
        return [rest, (values, by)] if back else [rest]
    else:
        # The first condition is implied by the second, and lets the database begin at the right place of its index.
        place = Q(**{f"{order.field}__{beyond}e": cursor.value}) & (
            Q(**{f"{order.field}__{beyond}": cursor.value}) | Q(**{f"pk__{beyond}": cursor.pk})
        )
        parts = [(place, by)] if back else [(place, by), (none, ("pk",))]
    return parts if order.nullable else [part for part in parts if part[1] == by]
