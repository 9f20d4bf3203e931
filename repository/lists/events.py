"""The list of events that an auditor may read, newest first."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from pprint import pformat
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from repository import formats
from repository.actors import Actor
from repository.clock import LOCAL
from repository.component_tags.words import when
from repository.lists.dossiers import day_said
from repository.lists.listing import Listing
from repository.lists.paging import Order
from repository.lists.parts import Column, Filter, identity
from repository.models import Event, EventPosition
from repository.sentences import said_events


def _from(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    return rows.filter(at__gte=datetime.combine(date.fromisoformat(value), time.min, LOCAL))


def _to(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    try:
        following = date.fromisoformat(value) + timedelta(days=1)
    except OverflowError as error:
        raise ValueError(value) from error
    return rows.filter(at__lt=datetime.combine(following, time.min, LOCAL))


def _day(rows: QuerySet[Any], value: str, actor: Actor) -> QuerySet[Any]:
    return _to(_from(rows, value, actor), value, actor)


def _about(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    return rows.filter(Q(object_id=identity(value)) | Q(dossier_id=identity(value)))


def _text(row: Any) -> str:
    label = "" if row.object_label in row.list_said.text else f" {row.object_label}"
    note = f" “{row.list_said.note}”" if row.list_said.note else ""
    return f"{row.list_said.text}{label}{note}"


def _evidence(row: Any) -> Any:
    return format_html(
        '<details class="vk-more"><summary><span class="vk-num">{}…</span></summary><pre class="vk-num vk-break">{}</pre></details>',
        row.sha256[:12],
        pformat(json.loads(bytes(row.body))),
    )


class Events(Listing):
    name = "events"
    title = gettext_lazy("Events")
    standing = Order()
    filters: ClassVar[tuple[Filter, ...]] = (
        Filter(
            "kind",
            pgettext_lazy("of an event", "Kind"),
            lambda rows, value, _actor: rows.filter(kind__startswith=value),
            kind="text",
        ),
        Filter(
            "who",
            gettext_lazy("Who"),
            lambda rows, value, _actor: rows.filter(actor_label__icontains=value),
            kind="words",
        ),
        Filter("from", gettext_lazy("From"), _from, day_said, kind="date"),
        Filter("to", gettext_lazy("Until"), _to, day_said, kind="date"),
        Filter("day", gettext_lazy("Day"), _day, day_said, kind="hidden"),
        Filter("object", gettext_lazy("About one record"), _about, lambda _value, _actor: "", kind="hidden"),
    )
    columns = (
        Column(
            "position",
            pgettext_lazy("signed order", "Position"),
            lambda row: row.list_position or "…",
            lambda row: row.list_position,
            css="n",
        ),
        Column(
            "when",
            gettext_lazy("When"),
            lambda row: when(row.at),
            lambda row: formats.instant(row.at),
            fixed=True,
            css="vk-nowrap",
            telling=True,
        ),
        Column("what", gettext_lazy("What happened"), _text, _text, fixed=True, css="is-title"),
        Column("evidence", gettext_lazy("Evidence"), _evidence, lambda row: row.sha256, telling=True),
        Column("kind", pgettext_lazy("of an event", "Kind"), lambda row: row.kind, lambda row: row.kind, shown=False),
        Column("who", gettext_lazy("Who"), lambda row: row.actor_label, lambda row: row.actor_label, shown=False),
    )

    def all_rows(self) -> QuerySet[Any]:
        return Event.objects.visible_to(self.actor)

    def fill(self, rows: list[Any]) -> None:
        positions = dict(
            EventPosition.objects.filter(event_id__in=[row.pk for row in rows]).values_list("event_id", "position")
        )
        for row, said in zip(rows, said_events(rows, self.actor.user), strict=True):
            row.list_position, row.list_said = positions.get(row.pk), said

    def label_of(self, row: Any) -> str:
        return str(row.kind)

    @classmethod
    def counted(cls, count: int) -> str:
        return ngettext("%(count)s event", "%(count)s events", count) % {"count": formats.number(count)}
