"""What a list declares: columns, filters, sorts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from repository.lists.paging import Order

if TYPE_CHECKING:
    from repository.actors import Actor

Text = str | Promise
FEW = 2000
Plain = str | int | date | None


@dataclass(frozen=True)
class Column:
    """`cell` makes the HTML of a row, `plain` the value for a table; `order` where the list can be sorted by it."""

    name: str
    label: Text
    cell: Callable[[Any], Any]
    plain: Callable[[Any], Plain]
    order: Order | None = None
    # Whether it is shown to somebody who has chosen nothing, and whether it can be put away at all.
    shown: bool = True
    fixed: bool = False
    css: str = ""
    # On a phone: the word before the value; columns without are left out there.
    narrow: Text = ""
    telling: bool = False


@dataclass(frozen=True)
class Filter:
    """`narrow` keeps what fits (raises ValueError for a value that says nothing); `said` is the value in words, for its chip."""

    name: str
    label: Text
    narrow: Callable[[QuerySet[Any], str, Actor], QuerySet[Any]]
    said: Callable[[str, Actor], Text] = lambda value, _actor: value
    options: Callable[[Actor], Iterable[tuple[str, Text]]] | None = None
    # choice, text, date, flag, words (the box above the list), hidden (only from an address)
    kind: str = "choice"
    allowed: Callable[[Actor], bool] = lambda _actor: True


def choices(pairs: Iterable[tuple[Any, Text]]) -> Callable[[Actor], Iterable[tuple[str, Text]]]:
    given = [(str(value), label) for value, label in pairs]
    return lambda _actor: given


def choice(
    name: str, label: Text, narrow: Callable[[str], dict[str, Any]], pairs: Iterable[tuple[Any, Text]]
) -> Filter:
    """A filter by one of a few known values."""
    known = {str(value): text for value, text in pairs}

    def narrowed(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
        if value not in known:
            raise ValueError(value)
        return rows.filter(**narrow(value))

    return Filter(
        name, label, narrowed, lambda value, _actor: str(known.get(value, value)), lambda _actor: list(known.items())
    )


def flag(
    name: str,
    label: Text,
    narrow: Callable[[QuerySet[Any], Actor], QuerySet[Any]],
    allowed: Callable[[Actor], bool] = lambda _actor: True,
) -> Filter:
    """A filter that is on (1) or off."""

    def narrowed(rows: QuerySet[Any], value: str, actor: Actor) -> QuerySet[Any]:
        if value != "1":
            raise ValueError(value)
        return narrow(rows, actor)

    return Filter(name, label, narrowed, lambda _value, _actor: "", None, "flag", allowed)


def identity(value: str) -> UUID:
    return UUID(value)


def year_in(value: str) -> int:
    """Raises ValueError for what is no year."""
    if not (value.isdecimal() and value.isascii() and len(value) == 4):
        raise ValueError(value)
    return int(value)


@dataclass(frozen=True)
class Chip:
    """A filter that is on: what it says, and the address of the list without it."""

    label: str
    url: str


@dataclass
class Head:
    column: Column
    url: str = ""
    sorted: str = ""


@dataclass
class Row:
    pk: Any
    label: str
    cells: list[tuple[Column, Any]] = field(default_factory=list)


def containing(fields: tuple[str, ...], value: str) -> Q:
    """Rows with the words in one of the fields, capitals or not. SQLite folds only English letters, so it is asked for each writing."""
    writings = {value}
    if connection.vendor == "sqlite" and not value.isascii():
        writings |= {value.lower(), value.upper(), value.capitalize(), value.title()}
    return reduce(or_, (Q(**{f"{name}__icontains": text}) for name in fields for text in sorted(writings)))


def is_rare(rows: QuerySet[Any]) -> bool:
    """Whether so few rows fit that a list of them leads faster to what they belong to than asking each of those."""
    return rows.order_by()[: FEW + 1].count() <= FEW
