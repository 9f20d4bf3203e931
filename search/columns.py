"""Results as a table: its columns, chosen and kept for each person as those of the lists are (docs/lists.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy

from repository import formats
from repository.component_tags.shapes import state, verdict
from repository.component_tags.words import date_, when
from repository.lists.listing import Listing
from repository.lists.parts import Column
from search.engines.base import Sort

NOTHING = "–"
Shown = Mapping[str, Any]
"""A result as `search.pages.shown` makes it ready."""


def _column(name: str, label: str | Promise, cell: Callable[[Shown], Any], **more: Any) -> Column:
    return Column(name, label, cell, lambda row: None, **more)


def _subject(row: Shown) -> Any:
    return format_html('<a class="vk-rec vk-plain" href="{}" data-row-link>{}</a>', row["url"], row["title"])


def _dossiers(row: Shown) -> Any:
    links = ((url, code) for code, url in row["dossiers"])
    return format_html_join(", ", '<a class="vk-link vk-num vk-nowrap" href="{}">{}</a>', links) or NOTHING


def _pages(row: Shown) -> Any:
    links = ((url, number) for number, url in row["pages"])
    return (
        format_html('<span class="vk-pages">{}</span>', format_html_join("", '<a href="{}">{}</a>', links))
        if row["pages"]
        else NOTHING
    )


class Results(Listing):
    """Only what a table of results declares: its rows come from the engine."""

    name = "results"
    title = gettext_lazy("Results")
    filters = ()
    columns: ClassVar[tuple[Column, ...]] = (
        _column(
            "code", gettext_lazy("Number"), lambda row: row["number"] or NOTHING, fixed=True, css="vk-num vk-nowrap"
        ),
        _column("date", gettext_lazy("Date"), lambda row: date_(row["date"]), css="vk-nowrap", telling=True),
        _column("type", gettext_lazy("Type"), lambda row: row["type"] or NOTHING, css="vk-nowrap"),
        _column("subject", gettext_lazy("Subject"), _subject, fixed=True, css="is-title"),
        _column("hits", gettext_lazy("Pages with the words"), _pages, shown=False),
        _column("issuer", gettext_lazy("Issued by"), lambda row: row["agency"] or NOTHING, shown=False),
        _column("dossiers", gettext_lazy("In dossier"), _dossiers),
        _column(
            "signatures",
            gettext_lazy("Signatures"),
            lambda row: verdict(row["indication"]),
            css="is-late vk-nowrap",
            telling=True,
        ),
        _column("signer", gettext_lazy("Signer"), lambda row: row["signer"] or NOTHING, shown=False),
        _column("pages", gettext_lazy("Pages"), lambda row: formats.number(row["page_count"]), shown=False, css="n"),
        _column(
            "state", gettext_lazy("State"), lambda row: state(row["state"]) if row["state"] else NOTHING, shown=False
        ),
        _column("received", gettext_lazy("Received"), lambda row: when(row["received"]), shown=False, css="vk-nowrap"),
    )


SORTS: Mapping[str, tuple[Sort, ...]] = {
    "code": (Sort.NUMBER,),
    "date": (Sort.NEWEST, Sort.OLDEST),
    "received": (Sort.FILED,),
}
"""By which columns a table is sorted, and how: the first way first."""
FALLING = (Sort.NEWEST, Sort.FILED)
