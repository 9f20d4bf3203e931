"""The list of documents (văn bản)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext, pgettext_lazy

from repository import formats
from repository.access.querysets import sees_few
from repository.actors import Actor
from repository.codes import DocumentType, FileRole, Indication
from repository.component_tags.shapes import verdict
from repository.component_tags.words import date_, when
from repository.components import VerdictLook
from repository.lists.dossiers import NOTHING, agency_options, agency_said, in_agency
from repository.lists.listing import Listing
from repository.lists.paging import Order
from repository.lists.parts import Column, Filter, choice, choices, containing, flag, is_rare, year_in
from repository.models import Document, Dossier, FileStatus, Placement

# Filters' own words: documents without a date, and those whose signatures were judged, whatever came of it.
UNDATED, SIGNED = "none", "signed"
WITH_SIGNATURE = (Indication.PASSED, Indication.INDETERMINATE, Indication.FAILED)
VERDICTS: list[tuple[str, Any]] = [(SIGNED, gettext_lazy("with a signature")), *Indication.choices]
HEAVY = ("proposals", "trace_headers", "autograph", "to_places", "description")


def _by_words(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    return rows.filter(containing(("code", "subject"), value))


def _of_year(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    if value == UNDATED:
        return rows.filter(issued_date__isnull=True)
    year = year_in(value)
    if not 1 <= year < date.max.year:
        raise ValueError(value)
    return rows.filter(issued_date__gte=date(year, 1, 1), issued_date__lt=date(year + 1, 1, 1))


def _by_verdict(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    if value not in (SIGNED, *Indication.values):
        raise ValueError(value)
    wanted = WITH_SIGNATURE if value == SIGNED else (Indication(value),)
    files = FileStatus.objects.filter(file__role=FileRole.MAIN, file__version__current=True, indication__in=wanted)
    if is_rare(FileStatus.objects.filter(indication__in=wanted)):
        return rows.filter(pk__in=files.values("file__version__document"))
    return rows.filter(Exists(files.filter(file__version__document=OuterRef("pk"))))


def _loose(rows: QuerySet[Any], value: str, _actor: Actor) -> QuerySet[Any]:
    if value != "none":
        raise ValueError(value)
    return rows.filter(~Exists(Placement.objects.filter(document=OuterRef("pk"))))


def _subject(row: Document) -> Any:
    return format_html(
        '<a class="vk-rec vk-plain" href="{}" data-row-link>{}</a>',
        row.get_absolute_url(),
        row.subject or gettext("Untitled document"),
    )


def _confirmed(row: Document) -> Any:
    if row.confirmed_at:
        return format_html('<span class="vk-meta">{}</span>', _confirmed_word(row))
    return format_html('<span class="vk-unsure">{}</span>', _confirmed_word(row))


def _confirmed_word(row: Document) -> str:
    return pgettext("a description", "confirmed") if row.confirmed_at else pgettext("a description", "to confirm")


def _dossiers(row: Any) -> Any:
    if not row.list_dossiers:
        return NOTHING
    return format_html_join(
        ", ",
        '<a class="vk-link vk-num vk-nowrap" href="{}">{}</a>',
        ((one.get_absolute_url(), one.code) for one in row.list_dossiers),
    )


class Documents(Listing):
    name = "documents"
    title = gettext_lazy("Documents")
    chooses = True
    filters: ClassVar[tuple[Filter, ...]] = (
        Filter("q", gettext_lazy("Number or subject"), _by_words, kind="words"),
        choice(
            "confirmed",
            gettext_lazy("Description"),
            lambda value: {"confirmed_at__isnull": value == "no"},
            (
                ("no", pgettext_lazy("a description", "to confirm")),
                ("yes", pgettext_lazy("a description", "confirmed")),
            ),
        ),
        flag("mine", gettext_lazy("Received by me"), lambda rows, actor: rows.filter(received_by=actor.user)),
        Filter(
            "verdict",
            gettext_lazy("Signatures"),
            _by_verdict,
            lambda value, _actor: dict(VERDICTS).get(value, value),
            choices(VERDICTS),
        ),
        choice("type", gettext_lazy("Type"), lambda value: {"type_code": value}, DocumentType.choices),
        Filter(
            "year",
            gettext_lazy("Year"),
            _of_year,
            lambda value, _actor: gettext("no date") if value == UNDATED else value,
            kind="number",
        ),
        Filter("agency", gettext_lazy("Kept by"), in_agency, agency_said, agency_options),
        Filter(
            "dossier",
            gettext_lazy("Dossier"),
            _loose,
            lambda _value, _actor: gettext("in none"),
            choices((("none", gettext_lazy("in none")),)),
        ),
    )
    columns = (
        Column(
            "code",
            gettext_lazy("Number"),
            lambda row: row.code or "–",
            lambda row: row.code,
            Order("code", descending=False),
            fixed=True,
            css="vk-num vk-nowrap",
        ),
        Column(
            "date",
            gettext_lazy("Date"),
            lambda row: date_(row.issued_date),
            lambda row: row.issued_date,
            Order("issued_date", nullable=True, kind=date),
            css="vk-nowrap",
            telling=True,
        ),
        Column(
            "type",
            gettext_lazy("Type"),
            lambda row: row.type_name or row.get_type_code_display(),
            lambda row: row.type_name or row.get_type_code_display(),
            css="vk-nowrap",
        ),
        Column("subject", gettext_lazy("Subject"), _subject, lambda row: row.subject, fixed=True, css="is-title"),
        Column(
            "issuer",
            gettext_lazy("Issued by"),
            lambda row: row.organ_name or "–",
            lambda row: row.organ_name,
        ),
        Column(
            "signatures",
            gettext_lazy("Signatures"),
            lambda row: verdict(row.list_verdict),
            lambda row: str(VerdictLook.of(row.list_verdict).word),
            css="is-late vk-nowrap",
            telling=True,
        ),
        Column(
            "confirmed",
            gettext_lazy("Description"),
            _confirmed,
            _confirmed_word,
            css="is-late vk-nowrap",
            telling=True,
        ),
        Column(
            "dossiers",
            gettext_lazy("In dossier"),
            _dossiers,
            lambda row: ", ".join(one.code for one in row.list_dossiers),
        ),
        Column(
            "received",
            gettext_lazy("Received"),
            lambda row: when(row.received_at),
            lambda row: formats.instant(row.received_at),
            Order(),
            shown=False,
            css="vk-nowrap",
        ),
        Column(
            "pages",
            gettext_lazy("Pages"),
            lambda row: formats.number(row.page_amount),
            lambda row: row.page_amount,
            shown=False,
            css="n",
        ),
        Column(
            "signer",
            gettext_lazy("Signer"),
            lambda row: row.signer_name or "–",
            lambda row: row.signer_name,
            shown=False,
        ),
        Column(
            "agency", gettext_lazy("Kept by"), lambda row: row.agency.name, lambda row: row.agency.name, shown=False
        ),
        Column(
            "secrecy",
            gettext_lazy("Secrecy"),
            lambda row: row.get_secrecy_display(),
            lambda row: str(row.get_secrecy_display()),
            shown=False,
        ),
        Column(
            "mode",
            pgettext_lazy("of a record", "Use"),
            lambda row: row.get_mode_display(),
            lambda row: str(row.get_mode_display()),
            shown=False,
        ),
    )

    def __init__(self, actor: Actor, query: Mapping[str, str], columns: list[str] | None = None) -> None:
        super().__init__(actor, query, columns)
        if (self.given.get("year") or UNDATED) != UNDATED and not self.given.get("sort"):
            # A year is read by its dates; and its rows are found by the index that has them in this order.
            self.given["sort"] = "-date"

    def all_rows(self) -> QuerySet[Any]:
        return Document.objects.visible_to(self.actor, few=sees_few(self.actor))

    def with_parts(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("agency").defer(*HEAVY)

    def fill(self, rows: list[Any]) -> None:
        ids = [row.pk for row in rows]
        verdicts = dict(
            FileStatus.objects.filter(
                file__version__document__in=ids, file__version__current=True, file__role=FileRole.MAIN
            ).values_list("file__version__document", "indication")
        )
        dossiers = defaultdict(list)
        places = Placement.objects.filter(
            Exists(Dossier.objects.visible_to(self.actor).filter(pk=OuterRef("dossier"))), document__in=ids
        )
        for place in places.select_related("dossier").order_by("pk"):
            dossiers[place.document_id].append(place.dossier)
        for row in rows:
            row.list_verdict, row.list_dossiers = verdicts.get(row.pk, Indication.WAITING), dossiers[row.pk]

    def label_of(self, row: Any) -> str:
        return str(row.label)

    @classmethod
    def counted(cls, count: int) -> str:
        return ngettext("%(count)s document", "%(count)s documents", count) % {"count": formats.number(count)}
