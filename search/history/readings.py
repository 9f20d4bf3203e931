"""Lists of who opened and took away what, made of the events that the acts themselves wrote; nothing is written twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, ngettext

from repository import formats
from repository.access.acts import AGENCY_ACTS
from repository.access.querysets import under
from repository.actors import Actor
from repository.clock import LOCAL
from repository.component_tags.words import when
from repository.lists.dossiers import day_said
from repository.lists.events import Events
from repository.lists.listing import Listing
from repository.lists.paging import Order
from repository.lists.parts import Column, Filter, choice, containing, flag
from repository.models import Document, Dossier, Event
from repository.sentences import said_events
from search.history.asked import same_of
from search.models import AskedSearch
from search.pages.asked import titles_of

OPENED = ("document.read", "dossier.read", "signatures.read")
TAKEN = (
    "file.downloaded",
    "dossier.printed",
    "dossier.collected",
    "signatures.reported",
    "signatures.collected",
    "evidence.downloaded",
    "list.exported",
    "search.exported",
    "search.downloaded",
    "audit.exported",
)
KINDS = OPENED + TAKEN

WHAT = choice(
    "what",
    gettext_lazy("What"),
    lambda value: {"kind__in": OPENED if value == "opened" else TAKEN},
    (("opened", gettext_lazy("opened")), ("taken", gettext_lazy("taken away"))),
)


class Readings(Events):
    """All that an auditor may know of: events of her agencies, of records that she may know of."""

    name = "readings"
    title = gettext_lazy("Opened and taken away")
    filters = (WHAT, *(one for one in Events.filters if one.name != "kind"))

    def all_rows(self) -> QuerySet[Any]:
        return super().all_rows().filter(kind__in=KINDS)


def _said(row: Any) -> Any:
    return (
        format_html('<a class="vk-plain" href="{}">{}</a>', row.list_url, row.list_text)
        if row.list_url
        else row.list_text
    )


class OwnReadings(Listing):
    """What a person herself opened and took away. What she may not see any more is not named."""

    name = "own_readings"
    title = gettext_lazy("What I opened and took away")
    standing = Order()
    filters = (WHAT, *(one for one in Events.filters if one.name in ("from", "to")))
    columns = (
        Column(
            "when",
            gettext_lazy("When"),
            lambda row: when(row.at),
            lambda row: formats.instant(row.at),
            fixed=True,
            css="vk-nowrap",
            telling=True,
        ),
        Column("what", gettext_lazy("What happened"), _said, lambda row: row.list_text, fixed=True, css="is-title"),
    )

    def all_rows(self) -> QuerySet[Any]:
        return Event.objects.filter(actor_id=self.actor.id, actor_id__isnull=False, kind__in=KINDS)

    def fill(self, rows: list[Any]) -> None:
        urls: dict[Any, str] = {}
        for model, name in ((Document, "document"), (Dossier, "dossier")):
            ids = {row.object_id for row in rows if row.object_kind == name}
            if ids:
                seen = model.objects.visible_to(self.actor).filter(pk__in=ids)
                urls |= {one.pk: one.get_absolute_url() for one in seen.only("pk")}
        for row, said in zip(rows, said_events(rows, self.actor.user), strict=True):
            about = row.object_kind in ("document", "dossier")
            row.list_url = urls.get(row.object_id, "")
            if about and not row.list_url:
                row.list_text = gettext("a record that you may not see any more")
            else:
                label = "" if not row.object_label or row.object_label in said.text else f" {row.object_label}"
                row.list_text = f"{said.text}{label}"

    @classmethod
    def counted(cls, count: int) -> str:
        return ngettext("%(count)s entry", "%(count)s entries", count) % {"count": formats.number(count)}


# ── searches ──
def _day(name: str, *, until: bool) -> Callable[[QuerySet[Any], str, Actor], QuerySet[Any]]:
    def narrowed(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
        try:
            day = date.fromisoformat(value) + timedelta(days=1 if until else 0)
        except OverflowError as error:
            raise ValueError(value) from error
        at = datetime.combine(day, time.min, LOCAL)
        return rows.filter(**{f"{name}__lt" if until else f"{name}__gte": at})

    return narrowed


def _asked(row: Any) -> Any:
    return format_html('<a class="vk-plain" href="{}?{}">{}</a>', reverse("search"), row.query, row.list_title)


WHEN = Column(
    "when",
    gettext_lazy("When"),
    lambda row: when(row.asked_at),
    lambda row: formats.instant(row.asked_at),
    fixed=True,
    css="vk-nowrap",
    telling=True,
)
ASKED = Column("asked", gettext_lazy("Search"), _asked, lambda row: row.list_title, fixed=True, css="is-title")
FOUND = Column(
    "found", gettext_lazy("Found"), lambda row: formats.number(row.total), lambda row: row.total, css="n", telling=True
)


class OwnSearches(Listing):
    """What a person herself searched for, as long as it is kept."""

    name = "own_searches"
    title = gettext_lazy("What I searched for")
    standing = Order()
    filters: ClassVar[tuple[Filter, ...]] = (
        Filter(
            "q",
            gettext_lazy("Words"),
            lambda rows, value, _actor: rows.filter(same__contains=same_of(value)),
            kind="words",
        ),
        flag("nothing", gettext_lazy("Found nothing"), lambda rows, _actor: rows.filter(total=0)),
        Filter("from", gettext_lazy("From"), _day("asked_at", until=False), day_said, kind="date"),
        Filter("to", gettext_lazy("Until"), _day("asked_at", until=True), day_said, kind="date"),
    )
    columns: ClassVar[tuple[Column, ...]] = (WHEN, ASKED, FOUND)

    def all_rows(self) -> QuerySet[Any]:
        return AskedSearch.objects.filter(person=self.actor.user)

    def fill(self, rows: list[Any]) -> None:
        titles = titles_of({row.query for row in rows})
        for row in rows:
            row.list_title = titles[row.query]

    @classmethod
    def counted(cls, count: int) -> str:
        return ngettext("%(count)s search", "%(count)s searches", count) % {"count": formats.number(count)}


class Searches(OwnSearches):
    """The searches of an auditor's agencies; those of people cleared higher than she is are not hers to read."""

    name = "searches"
    title = gettext_lazy("Searched")
    filters = (
        *OwnSearches.filters,
        Filter(
            "who",
            gettext_lazy("Who"),
            lambda rows, value, _actor: rows.filter(containing(("person__full_name", "person__username"), value)),
            kind="text",
        ),
    )
    columns = (
        WHEN,
        Column("who", gettext_lazy("Who"), lambda row: row.person.label, lambda row: row.person.label, telling=True),
        ASKED,
        FOUND,
    )

    def all_rows(self) -> QuerySet[Any]:
        paths = self.actor.paths(*AGENCY_ACTS["audit"])
        if not paths:
            return AskedSearch.objects.none()
        return AskedSearch.objects.filter(under("agency_path", paths), clearance__lte=self.actor.clearance)

    def with_parts(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("person")
