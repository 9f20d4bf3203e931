"""An audit goes out: the sheets as a table at any time, the signed files once it is closed; nothing that was closed to the reader since."""

from __future__ import annotations

import hashlib
import zipfile
from tempfile import SpooledTemporaryFile
from typing import IO, Any
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
IN_MEMORY = 4 << 20  # bytes
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


def export(audit_id: UUID | str, what: str, *, actor: Actor) -> tuple[str, str, IO[bytes]]:
    """Name, type and bytes of what goes out; the event is written. Raises NotVisible or Refused.

    The bytes lie in memory while they are few, on the disk above that, and no transaction waits for them.
    """
    audit = fetch(actor, audit_id)
    if what not in MADE:
        raise NotVisible
    needs_all_rows(audit, actor)
    mime, ending, make = MADE[what]
    stream = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by the response that sends it
    try:
        make(audit, stream)
        stream.seek(0)
        digest = hashlib.sha256()
        while part := stream.read(1 << 20):
            digest.update(part)
        stream.seek(0)
        with transaction.atomic():
            record("audit.exported", actor, audit, what=what, sha256=digest.hexdigest())
    except BaseException:
        stream.close()
        raise
    day = (audit.closed_at or audit.opened_at).astimezone(LOCAL).strftime("%Y-%m-%d")
    return file_name([audit.title, day, *([what] if what in ("manifest", "population") else [])], ending), mime, stream


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


def _population(audit: Audit, stream: IO[bytes]) -> None:
    if audit.state == AuditState.FREEZING:
        raise NotVisible
    for part in texts_of(audit):
        stream.write(part.encode())


def _all(audit: Audit, stream: IO[bytes]) -> None:
    sheet = _sheet(audit)
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


def _table(audit: Audit, stream: IO[bytes]) -> None:
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
    "sheet": ("application/json", "json", lambda audit, stream: stream.write(bytes(_sheet(audit).json))),
    "pdf": ("application/pdf", "pdf", lambda audit, stream: stream.write(bytes(_sheet(audit).pdf))),
    "manifest": ("application/json", "json", lambda audit, stream: stream.write(bytes(_sheet(audit).manifest))),
    "signature": ("application/pkcs7-signature", "p7s", lambda audit, stream: stream.write(_signature(audit))),
    "population": ("text/plain; charset=utf-8", "txt", _population),
    "all": ("application/zip", "zip", _all),
}
