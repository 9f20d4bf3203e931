"""The sheet of an audit: everything it says as canonical JSON (RFC 8785), the same as PDF/A, and the list of digests that is signed.

The JSON is the truth; the PDF is made from it and prints its digest. The manifest names both digests, so that one signature holds all.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from repository import formats
from repository.clock import now
from repository.codes import Indication
from repository.events import canonical
from repository.printing.letters import printable
from repository.printing.make import typeset
from signing.audits.actions import QUESTIONS
from signing.audits.result import Result, result_of, sentences
from signing.models import Audit, AuditRow
from signing.models.audits import Answer, Conclusion, FindingKind, Severity
from signing.reasons import capital, words_of
from signing.scope import title_of

FORMAT = "van-kho audit sheet 1"
PURPOSE = "audit sheet"
SOURCE = Path(__file__).with_name("sheet.typ")


def data_of(audit: Audit, *, closed_by: str) -> dict[str, Any]:
    """All that the audit says, as plain data; codes instead of words, so that it reads the same in every language."""
    result = result_of(audit)
    return {
        "format": FORMAT,
        "audit": {
            "id": audit.pk,
            "title": audit.title,
            "purpose": audit.purpose,
            "agency": {"id": audit.agency_id, "code": audit.agency.code, "name": audit.agency.name},
            "scope": audit.scope,
            "refers_to": audit.refers_to_id,
            "opened_by": audit.opened_by.label,
            "opened_at": audit.opened_at,
            "closed_by": closed_by,
        },
        "population": {"size": audit.population, "sha256": audit.population_sha256, "frozen_at": audit.frozen_at},
        "sample": {
            "algorithm": "sha256(seed:identity), smallest first",
            "seed": audit.seed,
            "size": audit.size,
            "stratified": audit.stratified,
            "drawn_at": audit.drawn_at,
            "confidence": str(audit.confidence),
            "tolerable": str(audit.tolerable),
        },
        "rows": [row_of(row) for row in _rows(audit)],
        "result": _result(result),
    }


def _rows(audit: Audit) -> Any:
    return AuditRow.objects.filter(audit=audit).select_related("answered_by").order_by("number")


def row_of(row: AuditRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "stratum": row.stratum,
        "document": {
            "id": row.document_id,
            "label": row.label,
            "subject": row.subject,
            "date": row.issued_date,
            "file": row.file_id,
            "sha256": row.sha256,
        },
        "machine": {
            "indication": row.indication,
            "reason": row.reason,
            "sub_indication": row.sub,
            "run": row.verification_id,
            "at": row.verified_at,
        },
        "answers": {name: getattr(row, name) for name in QUESTIONS},
        "note": row.note,
        "conclusion": row.conclusion,
        "finding": {"kind": row.kind, "severity": row.severity},
        "answered_by": row.answered_by.label if row.answered_by else "",
        "answered_at": row.answered_at,
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "in_order": result.in_order,
        "findings": result.findings,
        "not_judged": result.not_judged,
        "open": result.open,
        # Shares as text: a digest must not hang on how a machine writes the last digit of a fraction.
        "low": f"{result.low:.6f}",
        "high": f"{result.high:.6f}",
        "at_most": result.at_most,
        "below_tolerable": result.within,
    }


def json_of(audit: Audit, *, closed_by: str) -> bytes:
    return canonical(data_of(audit, closed_by=closed_by))


def manifest_of(audit: Audit, sheet: bytes, pdf: bytes) -> bytes:
    """Canonical JSON of what is signed: the digests of the sheet and of its PDF."""
    return canonical(
        {
            "format": FORMAT,
            "audit": audit.pk,
            "files": {"sheet.json": hashlib.sha256(sheet).hexdigest(), "sheet.pdf": hashlib.sha256(pdf).hexdigest()},
        }
    )


# ── the PDF ──
def pdf_of(audit: Audit, sheet: bytes, *, signed: bool) -> bytes:
    """The sheet as PDF/A-2b, in the language of who reads it now. About 0.2 s for a hundred documents."""
    data = _shown(audit, json.loads(sheet), hashlib.sha256(sheet).hexdigest(), signed=signed)
    return typeset(SOURCE, data)


def _shown(audit: Audit, sheet: dict[str, Any], digest: str, *, signed: bool) -> dict[str, Any]:
    from repository.actors import SYSTEM

    result = result_of(audit)
    facts = [
        (_("Agency"), audit.agency.name),
        (_("What is to be found out"), audit.purpose),
        (_("Scope"), title_of(audit.scope, SYSTEM)),
        (_("Population"), _("%(count)s documents") % {"count": formats.number(audit.population)}),
        (_("Frozen"), formats.instant(audit.frozen_at)),
        (_("SHA-256 of the population"), audit.population_sha256),
        (_("Seed"), audit.seed),
        (_("Sample"), _("%(count)s documents") % {"count": formats.number(audit.size)}),
        (_("Drawn by agency"), _("yes") if audit.stratified else _("no")),
        (_("Opened"), f"{formats.instant(audit.opened_at)}, {audit.opened_by.label}"),
        (_("Closed"), f"{formats.instant(now())}, {sheet['audit']['closed_by']}"),
        (_("Refers to"), audit.refers_to.title if audit.refers_to else ""),
    ]
    return {
        "lang": translation.get_language() or "vi",
        "title": printable(audit.title),
        "kind": _("Sheet of an audit of signatures"),
        "facts": [(printable(str(label)), printable(str(value))) for label, value in facts if value],
        "said": [printable(one) for one in sentences(result)],
        "heads": [
            _("No."),
            _("Document"),
            _("The check says"),
            _("The auditor says"),
            _("Conclusion"),
        ],
        "rows": [_line(row) for row in sheet["rows"]],
        "result": _("Result"),
        "documents": _("Sampled documents"),
        "digest": _("SHA-256 of the sheet as JSON: %(digest)s") % {"digest": digest},
        "mark": _("Signed with the archive's seal; the signature stands beside this file.")
        if signed
        else _("Closed, not signed: no key for the seal was set up."),
    }


def _line(row: dict[str, Any]) -> list[str]:
    document, machine = row["document"], row["machine"]
    about = ", ".join(filter(None, [document["label"], formats.day_if_iso(document["date"] or ""), row["stratum"]]))
    asked = [
        f"{label}: {Answer(row['answers'][name]).label}"
        for name, label in zip(QUESTIONS, question_words(), strict=True)
        if row["answers"][name]
    ]
    conclusion = [str(Conclusion(row["conclusion"]).label)]
    if row["finding"]["kind"]:
        conclusion.append(str(FindingKind(row["finding"]["kind"]).label))
        conclusion.append(str(Severity(row["finding"]["severity"]).label))
    said = str(Indication(machine["indication"]).label) if machine["indication"] else ""
    why = capital(words_of(machine["reason"])) if machine["reason"] else ""
    return [
        str(row["number"]),
        printable(f"{about}. {document['subject']}"),
        printable(f"{said}. {why}" if why else said),
        printable(". ".join([*asked, row["note"]]) if row["note"] else ". ".join(asked)),
        printable(". ".join(conclusion)),
    ]


def question_words() -> list[str]:
    """The questions of a sheet, in the order of QUESTIONS."""
    return [
        _("Signed as it should be"),
        _("By the right person"),
        _("With authority"),
        _("The date fits"),
        _("The document is whole"),
    ]
