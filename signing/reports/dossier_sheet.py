"""The dossier's report as PDF/A and as JSON: counts, and every document with its verdict, problems first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from repository import formats
from repository.actors import Actor
from repository.codes import Indication
from repository.models import Dossier, Verification
from signing.reports.dossier import ORDER, Line, why_of
from signing.reports.printed import in_language, sheet_of
from signing.reports.report import report_of, shown_of
from signing.reports.standing import moment as moment_of
from signing.reports.words import kept, row

NAME, VERSION = "van-kho-dossier-signature-report", "1.0"


def dossier_pdf(dossier: Dossier, actor: Actor, lines: Sequence[Line], moment: datetime, language: str) -> bytes:
    """The report on paper; about a second for a thousand documents."""
    said = in_language(lambda: told(dossier, actor, lines, moment), language)
    return sheet_of("dossier", said, language, moment)


def told(dossier: Dossier, actor: Actor, lines: Sequence[Line], moment: datetime) -> dict[str, Any]:
    """The words of the sheet in the active language."""
    counts = Counter(line.indication for line in lines)
    return {
        "heading": _("Signatures of the dossier"),
        "document": dossier.code,
        "subject": dossier.title,
        "labels": {
            "page": _("page"),
            "documents": _("Documents, problems first"),
            "limits": _("What this report does not say"),
            "columns": [_("No."), _("Number"), _("Subject"), _("Verdict"), _("Why")],
        },
        "counts": [
            {"count": formats.number(counts[one]), "mark": shown_of(one), "word": str(one.label)}
            for one in ORDER
            if counts[one]
        ],
        "about": kept(
            row(_("Kept by"), dossier.agency.name),
            row(_("Documents"), formats.number(len(lines))),
            row(_("Report made"), moment_of(moment.isoformat())),
            row(_("Made for"), actor.label),
        ),
        "documents": [
            {
                "number": str(line.number),
                "code": line.document.code or "—",
                "subject": " ".join(part for part in (line.document.type_name, line.document.subject) if part),
                "mark": line.mark,
                "verdict": str(Indication(line.indication).label),
                "why": why_of(line),
            }
            for line in lines
        ],
        "limits": [
            _(
                "The report holds the documents that the person it was made for may see, each with the last check of its main file."
            ),
            _("Not determined does not mean forged: what is missing may be found later."),
        ],
    }


def dossier_json(dossier: Dossier, actor: Actor, lines: Sequence[Line], moment: datetime) -> dict[str, Any]:
    """The report for machines: counts, and of each document the whole report of its last run."""
    return {
        "schema": NAME,
        "version": VERSION,
        "made_at": moment.isoformat(),
        "made_for": actor.label,
        "dossier": {
            "id": str(dossier.pk),
            "code": dossier.code,
            "title": dossier.title,
            "agency": dossier.agency.name,
        },
        "counts": {str(one): sum(line.indication == one for line in lines) for one in ORDER},
        "documents": [
            {
                "number": line.number,
                "id": str(line.document.pk),
                "code": line.document.code,
                "subject": line.document.subject,
                "file": str(line.file_id),
                "indication": line.indication,
                "report": report,
            }
            for line, report in zip(lines, _reports(lines, moment), strict=True)
        ],
    }


def _reports(lines: Sequence[Line], moment: datetime) -> list[dict[str, Any] | None]:
    found: list[dict[str, Any] | None] = []
    for at in range(0, len(lines), 50):
        some = lines[at : at + 50]
        runs = Verification.objects.select_related("file__version__document__agency").in_bulk(
            [line.run_id for line in some if line.run_id]
        )
        found += [report_of(runs[line.run_id], moment=moment) if line.run_id else None for line in some]
    return found
