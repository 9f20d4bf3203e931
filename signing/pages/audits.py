"""Audits: their list, opening one, drawing its sample, its sheets one by one, the close, and what a closed one says."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _

from repository import formats
from repository.access import may
from repository.actors import Actor
from repository.clock import now
from repository.codes import Indication
from repository.events import history_of
from repository.jobs.engine import UNFINISHED
from repository.jobs.shown import own_jobs, show
from repository.lists.documents import Documents
from repository.lists.paging import BadCursor, Order, stretch
from repository.models import Agency, Document
from repository.pages.base import act, done, page
from repository.pages.base import stretch as newest
from repository.refusals import NotVisible, Refused
from signing.audits.access import agencies_to_audit, fetch, may_see_audits
from signing.audits.actions import LARGEST_SAMPLE, Plan, draw_sample, open_audit, work_again
from signing.audits.closing import close_audit, key_is_set_up
from signing.audits.export import export
from signing.audits.result import findings_by, result_of, sentences
from signing.audits.sampling import size_for
from signing.audits.verify import check_again, last_checks
from signing.models import Audit, AuditRow, AuditSheet
from signing.models.audits import AuditState, Conclusion
from signing.reasons import capital, words_of
from signing.scope import Scope, of_list, of_search, title_of

BY_NUMBER = Order("number", descending=False, kind=int)
STEP = 50
CONFIDENCES = ("90", "95", "99")


@page
def audits(request: HttpRequest) -> HttpResponse:
    """Those that the person may see, the latest first."""
    actor = _let_in(request)
    rows, next_url = newest(Audit.objects.visible_to(actor).select_related("agency", "opened_by"), request)
    counts = counts_of([row.pk for row in rows])
    context = {
        "rows": [{"audit": row, **counts.get(row.pk, {"done": 0, "findings": 0})} for row in rows],
        "next_url": next_url,
        "may_open": may(actor, "keep audit"),
    }
    return render(request, "signing/audits.html", context)


def _let_in(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not may_see_audits(actor):
        raise Http404
    return actor


def counts_of(ids: list[UUID]) -> dict[UUID, dict[str, int]]:
    """How many sheets of each audit are concluded, and how many of them are findings. One query."""
    found: dict[UUID, dict[str, int]] = {}
    rows = AuditRow.objects.filter(audit__in=ids).exclude(conclusion="").order_by().values_list("audit", "conclusion")
    for pk, conclusion, count in rows.annotate(count=Count("pk")):
        one = found.setdefault(pk, {"done": 0, "findings": 0})
        one["done"] += count
        one["findings"] += count if conclusion == Conclusion.FINDING else 0
    return found


# ── opening ──
@page
def new(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    agencies = agencies_to_audit(actor)
    if not agencies:
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    context: dict[str, Any] = {
        "agencies": agencies,
        "given": {name: given.get(name, "") for name in ("title", "purpose", "agency", "year", "search", "list", "of")},
        "signed": request.method != "POST" or given.get("signed") == "1",
        "of": fetch(actor, given["of"]) if given.get("of") else None,
    }
    if context["given"]["search"] or context["given"]["list"]:
        context["scope"] = title_of(_scope(context["given"], None), actor)
    if request.method != "POST":
        return render(request, "signing/audit_new.html", context)
    agency = next((one for one in agencies if str(one.pk) == context["given"]["agency"]), None)
    if agency is None:
        raise NotVisible
    try:
        scope = {**_scope(context["given"], agency), "signed": context["signed"]}
        opened = open_audit(
            agency,
            context["given"]["title"],
            scope,
            purpose=context["given"]["purpose"],
            refers_to=context["given"]["of"] or None,
            actor=actor,
        )
    except Refused as refused:
        return render(request, "signing/audit_new.html", {**context, "refused": refused}, status=409)
    return redirect(opened)


def _scope(given: dict[str, str], agency: Agency | None) -> Scope:
    from django.http import QueryDict

    if given["search"]:
        return of_search(given["search"][:2000])
    known = {one.name for one in Documents.filters}
    query = {str(name): str(value) for name, value in QueryDict(given["list"][:2000]).items() if name in known}
    if given["year"].strip():
        query["year"] = given["year"].strip()[:4]
    if agency is not None and not query.get("agency"):
        query["agency"] = str(agency.pk)
    return of_list(query)


# ── one audit ──
@page
def audit(request: HttpRequest, audit_id: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return _page(request, fetch(actor, audit_id), actor)


def _page(request: HttpRequest, found: Audit, actor: Actor, **more: Any) -> HttpResponse:
    job = own_jobs(actor).filter(pk=found.job_id).first() if found.job_id else None
    keeps = may(actor, "keep audit", found.agency)
    result = result_of(found)
    running = found.job is not None and found.job.state in UNFINISHED
    context: dict[str, Any] = {
        "audit": found,
        "scope": title_of(found.scope, actor),
        "keeps": keeps and found.state != AuditState.CLOSED,
        "one": show(job, now()) if job else None,
        "live": running,
        "may_go_on": keeps and not running and _unfinished(found),
        "result": result,
        "said": sentences(result) if found.size else [],
        "concluded": result.size - result.open,
        "findings": findings_by(found),
        "facts": _facts(found),
        "followed": Audit.objects.visible_to(actor).filter(refers_to=found).order_by("pk"),
        "events": history_of(found),
        **(_drawing(request, found) if found.state == AuditState.FROZEN else {}),
        **(_rows(request, found, actor) if found.size else {}),
        **(_closed(found) if found.state == AuditState.CLOSED else {}),
        **more,
    }
    template = "signing/audit_part.html" if request.headers.get("HX-Request") else "signing/audit.html"
    return render(request, template, context, status=409 if "refused" in more else 200)


def _unfinished(found: Audit) -> bool:
    if found.state == AuditState.FREEZING:
        return True
    return found.state == AuditState.DRAWN and AuditRow.objects.filter(audit=found, verified_at__isnull=True).exists()


def _facts(found: Audit) -> list[tuple[Any, ...]]:
    return [
        (_("What is to be found out"), found.purpose),
        (_("Opened"), f"{formats.instant(found.opened_at)}, {found.opened_by}"),
        (_("Frozen"), formats.instant(found.frozen_at) if found.frozen_at else ""),
        (_("SHA-256 of the population"), found.population_sha256, "vk-num vk-break"),
        (_("Seed"), found.seed, "vk-num vk-break"),
        (_("Drawn by agency"), (_("yes") if found.stratified else _("no")) if found.size else ""),
        (_("Planned with"), _planned(found) if found.size else ""),
        (
            _("Closed"),
            f"{formats.instant(found.closed_at)}, {found.closed_by}" if found.closed_at and found.closed_by else "",
        ),
    ]


def _planned(found: Audit) -> str:
    return _("%(confidence)s confidence, tolerable rate %(tolerable)s") % {
        "confidence": formats.percent(found.confidence, 0),
        "tolerable": formats.percent(found.tolerable),
    }


def _drawing(request: HttpRequest, found: Audit) -> dict[str, Any]:
    """The form that draws the sample, with the size that its figures ask for."""
    given = request.POST if request.method == "POST" else request.GET
    confidence = given.get("confidence", "95")
    confidence = confidence if confidence in CONFIDENCES else "95"
    tolerable = _share(given.get("tolerable", "")) or 0.05
    accepted = int(given["accepted"]) if given.get("accepted", "").isdecimal() and len(given["accepted"]) < 3 else 0
    size = min(size_for(found.population, int(confidence) / 100, tolerable, accepted), LARGEST_SAMPLE)
    return {
        "plan": {
            "confidence": confidence,
            "confidences": CONFIDENCES,
            "tolerable": formats.number(tolerable * 100, 0 if round(tolerable * 100, 3) % 1 == 0 else 1),
            "accepted": accepted,
            "size": given.get("size") if request.method == "POST" else size,
            "asked": size,
            "seed": given.get("seed", ""),
            "stratified": given.get("stratified") == "1",
        }
    }


def _share(percent: str) -> float | None:
    try:
        value = float(percent.replace(",", ".").replace("%", "").strip()) / 100
    except ValueError:
        return None
    return value if 0 < value < 1 else None


def _rows(request: HttpRequest, found: Audit, actor: Actor) -> dict[str, Any]:
    rows: Any = AuditRow.objects.filter(audit=found).select_related("answered_by")
    shown = request.GET.get("show", "")
    if shown == "open":
        rows = rows.filter(conclusion="")
    elif shown and shown in Conclusion.values:
        rows = rows.filter(conclusion=shown)
    try:
        part = stretch(rows, BY_NUMBER, STEP, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    except BadCursor:
        part = stretch(rows, BY_NUMBER, STEP)
    seen = visible_ids(actor, part.rows)
    first_open = AuditRow.objects.filter(audit=found, conclusion="").order_by("number").first()
    kept = {"show": shown} if shown else {}
    return {
        "rows": [row_view(row, seen) for row in part.rows],
        "next_url": f"?{urlencode({**kept, 'after': part.after})}" if part.after else "",
        "previous_url": f"?{urlencode({**kept, 'before': part.before})}" if part.before else "",
        "shown": shown,
        "first_open": first_open,
    }


def visible_ids(actor: Actor, rows: list[AuditRow]) -> set[UUID]:
    ids = [row.document_id for row in rows]
    return set(Document.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))


def row_view(row: AuditRow, seen: set[UUID]) -> dict[str, Any]:
    return {
        "row": row,
        "seen": row.document_id in seen,
        "indication": row.indication or Indication.WAITING,
        "reason": capital(words_of(row.reason)) if row.reason else "",
    }


def _closed(found: Audit) -> dict[str, Any]:
    sheet = AuditSheet.objects.filter(audit=found).defer("json", "pdf").first()
    held = last_checks(sheet) if sheet else None
    return {"sheet": sheet, "checks": held.checks if held else [], "checked": formats.instant(held.at) if held else ""}


# ── acts ──
@act
def draw(request: HttpRequest, audit_id: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = fetch(actor, audit_id, keeps=True)
    given = request.POST
    size = given.get("size", "")
    plan = Plan(
        size=int(size) if size.isdecimal() and len(size) < 7 else 0,
        seed=given.get("seed", ""),
        stratified=given.get("stratified") == "1",
        confidence=int(given["confidence"]) / 100 if given.get("confidence") in CONFIDENCES else 0.95,
        tolerable=_share(given.get("tolerable", "")) or 0.05,
    )
    try:
        drawn = draw_sample(audit_id, plan, actor=actor)
    except Refused as refused:
        return _page(request, found, actor, refused=refused)
    return done(request, _("The sample is drawn. Its signatures are being checked anew."), drawn)


@act
def check(request: HttpRequest, audit_id: UUID) -> HttpResponse:
    """Whoever may read a closed audit may see whether it still holds."""
    found = fetch(request.actor, audit_id)  # type: ignore[attr-defined]
    sheet = AuditSheet.objects.filter(audit=found).first()
    if sheet is None:
        raise NotVisible
    check_again(found, sheet)
    return redirect(found)


@act
def go_on(request: HttpRequest, audit_id: UUID) -> HttpResponse:
    return done(request, _("It goes on where it stopped."), work_again(audit_id, actor=request.actor))  # type: ignore[attr-defined]


@page
def close(request: HttpRequest, audit_id: UUID) -> HttpResponse:
    """First says what closing means, then closes."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = fetch(actor, audit_id, keeps=True)
    if found.state == AuditState.CLOSED:
        return redirect(found)
    result = result_of(found)
    context: dict[str, Any] = {
        "audit": found,
        "result": result,
        "said": sentences(result) if found.size else [],
        "key": key_is_set_up(),
    }
    if request.method != "POST":
        return render(request, "signing/audit_close.html", context)
    try:
        close_audit(audit_id, actor=actor, unsigned=request.POST.get("unsigned") == "1")
    except Refused as refused:
        return render(request, "signing/audit_close.html", {**context, "refused": refused}, status=409)
    return done(request, _("The audit is closed; nothing in it changes any more."), found)


@login_required
def download(request: HttpRequest, audit_id: UUID, what: str) -> HttpResponseBase:
    """Always an attachment."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        name, mime, stream = export(audit_id, what, actor=actor)
    except Refused as refused:
        return render(
            request, "vk/refused.html", {"refused": refused, "back": reverse("audit", args=[audit_id])}, status=409
        )
    response = FileResponse(stream, content_type=mime)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
