"""One list as one person sees it: what of the address counts, which rows fit, which columns are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.http import urlencode

from repository.lists.paging import BadCursor, Cursor, Order, Stretch, following, stretch
from repository.lists.parts import Chip, Column, Filter, Head, Row, Text

if TYPE_CHECKING:
    from repository.actors import Actor

STEP = 50
# Beyond this a count says "more than": counting on would read every row there is.
COUNTED = 2_000
LONGEST_VALUE = 200


class Listing:
    """Subclassed by each list. `query` is the address's: filters, `sort`, `after`, `before`; what is none of these is left alone."""

    name: ClassVar[str]
    title: ClassVar[Text]
    columns: ClassVar[tuple[Column, ...]]
    filters: ClassVar[tuple[Filter, ...]]
    # By identity is by age: identities grow.
    standing: ClassVar[Order] = Order()
    chooses: ClassVar[bool] = False

    def __init__(self, actor: Actor, query: Mapping[str, str], columns: list[str] | None = None) -> None:
        self.actor = actor
        self.given = {name: str(value)[:LONGEST_VALUE] for name, value in query.items()}
        self._columns = columns

    # ── what each list says ──
    def all_rows(self) -> QuerySet[Any]:
        """Everything of the list that the actor may see."""
        raise NotImplementedError

    def with_parts(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The same with what cells read of related rows."""
        return rows

    def fill(self, rows: list[Any]) -> None:
        """Put beside the rows of one stretch what cells show of other tables: a fixed number of queries."""

    def label_of(self, row: Any) -> str:
        return str(row)

    @classmethod
    def counted(cls, count: int) -> str:
        """ "3 dossiers", in words."""
        raise NotImplementedError

    # ── filters ──
    @cached_property
    def on(self) -> list[tuple[Filter, str]]:
        """The filters that are set, with their values."""
        return [
            (one, value)
            for one in self.filters
            if (value := self.given.get(one.name, "").strip()) and one.allowed(self.actor)
        ]

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """What fits. A filter that says nothing finds nothing: everything instead would be a wrong answer, and a wrong bulk act."""
        rows = self.all_rows()
        for one, value in self.on:
            try:
                rows = one.narrow(rows, value, self.actor)
            except ValueError:
                return rows.none()
        return rows

    @property
    def filter_query(self) -> dict[str, str]:
        """The filters as an address holds them, without sort and place: what "all of these" means."""
        return {one.name: value for one, value in self.on}

    def chips(self) -> list[Chip]:
        found = []
        for one, value in self.on:
            if one.kind != "words":
                said = one.said(value, self.actor)
                found.append(Chip(f"{one.label}: {said}" if said else str(one.label), self.address(**{one.name: ""})))
        return found

    # ── order ──
    @cached_property
    def sorts(self) -> dict[str, Order]:
        return {column.name: column.order for column in self.columns if column.order is not None}

    @cached_property
    def order(self) -> Order:
        given = self.given.get("sort", "")
        known = self.sorts.get(given.removeprefix("-"))
        if known is None:
            return self.standing
        return Order(known.field, given.startswith("-"), known.nullable, known.kind)

    def heads(self) -> list[Head]:
        given = self.given.get("sort", "")
        heads = []
        for column in self.shown:
            head = Head(column)
            if column.order is not None:
                current = given.removeprefix("-") == column.name
                down = given.startswith("-")
                if current:
                    head.sorted = "descending" if down else "ascending"
                # First the way a person means it: newest dates first, codes from the beginning.
                first = f"-{column.name}" if column.order.descending else column.name
                other = column.name if first.startswith("-") else f"-{column.name}"
                head.url = self.address(sort=other if given == first else first)
            heads.append(head)
        return heads

    # ── columns ──
    @cached_property
    def shown(self) -> list[Column]:
        if self._columns is None:
            return [column for column in self.columns if column.shown or column.fixed]
        return [column for column in self.columns if column.fixed or column.name in self._columns]

    # ── stretches ──
    def page(self, step: int = STEP) -> Stretch:
        rows = self.with_parts(self.rows)
        try:
            found = stretch(
                rows, self.order, step, after=self.given.get("after", ""), before=self.given.get("before", "")
            )
        except BadCursor:
            found = stretch(rows, self.order, step)
        self.fill(found.rows)
        if self.counts_later and not (found.after or found.before):
            self.count = len(found.rows)
        return found

    def shown_rows(self, rows: list[Any]) -> list[Row]:
        return [Row(row.pk, self.label_of(row), [(column, column.cell(row)) for column in self.shown]) for row in rows]

    def stretches(self, step: int = 500) -> Iterator[list[Any]]:
        """Every row in the list's order, a stretch at a time: no more than `step` of them in memory."""
        cursor: Cursor | None = None
        rows = self.with_parts(self.rows)
        while found := following(rows, self.order, step, cursor):
            self.fill(found)
            cursor = Cursor.at(found[-1], self.order)
            yield found

    @property
    def counts_later(self) -> bool:
        """Whether the page comes first, and then the count: words are looked for in every row there is."""
        return any(one.kind == "words" for one, _value in self.on)

    @cached_property
    def count(self) -> int:
        """How many, up to one more than COUNTED."""
        return int(self.rows.order_by().values("pk")[: COUNTED + 1].count())

    def chosen(self, ids: list[Any], *, everything: bool, left_out: list[Any]) -> QuerySet[Any]:
        """The rows a person has chosen: some of them, or all that fit but a few. Never one that she may not see."""
        rows = self.rows.exclude(pk__in=left_out) if everything else self.all_rows().filter(Q(pk__in=ids))
        return rows.order_by("pk")

    def address(self, **changes: str) -> str:
        """The list's address with the changes; the first page of it."""
        known = {one.name for one, _value in self.on}
        kept = {name: value for name, value in self.given.items() if name in known or name in ("sort", "all")}
        asked = {name: value for name, value in {**kept, **changes}.items() if value}
        return "?" + urlencode(asked)
