"""The list of dossiers."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext_lazy

from repository import formats
from repository.access.acts import READING_ROLES, RECORD_ACTS
from repository.access.querysets import sees_few, under
from repository.actors import Actor
from repository.codes import DossierState, FileRole, Indication, RetentionState
from repository.component_tags.shapes import hold, state, verdict
from repository.component_tags.words import date_
from repository.components import STATE_WORDS
from repository.lists.listing import Listing
from repository.lists.paging import Order
from repository.lists.parts import Column, Filter, choice, choices, containing, flag, identity, is_rare, year_in
from repository.models import Agency, Dossier, FilePlanEntry, FileStatus, Fonds, Hold, Placement, RecordClass

NOTHING = mark_safe('<span class="vk-meta">–</span>')
# The worst first: a cell shows one of them, with how many there are.
WORST = (Indication.FAILED, Indication.INDETERMINATE, Indication.WAITING, Indication.PASSED, Indication.NONE)
SHORT = {
    Indication.FAILED: pgettext_lazy("verdicts of a dossier", "%(count)s failed"),
    Indication.INDETERMINATE: pgettext_lazy("verdicts of a dossier", "%(count)s not determined"),
    Indication.WAITING: pgettext_lazy("verdicts of a dossier", "%(count)s not checked yet"),
    Indication.PASSED: pgettext_lazy("verdicts of a dossier", "%(count)s passed"),
    Indication.NONE: pgettext_lazy("verdicts of a dossier", "None signed"),
}


def agency_options(actor: Actor) -> list[tuple[str, str]]:
    rows = Agency.objects.filter(under("path", actor.paths(*READING_ROLES))).order_by("path")[:300]
    return [(str(row.pk), row.name) for row in rows]


def in_agency(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    """Kept by the agency or a unit below it. Agencies' names are public; only rows that were visible before are left."""
    agency = Agency.objects.filter(pk=identity(value)).first()
    if agency is None:
        raise ValueError(value)
    return rows.filter(agency__path__startswith=agency.path)


def agency_said(value: str, _actor: Actor) -> str:
    return _name_of(Agency, value)


def _name_of(model: Any, value: str) -> str:
    try:
        found = model.objects.filter(pk=identity(value)).first()
    except ValueError:
        return value
    return str(getattr(found, "name", "") or getattr(found, "title", "") or found or value)


def _fonds_options(actor: Actor) -> list[tuple[str, str]]:
    paths = actor.paths(*READING_ROLES)
    rows = Fonds.objects.filter(under("agency__path", paths) | under("custodian__path", paths)).order_by("name")[:300]
    return [(str(row.pk), row.name) for row in rows]


def _by_class(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    try:
        return rows.filter(record_class=identity(value))
    except ValueError:
        return rows.filter(record_class__in=RecordClass.objects.filter(code=value))


def _class_said(value: str, _actor: Actor) -> str:
    return _name_of(RecordClass, value)


def _by_words(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    return rows.filter(containing(("code", "title"), value))


def _due_before(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    return rows.filter(retention__due_on__lt=date.fromisoformat(value))


def day_said(value: str, _actor: Actor) -> str:
    return formats.day_if_iso(value)


def _by_verdict(rows: QuerySet[Any], value: str, actor: Actor) -> QuerySet[Any]:
    if value not in Indication.values:
        raise ValueError(value)
    if is_rare(FileStatus.objects.filter(indication=value)):
        documents = _files(actor).filter(indication=value).values("file__version__document")
        return rows.filter(pk__in=Placement.objects.filter(document__in=documents).values("dossier"))
    inside = Placement.objects.filter(
        dossier=OuterRef("pk"),
        document__secrecy__lte=actor.clearance,
        document__versions__current=True,
        document__versions__files__role=FileRole.MAIN,
        document__versions__files__status__indication=value,
    )
    return rows.filter(Exists(inside))


def _files(actor: Actor) -> QuerySet[FileStatus]:
    """Of the documents in dossiers that the actor sees: who sees a dossier sees in it what her clearance lets her see."""
    return FileStatus.objects.filter(
        file__role=FileRole.MAIN, file__version__current=True, file__version__document__secrecy__lte=actor.clearance
    )


def _held(rows: QuerySet[Any], _actor: Actor) -> QuerySet[Any]:
    return rows.filter(Exists(Hold.objects.filter(dossier=OuterRef("pk"), lifted_at__isnull=True)))


def _mine(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    return rows.filter(under("agency__path", actor.paths(*RECORD_ACTS["file"])))


def _to_accept(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    mine = under("agency__path", actor.paths(*RECORD_ACTS["accept"]))
    return rows.filter(mine, state=DossierState.SUBMITTED).exclude(submitted_by=actor.user)


# ── cells ──
def _title(row: Dossier) -> Any:
    held = hold() if row.pk in row.list_held else ""  # type: ignore[attr-defined]
    return format_html(
        '<a class="vk-rec vk-plain" href="{}" data-row-link>{}</a> {}', row.get_absolute_url(), row.title, held
    )


def worst(counts: dict[str, int]) -> tuple[str, int]:
    """The weakest verdict in the dossier and how many documents have it."""
    for indication in WORST:
        if counts.get(indication):
            return indication, counts[indication]
    return "", 0


def verdict_words(row: Any) -> str:
    indication, count = worst(row.list_verdicts)
    return str(SHORT[Indication(indication)]) % {"count": formats.number(count)} if indication else ""


def _verdict(row: Any) -> Any:
    indication, _count = worst(row.list_verdicts)
    return verdict(indication, label=verdict_words(row)) if indication else NOTHING


def documents_in(row: Any) -> int:
    """As closing fixed it; while the dossier is open, what is in it now."""
    return row.doc_total or sum(row.list_verdicts.values())


def _due(row: Dossier) -> str:
    retention = getattr(row, "retention", None)
    if retention is None:
        return ""
    if retention.state == RetentionState.PERMANENT:
        return gettext("for ever")
    return formats.day(retention.due_on) if retention.due_on else ""


def _number(value: int) -> str:
    return formats.number(value) if value else "–"


def _place(row: Dossier) -> str:
    parts = ((gettext("warehouse"), row.warehouse), (gettext("shelf"), row.shelf), (gettext("box"), row.box))
    return ", ".join(f"{label} {value}" for label, value in parts if value)


class Dossiers(Listing):
    name = "dossiers"
    title = gettext_lazy("Dossiers")
    chooses = True
    filters = (
        Filter("q", gettext_lazy("Code or title"), _by_words, kind="words"),
        choice("state", gettext_lazy("State"), lambda value: {"state": value}, STATE_WORDS.items()),
        Filter("agency", gettext_lazy("Agency"), in_agency, agency_said, agency_options),
        Filter(
            "fonds",
            gettext_lazy("Fonds"),
            lambda rows, value, _actor: rows.filter(fonds=identity(value)),
            lambda value, _actor: _name_of(Fonds, value),
            _fonds_options,
        ),
        Filter(
            "year",
            gettext_lazy("Year"),
            lambda rows, value, _actor: rows.filter(catalog_year=year_in(value)),
            kind="number",
        ),
        Filter("class", gettext_lazy("Record class"), _by_class, _class_said, kind="text"),
        Filter(
            "heading",
            gettext_lazy("Heading"),
            lambda rows, value, _actor: rows.filter(entry=identity(value)),
            lambda value, _actor: _name_of(FilePlanEntry, value),
            kind="hidden",
        ),
        Filter(
            "verdict",
            gettext_lazy("Signatures"),
            _by_verdict,
            lambda value, _actor: dict(Indication.choices).get(value, value),
            choices(Indication.choices),
        ),
        Filter("due_before", gettext_lazy("Due before"), _due_before, day_said, kind="date"),
        flag(
            "due",
            gettext_lazy("Retention ended"),
            lambda rows, _actor: rows.filter(retention__state=RetentionState.ENDED),
        ),
        flag("hold", gettext_lazy("On hold"), _held),
        flag("mine", gettext_lazy("Where I file"), _mine, lambda actor: actor.holds(*RECORD_ACTS["file"])),
        flag(
            "accept",
            gettext_lazy("Waiting for my acceptance"),
            _to_accept,
            lambda actor: actor.holds(*RECORD_ACTS["accept"]),
        ),
    )
    columns = (
        Column(
            "code",
            gettext_lazy("Code"),
            lambda row: row.code,
            lambda row: row.code,
            Order("code", descending=False),
            fixed=True,
            css="vk-num vk-nowrap",
        ),
        Column("title", gettext_lazy("Title"), _title, lambda row: row.title, fixed=True, css="is-title"),
        Column(
            "state",
            gettext_lazy("State"),
            lambda row: state(row.state),
            lambda row: str(STATE_WORDS[DossierState(row.state)]),
            telling=True,
            css="vk-nowrap",
        ),
        Column(
            "documents",
            gettext_lazy("Documents"),
            lambda row: _number(documents_in(row)),
            documents_in,
            Order("doc_total", kind=int),
            css="n",
        ),
        Column(
            "pages",
            gettext_lazy("Pages"),
            lambda row: _number(row.page_total),
            lambda row: row.page_total or None,
            Order("page_total", kind=int),
            css="n",
        ),
        Column(
            "signatures", gettext_lazy("Signatures"), _verdict, verdict_words, css="is-late vk-nowrap", telling=True
        ),
        Column(
            "ended",
            pgettext_lazy("of work", "Ended"),
            lambda row: date_(row.work_ended_on),
            lambda row: row.work_ended_on,
            Order("work_ended_on", nullable=True, kind=date),
            css="vk-nowrap",
        ),
        Column(
            "due",
            gettext_lazy("Due"),
            lambda row: _due(row) or "–",
            lambda row: _due(row),
            Order("retention__due_on", descending=False, nullable=True, kind=date),
            css="vk-num vk-nowrap is-late",
            telling=True,
            narrow=gettext_lazy("Due"),
        ),
        Column(
            "year",
            gettext_lazy("Year"),
            lambda row: row.catalog_year,
            lambda row: row.catalog_year,
            Order("catalog_year", kind=int),
            shown=False,
            css="n",
        ),
        Column(
            "opened",
            gettext_lazy("Opened"),
            lambda row: date_(row.opened_at),
            lambda row: formats.day(row.opened_at),
            Order(),
            shown=False,
            css="vk-nowrap",
        ),
        Column("agency", gettext_lazy("Agency"), lambda row: row.agency.name, lambda row: row.agency.name, shown=False),
        Column(
            "fonds",
            gettext_lazy("Fonds"),
            lambda row: row.fonds.name if row.fonds else "–",
            lambda row: row.fonds.name if row.fonds else "",
            shown=False,
        ),
        Column("place", gettext_lazy("Where the paper is"), lambda row: _place(row) or "–", _place, shown=False),
    )

    def all_rows(self) -> QuerySet[Any]:
        return Dossier.objects.visible_to(self.actor, few=sees_few(self.actor))

    def with_parts(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("agency", "fonds", "retention").defer("description")

    def fill(self, rows: list[Any]) -> None:
        ids = [row.pk for row in rows]
        held = set(Hold.objects.filter(dossier__in=ids, lifted_at__isnull=True).values_list("dossier_id", flat=True))
        counts = self._verdicts(ids)
        for row in rows:
            row.list_held, row.list_verdicts = held, counts.get(row.pk, {})

    def _verdicts(self, ids: list[UUID]) -> dict[UUID, dict[str, int]]:
        if not {"documents", "signatures"} & {column.name for column in self.shown}:
            return {}
        found: dict[UUID, dict[str, int]] = defaultdict(dict)
        grouped = (
            _files(self.actor)
            .filter(file__version__document__placements__dossier__in=ids)
            .values_list(F("file__version__document__placements__dossier"), "indication")
            .annotate(Count("pk"))
        )
        for dossier, indication, count in grouped:
            found[dossier][indication] = count
        return found

    def label_of(self, row: Any) -> str:
        return str(row.code)

    @classmethod
    def counted(cls, count: int) -> str:
        return ngettext("%(count)s dossier", "%(count)s dossiers", count) % {"count": formats.number(count)}
