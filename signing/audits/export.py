"""An audit goes out: the sheets as a table at any time, the signed files once it is closed; nothing that was closed to the reader since."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any
from uuid import UUID

import xlsxwriter
from django.db import transaction
from django.utils.translation import gettext as _

from repository import formats
from repository.actors import Actor
from repository.clock import LOCAL
from repository.codes import Indication
from repository.events import record
from repository.file_names import file_name, sheet_text
from repository.models import Document
from repository.refusals import NotVisible, Refused
from signing.audits.access import fetch
from signing.audits.actions import QUESTIONS
from signing.audits.population import texts_of
from signing.audits.sheet import question_words
from signing.models import Audit, AuditRow, AuditSheet
from signing.models.audits import Answer, AuditState, Conclusion, FindingKind, Severity
from signing.reasons import capital, words_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
READ_ME = """Audit sheet of Văn Khố

sheet.json      what the audit found (canonical JSON, RFC 8785)
sheet.pdf       the same for reading (PDF/A-2b)
manifest.json   the SHA-256 of both
manifest.p7s    the archive's seal over manifest.json (detached CMS); missing where the audit was closed unsigned
population.txt  the frozen population: identity, blank, code of the agency; its SHA-256 stands in sheet.json

Signature:   openssl cms -verify -inform DER -in manifest.p7s -content manifest.json -CAfile roots.pem -purpose any
Digests:     sha256sum sheet.json sheet.pdf population.txt
Sample:      the script in docs/audit.md draws it again from population.txt and the seed in sheet.json
"""


@transaction.atomic
def export(audit_id: UUID | str, what: str, *, actor: Actor) -> tuple[str, str, bytes]:
    """Name, type and bytes of what goes out; the event is written. Raises NotVisible or Refused."""
    audit = fetch(actor, audit_id)
    if what not in MADE:
        raise NotVisible
    needs_all_rows(audit, actor)
    mime, ending, make = MADE[what]
    data = make(audit)
    record("audit.exported", actor, audit, what=what, sha256=hashlib.sha256(data).hexdigest())
    day = (audit.closed_at or audit.opened_at).astimezone(LOCAL).strftime("%Y-%m-%d")
    return file_name([audit.title, day, *([what] if what in ("manifest", "population") else [])], ending), mime, data


def needs_all_rows(audit: Audit, actor: Actor) -> None:
    """Every sampled document must be the reader's to see, as it is now. Raises Refused."""
    ids = list(AuditRow.objects.filter(audit=audit).values_list("document_id", flat=True))
    seen = sum(
        Document.objects.visible_to(actor).filter(pk__in=ids[at : at + 500]).count() for at in range(0, len(ids), 500)
    )
    if seen != len(ids):
        raise Refused.because(
            "download",
            None,
            "closed-since",
            _("Some documents of this audit may not be seen by you."),
            _("Ask somebody who may see all of them."),
        )


def _sheet(audit: Audit) -> AuditSheet:
    """Raises NotVisible while the audit is open: there is nothing to give out yet."""
    sheet = AuditSheet.objects.filter(audit=audit).first()
    if sheet is None:
        raise NotVisible
    return sheet


def _signature(audit: Audit) -> bytes:
    signature = _sheet(audit).signature
    if signature is None:
        raise NotVisible
    return bytes(signature)


def _population(audit: Audit) -> bytes:
    if audit.state == AuditState.FREEZING:
        raise NotVisible
    return "".join(texts_of(audit)).encode()


def _all(audit: Audit) -> bytes:
    sheet, stream = _sheet(audit), io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("README.txt", READ_ME)
        package.writestr("sheet.json", bytes(sheet.json))
        package.writestr("sheet.pdf", bytes(sheet.pdf))
        package.writestr("manifest.json", bytes(sheet.manifest))
        if sheet.signature is not None:
            package.writestr("manifest.p7s", bytes(sheet.signature))
        with package.open("population.txt", "w", force_zip64=True) as text:
            for part in texts_of(audit):
                text.write(part.encode())
    return stream.getvalue()


def _table(audit: Audit) -> bytes:
    stream = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, {"constant_memory": True, **plain})
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    heads: list[str] = [
        _("No."),
        _("Number"),
        _("Date"),
        _("Subject"),
        _("Agency"),
        _("The check says"),
        _("Why"),
        *question_words(),
        _("Conclusion"),
        _("Kind of finding"),
        _("Severity"),
        _("Note"),
        _("Answered by"),
        _("Answered"),
    ]
    sheet.freeze_panes(1, 0)
    for at, head in enumerate(heads):
        sheet.set_column(at, at, 50 if at in (3, len(heads) - 3) else 16)
        sheet.write_string(0, at, head, bold)
    rows = AuditRow.objects.filter(audit=audit).select_related("answered_by").order_by("number")
    for line, row in enumerate(rows.iterator(500), start=1):
        sheet.write_number(line, 0, row.number)
        for at, value in enumerate(_cells(row), start=1):
            sheet.write_string(line, at, sheet_text(value))
    book.close()
    return stream.getvalue()


def _cells(row: AuditRow) -> list[str]:
    return [
        row.label,
        formats.day(row.issued_date) if row.issued_date else "",
        row.subject,
        row.stratum,
        str(Indication(row.indication).label) if row.indication else "",
        capital(words_of(row.reason)) if row.reason else "",
        *(str(Answer(getattr(row, name)).label) if getattr(row, name) else "" for name in QUESTIONS),
        str(Conclusion(row.conclusion).label),
        str(FindingKind(row.kind).label) if row.kind else "",
        str(Severity(row.severity).label) if row.severity else "",
        row.note,
        row.answered_by.label if row.answered_by else "",
        formats.instant(row.answered_at) if row.answered_at else "",
    ]


# What can be asked for: type, ending, and what makes it.
MADE: dict[str, tuple[str, str, Any]] = {
    "table": (XLSX, "xlsx", _table),
    "sheet": ("application/json", "json", lambda audit: bytes(_sheet(audit).json)),
    "pdf": ("application/pdf", "pdf", lambda audit: bytes(_sheet(audit).pdf)),
    "manifest": ("application/json", "json", lambda audit: bytes(_sheet(audit).manifest)),
    "signature": ("application/pkcs7-signature", "p7s", _signature),
    "population": ("text/plain; charset=utf-8", "txt", _population),
    "all": ("application/zip", "zip", _all),
}
