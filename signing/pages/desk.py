"""The auditor's desk: verdicts in all, by year and by agency, what changed since one last looked, open findings."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from repository import formats
from repository.access import may
from repository.actions.findings import visible_findings
from repository.actors import Actor
from repository.codes import Indication, Role
from repository.lists.documents import SIGNED as SIGNED_WORD
from repository.lists.documents import UNDATED
from repository.models import Agency, Finding
from repository.pages.base import page
from repository.pages.runs import title_of
from repository.refusals import Forbidden
from signing.audits.access import may_see_audits
from signing.changes import sums, unseen
from signing.chart import chart
from signing.desk import ROLES, SIGNED, Counted, agencies_of, count
from signing.models import Audit
from signing.models.audits import AuditState
from signing.pages.audits import counts_of
from signing.pages.changes import change_row
from signing.reasons import capital, words_of, written

SHOWN, AGENCIES, AUDITS = 6, 8, 4


@page
def desk(request: HttpRequest) -> HttpResponse:
    actor = let_in(request)
    mine = agencies_of(actor)
    wanted = request.GET.get("agency")
    here = next((one for one in mine if str(one.pk) == wanted), None) if wanted else mine[0]
    if here is None:
        raise Http404
    counted = count(here, actor, fresh="fresh" in request.GET)
    years = counted.by_year()
    rows = agencies(counted, here)
    everything = "all" in request.GET
    context: dict[str, Any] = {
        "here": here,
        "mine": [
            {"agency": one, "url": f"?{urlencode({'agency': str(one.pk)})}", "current": one is here} for one in mine
        ],
        "counted": counted,
        "fresh_url": f"?{urlencode({'agency': str(here.pk), 'fresh': '1'})}",
        "figures": figures(counted, here),
        "chart": chart(years, lambda year: documents_url(here, year=year)),
        "years": [_year_row(year, counts, here) for year, counts in reversed(years.items())],
        "reasons": reasons(counted, here),
        "audits": audits_in_short(actor),
        "agencies": rows if everything else rows[:AGENCIES],
        "more": 0 if everything else max(len(rows) - AGENCIES, 0),
        "more_url": f"?{urlencode({'agency': str(here.pk), 'all': '1'})}",
        **news(actor),
    }
    return render(request, "signing/desk.html", context)


def part(request: HttpRequest, actor: Actor) -> dict[str, Any] | None:
    """The desk in short, on an auditor's first page."""
    if not actor.holds(Role.AUDITOR):
        return None
    here = agencies_of(actor)[0]
    counted = count(here, actor)
    return {
        "here": here,
        "counted": counted,
        "figures": figures(counted, here),
        "url": reverse("desk"),
        **news(actor),
    }


def let_in(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not (actor.holds(*ROLES) and may(actor, "see runs")):
        raise Forbidden("audit", None, ROLES)
    return actor


def figures(counted: Counted, here: Agency) -> list[dict[str, Any]]:
    totals = counted.totals()
    signed = sum(totals[indication] for indication in SIGNED)
    rows = [{"label": _("documents in the archive"), "count": totals.total(), "url": documents_url(here), "note": ""}]
    for indication in SIGNED:
        share = formats.percent(totals[indication] / signed) if signed else ""
        note = _("%(share)s of those signed") % {"share": share} if share else ""
        url = documents_url(here, verdict=indication)
        rows.append({"indication": indication, "count": totals[indication], "url": url, "note": note})
    for indication in (Indication.NONE, Indication.WAITING):
        url = documents_url(here, verdict=indication)
        rows.append({"indication": indication, "count": totals[indication], "url": url, "note": ""})
    return rows


def agencies(counted: Counted, here: Agency) -> list[dict[str, Any]]:
    """The units with signatures, most open problems first; the agency above them all only where it has no units."""
    counts = counted.by_agency()
    below = {path: one for path, one in counts.items() if path.startswith(here.path) and path != here.path}
    wanted = below or {path: one for path, one in counts.items() if path == here.path}
    rows = [_agency_row(agency, wanted[agency.path]) for agency in Agency.objects.filter(path__in=list(wanted))]
    return sorted(rows, key=lambda row: (-row["failed"], -row["unsure"], row["agency"].name))


def reasons(counted: Counted, here: Agency) -> list[dict[str, Any]]:
    """Why documents did not pass, in plain words: the failed first; with the share of all that did not pass."""
    rows = counted.by_reason()
    total = sum(count for *_reason, count in rows)
    return [
        {
            "indication": indication,
            "words": capital(words_of(code)),
            "sub": sub,
            "count": count,
            "share": formats.percent(count / total),
            # Of 100; what is there at all is never thinner than one can see.
            "width": f"{max(100 * count / total, 1.0):.1f}",
            "failed": indication == Indication.FAILED,
            "url": documents_url(here, verdict=indication, reason=written(code, sub)),
        }
        for indication, code, sub, count in rows
    ]


def audits_in_short(actor: Actor) -> dict[str, Any] | None:
    """Audits that are being worked on, for who keeps them; the way to the others."""
    if not may_see_audits(actor):
        return None
    running = Audit.objects.visible_to(actor).exclude(state=AuditState.CLOSED)
    rows = list(running.select_related("agency").order_by("-pk")[:AUDITS])
    counts = counts_of([row.pk for row in rows])
    return {
        "rows": [{"audit": row, **counts.get(row.pk, {"done": 0, "findings": 0})} for row in rows],
        "may_open": may(actor, "keep audit"),
    }


def _agency_row(agency: Agency, counts: Counter[str]) -> dict[str, Any]:
    total, failed, unsure = counts.total(), counts[Indication.FAILED], counts[Indication.INDETERMINATE]
    # Widths of the bar out of 100; what is there at all is never thinner than one can see.
    wide_fail = max(100 * failed / total, 2.0) if failed else 0.0
    wide_unsure = max(100 * unsure / total, 2.0) if unsure else 0.0
    wide_pass = max(100 - wide_fail - wide_unsure, 0.0)
    return {
        "agency": agency,
        "total": total,
        "failed": failed,
        "unsure": unsure,
        "pass_width": f"{wide_pass:.1f}",
        "unsure_x": f"{wide_pass:.1f}",
        "unsure_width": f"{wide_unsure:.1f}",
        "fail_x": f"{wide_pass + wide_unsure:.1f}",
        "fail_width": f"{wide_fail:.1f}",
        "share": formats.percent((failed + unsure) / total),
        "url": documents_url(agency, verdict=SIGNED_WORD),
        "failed_url": documents_url(agency, verdict=Indication.FAILED),
        "unsure_url": documents_url(agency, verdict=Indication.INDETERMINATE),
    }


def _year_row(year: int | None, counts: Counter[str], here: Agency) -> dict[str, Any]:
    said = {indication: counts[indication] for indication in SIGNED}
    urls = {one: documents_url(here, verdict=one, year=year or UNDATED) for one in SIGNED}
    return {"year": year, "counts": [{"count": said[one], "url": urls[one]} for one in SIGNED]}


def documents_url(agency: Agency, **filters: Any) -> str:
    """The list of documents that this figure counts."""
    return f"{reverse('documents')}?{urlencode({'agency': agency.pk, **filters})}"


def news(actor: Actor) -> dict[str, Any]:
    """Which verdicts changed since this person last looked, and what is still open."""
    new = unseen(actor)
    still = visible_findings(actor, Finding.objects.filter(closed_at__isnull=True))
    rows = still.select_related("document", "dossier").order_by("-severe", "-pk")[:SHOWN]
    return {
        "changes": [change_row(one) for one in new.select_related("document").order_by("-pk")[:SHOWN]],
        "sums": sums(new),
        "changes_url": reverse("desk_changes"),
        "open": still.count(),
        "findings": [{"finding": row, "title": title_of(row), "about": row.document or row.dossier} for row in rows],
        "findings_url": reverse("runs"),
    }
