"""What the sheets say: plain text out of a dossier and of those of its documents that the person may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import translation

from repository import formats
from repository.actions.locate_dossier import place_of
from repository.actors import Actor
from repository.clock import now, today
from repository.codes import Maintenance, RetentionState
from repository.models import Document, Dossier, Placement, Retention
from repository.printing.letters import printable
from repository.printing.words import in_words

SHEETS = ("cover", "list", "ending")
# Names for the file a sheet is saved as; statutory words, so not translated.
NAMES = {"cover": "bia-ho-so", "list": "muc-luc-van-ban", "ending": "chung-tu-ket-thuc", "all": "bia-muc-luc"}


def visible_places(actor: Actor, dossier: Dossier) -> QuerySet[Placement]:
    """Places of the documents the actor may see, in their order."""
    # Asked of each place: `document__in` would make a list of all documents the person may see.
    seen = Document.objects.visible_to(actor).filter(pk=OuterRef("document"))
    return Placement.objects.filter(Exists(seen), dossier=dossier).order_by("number")


def facts(dossier: Dossier, sheets: Sequence[str], *, actor: Actor) -> dict[str, Any]:
    """The data of sheets.typ. The forms are Vietnamese whatever language the person reads; three queries."""
    with translation.override("vi"):
        rows = list(_rows(visible_places(actor, dossier).select_related("document")))
        pages = sum(row["count"] for row in rows)
        retention = Retention.objects.filter(dossier=dossier).first()
        sheets_of_paper = dossier.paper_sheets
        parent = dossier.agency.parent
        first, last = _first_and_last(dossier, rows)
        said = {
            "title": dossier.title,
            "code": dossier.code,
            "parent": parent.name if parent else "",
            "agency": dossier.agency.name,
            "fonds": dossier.fonds.name if dossier.fonds else "",
            "fonds_code": dossier.fonds.code if dossier.fonds else "",
            "heading": str(dossier.entry) if dossier.entry else "",
            "creator": dossier.creator.split(" (")[0],
            "place": place_of(dossier),
            "period": _period(dossier),
            "secrecy": str(dossier.get_secrecy_display()) if dossier.secrecy else "",
            "condition": str(dossier.get_condition_display()),
            "start": first,
            "end": last,
            "documents": formats.number(len(rows)),
            "documents_words": in_words(len(rows)),
            "pages": formats.number(pages),
            "pages_words": in_words(pages),
            "sheets": formats.number(sheets_of_paper) if sheets_of_paper else "",
            "sheets_words": in_words(sheets_of_paper) if sheets_of_paper else "",
            "due": formats.day(retention.due_on)
            if retention and retention.due_on and retention.state != RetentionState.PERMANENT
            else "",
            "last_page": str(pages) if rows and all(row["count"] for row in rows) else "",
            "on": _on(),
            "printed_by": actor.label,
            "mark": f"In từ Văn Khố {formats.instant(now())}, {actor.label}. Chỉ gồm những văn bản người in được xem.",
        }
    shown: dict[str, Any] = {name: printable(value) for name, value in said.items()}
    shown["rows"] = [{name: printable(value) for name, value in row.items() if isinstance(value, str)} for row in rows]
    shown["sheets_wanted"] = list(sheets)
    return shown


def _rows(places: Iterable[Placement]) -> Iterator[dict[str, Any]]:
    """Rows of the list. Pages are counted through the dossier; after a document whose pages nobody counted, figures are left to a hand."""
    at: int | None = 0
    for place in places:
        document = place.document
        count = document.page_amount or 0
        span = "……"
        if at is not None and count:
            span = f"{at + 1}" if count == 1 else f"{at + 1}–{at + count}"
            at += count
        else:
            at = None
        yield {
            "number": str(place.number),
            "code": document.code,
            "date": formats.day(document.issued_date) if document.issued_date else "",
            "subject": " ".join(part for part in (document.type_name, document.subject) if part),
            "author": document.organ_name,
            "pages": span,
            "note": document.description if len(document.description) <= 60 else document.description[:59] + "…",
            "count": count,
        }


def _first_and_last(dossier: Dossier, rows: list[dict[str, Any]]) -> tuple[str, str]:
    """First and last date: fixed at closing, before that as the documents say."""
    if dossier.start_date and dossier.end_date:
        return formats.day(dossier.start_date), formats.day(dossier.end_date)
    days = sorted((row["date"][6:], row["date"][3:5], row["date"][:2]) for row in rows if row["date"])
    return ("/".join(reversed(days[0])), "/".join(reversed(days[-1]))) if days else ("", "")


def _period(dossier: Dossier) -> str:
    if dossier.maintenance == Maintenance.PERMANENT:
        return "Vĩnh viễn"
    return f"{dossier.retention_years} năm" if dossier.retention_years else ""


def _on() -> str:
    """Day and month as NĐ 30/2020 writes them: a nought before days under ten and before January and February."""
    day = today()
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"……………, ngày {day.day:02} tháng {month} năm {day.year}"
