"""The rows of the intake table: documents of one dossier with what was read of them, those with a problem first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from repository import formats
from repository.actions.confirm_many import readings_of, waiting_of
from repository.actors import Actor
from repository.certainty import FIELDS, Reading, is_certain, why
from repository.codes import FileRole
from repository.models import Document, Dossier, File

STEP = 40
PROBLEMS, CERTAIN, CONFIRMED = 0, 1, 2
LABELS = {
    "number": pgettext_lazy("grid", "Number"),
    "notation": gettext_lazy("Notation"),
    "issued_date": gettext_lazy("Date"),
    "type_name": gettext_lazy("Type"),
    "subject": gettext_lazy("Subject"),
    "organ_name": gettext_lazy("Agency"),
    "signer_name": gettext_lazy("Signer"),
}


@dataclass(frozen=True)
class Row:
    """One document. `group` is where it stands now; `title` is set on the first row of a group."""

    document: Document
    group: int
    file: str
    cells: list[Reading]
    why: str
    title: str = ""

    @property
    def cursor(self) -> str:
        return f"{self.group}.{self.document.pk}"


@dataclass(frozen=True)
class Stretch:
    """Rows up to STEP; `after` leads to the next ones. Counts are of the whole dossier as far as the person sees it."""

    rows: list[Row]
    after: str
    problems: int
    certain: int
    confirmed: int


def labels() -> dict[str, str]:
    return {name: str(label) for name, label in LABELS.items()}


def stretch_of(dossier: Dossier, actor: Actor, after: str = "", *, step: int = STEP) -> Stretch:
    """The rows behind the cursor, first those with a problem, then what was read without a doubt, then what is confirmed.

    Four queries, however long the dossier is. A cursor that is none begins at the top.
    """
    waiting = waiting_of(dossier, actor)
    order = [(CERTAIN if sure else PROBLEMS, document.pk) for document, sure in waiting]
    order.sort()
    confirmed = Document.objects.visible_to(actor).filter(placements__dossier=dossier, confirmed_at__isnull=False)
    group, last = _cursor(after)
    wanted = [place for place in order if last is None or place > (group, last)][: step + 1]
    if len(wanted) <= step:
        behind = confirmed.filter(pk__gt=last) if last and group == CONFIRMED else confirmed
        more = behind.order_by("pk").values_list("pk", flat=True)[: step + 1 - len(wanted)]
        wanted += [(CONFIRMED, pk) for pk in more]
    problems = sum(not sure for _document, sure in waiting)
    counts = (problems, len(waiting) - problems, confirmed.count())
    shown = wanted[:step]
    rows = _rows(shown, counts, first=None if last is None else group)
    return Stretch(rows, rows[-1].cursor if len(wanted) > step and rows else "", *counts)


def _cursor(given: str) -> tuple[int, UUID | None]:
    group, _dot, pk = given.partition(".")
    try:
        return (int(group), UUID(pk)) if group in ("0", "1", "2") else (PROBLEMS, None)
    except ValueError:
        return PROBLEMS, None


def _rows(wanted: list[tuple[int, UUID]], counts: tuple[int, int, int], *, first: int | None) -> list[Row]:
    found = Document.objects.in_bulk([pk for _group, pk in wanted])
    names = file_names(found)
    rows, before = [], first
    for group, pk in wanted:
        title = group_title(group, counts[group]) if group != before else ""
        rows.append(row_of(found[pk], names.get(pk, ""), group=group, title=title))
        before = group
    return rows


def file_names(documents: Any) -> dict[UUID, str]:
    files = File.objects.filter(version__document__in=list(documents), version__current=True, role=FileRole.MAIN)
    return dict(files.values_list("version__document_id", "name"))


def row_of(document: Document, file: str, *, group: int | None = None, title: str = "") -> Row:
    found = readings_of(document)
    if group is None:
        group = CONFIRMED if document.confirmed_at else CERTAIN if is_certain(found) else PROBLEMS
    if group == CONFIRMED:
        # A person has looked: nothing is a guess any more.
        found = [Reading(reading.name, reading.value, "") for reading in found]
    return Row(document, group, file, found, why(found, labels()) if group == PROBLEMS else "", title)


def group_title(group: int, count: int) -> str:
    said = {
        PROBLEMS: ngettext("Look at this first, %(count)s document", "Look at these first, %(count)s documents", count),
        CERTAIN: ngettext(
            "Read without a doubt, %(count)s document", "Read without a doubt, %(count)s documents", count
        ),
        CONFIRMED: ngettext("Confirmed, %(count)s document", "Confirmed, %(count)s documents", count),
    }
    return said[group] % {"count": formats.number(count)}


def as_json(row: Row) -> dict[str, Any]:
    """What the table's script is told of a row after it was saved."""
    return {
        "id": str(row.document.pk),
        "revision": row.document.revision,
        "group": row.group,
        "why": row.why,
        "state": _("confirmed") if row.group == CONFIRMED else "",
        "cells": {cell.name: {"text": cell.text, "state": cell.state, "note": cell.note} for cell in row.cells},
    }


__all__ = ["FIELDS", "STEP", "Row", "Stretch", "as_json", "labels", "row_of", "stretch_of"]
