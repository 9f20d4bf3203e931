"""Pages of reports: of a file, of any run, of a dossier; and the report as a file."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from repository.access import may
from repository.actions.read import read_dossier
from repository.clock import now
from repository.codes import Indication
from repository.file_names import file_name
from repository.models import File, Verification
from repository.pages.base import act, done, page
from signing.reports import actions, dossier, etsi_door
from signing.reports.printed import LANGUAGES, pdf_of
from signing.reports.report import report_of
from signing.reports.words import told

RUNS = 20


@page
def file_signatures(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The report of the file's last run."""
    file, run = actions.read_file(file_id, actor=request.actor)  # type: ignore[attr-defined]
    return _report_page(request, file, run)


@page
def run_page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The report of any run, however old."""
    run = actions.read_run(run_id, actor=request.actor)  # type: ignore[attr-defined]
    return _report_page(request, run.file, run)


def _report_page(request: HttpRequest, file: File, run: Verification | None) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    runs = actions.history(file, before=_moment(request.GET.get("before", "")), step=RUNS)
    latest = file.status.verification_id
    report = report_of(run, moment=now()) if run else None
    context: dict[str, Any] = {
        "file": file,
        "document": file.version.document,
        "run": run,
        "latest": run is None or run.pk == latest,
        "latest_run": file.status.verification,
        "told": told(report) if report else None,
        "runs": runs[:RUNS],
        "older_url": f"?{urlencode({'before': runs[RUNS - 1].run_at.isoformat()})}#runs" if len(runs) > RUNS else "",
        "forms": _forms(run) if run and may(actor, "download", file) else [],
        "may_bundle": run is not None and may(actor, "download", file),
        "may_verify": may(actor, "verify", file.version.document),
        "language": get_language(),
    }
    return render(request, "signing/report.html", context)


def _forms(run: Verification) -> list[dict[str, str]]:
    """Where the report is to be had as a file."""
    pdf = reverse("run_pdf", args=[run.pk])
    language = "en" if (get_language() or "").startswith("en") else "vi"
    return [
        {"label": _("PDF/A"), "url": f"{pdf}?lang={language}"},
        {"label": _("PDF/A in both languages"), "url": f"{pdf}?lang=both"},
        {"label": "JSON", "url": reverse("run_json", args=[run.pk])},
        {"label": _("XML by ETSI TS 119 102-2"), "url": reverse("run_xml", args=[run.pk])},
    ]


def _moment(typed: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(typed) if typed else None
    except ValueError as wrong:
        raise Http404 from wrong
    return moment if moment is None or moment.tzinfo else None


@login_required
def run_pdf(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """PDF/A-2b; `lang` is vi, en or both, else the language of the page."""
    language = request.GET.get("lang", "")
    if language not in LANGUAGES:
        language = "en" if (get_language() or "").startswith("en") else "vi"
    report, run = actions.take_report(run_id, "pdf", actor=request.actor, language=language)  # type: ignore[attr-defined]
    return _handed(pdf_of(report, language), run, "pdf", "application/pdf", inline=True)


@login_required
def run_json(request: HttpRequest, run_id: UUID) -> HttpResponse:
    report, run = actions.take_report(run_id, "json", actor=request.actor)  # type: ignore[attr-defined]
    written = json.dumps(report, ensure_ascii=False, indent=1).encode()
    return _handed(written, run, "json", "application/json")


@login_required
def run_xml(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The standard's XML. The file is read once more in a worker; what cannot be reported in it is refused with the reason."""
    report, run = actions.take_report(run_id, "xml", actor=request.actor)  # type: ignore[attr-defined]
    return _handed(etsi_door.xml_of(run, report), run, "xml", "application/xml")


def _handed(data: bytes, run: Verification, form: str, mime: str, *, inline: bool = False) -> HttpResponse:
    document = run.file.version.document
    name = file_name([document.code or document.subject, "chu-ky", run.run_at.strftime("%Y%m%d-%H%M%S")], form)
    disposition = content_disposition_header(not inline, name)
    return HttpResponse(
        data,
        content_type=mime,
        headers={
            "Content-Disposition": disposition or "attachment",
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


@act
def file_bundle(request: HttpRequest, file_id: UUID) -> HttpResponse:
    actions.ask_for_file_bundle(file_id, actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _being_made(), reverse("file_signatures", args=[file_id]))


@page
def dossier_signatures(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """Every document of the dossier with its verdict, problems first."""
    actor = request.actor  # type: ignore[attr-defined]
    found = read_dossier(dossier_id, actor=actor)
    wanted = request.GET.get("verdict", "")
    if wanted and wanted not in Indication.values:
        raise Http404
    lines, following = dossier.stretch(found, actor, after=_place(request.GET.get("after", "")), indication=wanted)
    counts = dossier.counts(found, actor)
    asked = {"verdict": wanted} if wanted else {}
    here = reverse("dossier_signatures", args=[found.pk])
    context = {
        "dossier": found,
        "counts": [
            {
                **one,
                "url": f"{here}?{urlencode({'verdict': one['indication']})}",
                "current": one["indication"] == wanted,
            }
            for one in counts
        ],
        "total": sum(one["count"] for one in counts),
        "wanted": wanted,
        "all_url": here,
        "lines": lines,
        "next_url": f"?{urlencode({**asked, 'after': f'{following[0]}.{following[1]}'})}" if following else "",
        "may_download": may(actor, "download", found),
        "language": "en" if (get_language() or "").startswith("en") else "vi",
    }
    return render(request, "signing/dossier_report.html", context)


def _place(typed: str) -> tuple[int, int] | None:
    """Rank and number, as the pager wrote them."""
    rank, point, number = typed.partition(".")
    if not typed:
        return None
    if not (point and rank.isdecimal() and number.isdecimal() and len(typed) < 20):
        raise Http404
    return int(rank), int(number)


@act
def dossier_report(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """POST `form` pdf or json, `lang` vi, en or both."""
    form = "json" if request.POST.get("form") == "json" else "pdf"
    language = request.POST.get("lang", "")
    language = language if language in LANGUAGES else "vi"
    actions.ask_for_dossier_report(dossier_id, form, language, actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _being_made(), reverse("dossier_signatures", args=[dossier_id]))


@act
def dossier_bundle(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    actions.ask_for_dossier_bundle(dossier_id, actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _being_made(), reverse("dossier_signatures", args=[dossier_id]))


def _being_made() -> str:
    return _("It is being put together; the tray of tasks has it when it is ready.")
