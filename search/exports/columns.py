"""The columns that a table of found documents may have, and the one form in which their values are written, hashed and compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from repository.access.querysets import dossiers_for
from repository.actors import Actor
from repository.clock import LOCAL
from repository.codes import FileRole, Indication, Secrecy
from repository.models import Document, File, Placement

LONGEST = 2_000


def plain(value: Any) -> str:
    """A value as a row has it: a date as 2022-03-04, a number in digits, a text composed (NFC), on one line, without control signs."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    text = unicodedata.normalize("NFC", " ".join(str(value).split()))
    kept = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cs", "Cn", "Co"))
    return kept[:LONGEST].strip()


@dataclass
class Found:
    """A document with what its row says of other tables."""

    document: Document
    main: File | None = None
    dossiers: dict[UUID, str] = field(default_factory=dict)
    """Their codes by identity, the first one first."""


@dataclass(frozen=True)
class Column:
    """`kind` is text, date or number: what a workbook makes of the value. `share` is its part of a printed line."""

    name: str
    label: Any
    value: Callable[[Found], Any]
    kind: str = "text"
    shown: bool = True
    share: float = 1.0


def _verdict(row: Found) -> str:
    status = getattr(row.main, "status", None) if row.main else None
    return str(Indication(status.indication).label) if status else ""


COLUMNS = (
    Column("number", _("Number"), lambda row: row.document.code, share=1.3),
    Column("date", _("Date"), lambda row: row.document.issued_date, "date", share=0.9),
    Column("type", _("Type"), lambda row: row.document.type_name),
    Column("subject", _("Subject"), lambda row: row.document.subject, share=3.2),
    Column("issuer", _("Issued by"), lambda row: row.document.organ_name, share=1.6),
    Column("keeper", _("Kept by"), lambda row: row.document.agency.name, shown=False, share=1.6),
    Column("signer", _("Signer"), lambda row: row.document.signer_name, shown=False, share=1.2),
    Column("dossiers", _("Dossiers"), lambda row: ", ".join(row.dossiers.values()), share=1.3),
    Column("pages", _("Pages"), lambda row: row.document.page_amount, "number", share=0.5),
    Column("verdict", _("Signature"), _verdict),
    Column("secrecy", _("Secrecy"), lambda row: Secrecy(row.document.secrecy).label, shown=False, share=0.8),
    Column(
        "received",
        pgettext_lazy("document", "Received"),
        lambda row: row.document.received_at.astimezone(LOCAL).date(),
        "date",
        shown=False,
        share=0.9,
    ),
    Column("identity", _("Identity"), lambda row: row.document.pk, shown=False, share=1.8),
)
BY_NAME = {column.name: column for column in COLUMNS}
READ = (
    "code",
    "issued_date",
    "type_name",
    "subject",
    "organ_name",
    "signer_name",
    "page_amount",
    "secrecy",
    "received_at",
    "agency__name",
)


def chosen(names: Iterable[str]) -> list[Column]:
    """The columns of these names, in their fixed order; those shown at first where none is known."""
    wanted = set(names)
    return [one for one in COLUMNS if one.name in wanted] or [one for one in COLUMNS if one.shown]


def rows_of(ids: list[UUID], actor: Actor) -> list[Found]:
    """The documents of these identities that the actor may see, in the given order; three statements whatever their number."""
    rows = Document.objects.visible_to(actor).filter(pk__in=ids).select_related("agency").only(*READ)
    found = {row.pk: Found(row) for row in rows}
    files = File.objects.filter(version__document__in=ids, version__current=True, role=FileRole.MAIN)
    for file in files.select_related("version", "status").only("version__document_id", "status__indication"):
        if file.version.document_id in found:
            found[file.version.document_id].main = file
    places = Placement.objects.filter(dossiers_for(actor, "dossier__"), document__in=ids).order_by("placed_at", "pk")
    for document, dossier, code in places.values_list("document_id", "dossier_id", "dossier__code"):
        if document in found:
            found[document].dossiers[dossier] = code
    return [found[one] for one in ids if one in found]
