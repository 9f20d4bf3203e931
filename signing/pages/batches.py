"""Many files verified again: what is meant, how far it is, and what came of it, the changed ones first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from repository.access import may
from repository.actors import Actor
from repository.clock import now
from repository.codes import Indication
from repository.jobs.shown import own_jobs, show
from repository.lists.paging import BadCursor, Order, stretch
from repository.models import Document
from repository.pages.base import act, done, page
from repository.pages.base import stretch as newest
from signing.batches.start import may_resume, own_batch, resume_batch, start_batch
from signing.models import Batch, BatchRow
from signing.models.batches import Outcome
from signing.scope import of_search, title_of

STEP = 50
BY_OUTCOME = Order("outcome", descending=False, kind=int)
# In the order in which the page names them.
TOLD = (Outcome.WORSE, Outcome.CHANGED, Outcome.SAME, Outcome.MISSING, Outcome.LEFT_OUT, Outcome.WAITING)


def found_acts(actor: Actor, query: str) -> list[dict[str, Any]]:
    """What may be done with all that a search found."""
    acts = []
    if may(actor, "verify"):
        url = f"{reverse('verify_found')}?{urlencode({'search': query})}"
        acts.append({"label": _("Check the signatures again…"), "url": url, "icon": "retry"})
    if may(actor, "keep audit"):
        url = f"{reverse('audit_new')}?{urlencode({'search': query})}"
        acts.append({"label": _("Audit a sample of them…"), "url": url, "icon": "check"})
    return acts


@page
def verify_found(request: HttpRequest) -> HttpResponse:
    """First says what will happen, then starts."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    query = (request.POST.get("search") or request.GET.get("search", ""))[:2000]
    if not may(actor, "verify") or not query:
        raise Http404
    scope = of_search(query)
    if request.method == "POST":
        return redirect(start_batch(scope, actor=actor))
    context = {"title": title_of(scope, actor), "query": query, "back": f"{reverse('search')}?{query}"}
    return render(request, "signing/batch_ask.html", context)


@page
def batches(request: HttpRequest) -> HttpResponse:
    """The person's own, the latest first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not may(actor, "verify"):
        raise Http404
    rows, next_url = newest(Batch.objects.filter(asked_by=actor.user).select_related("job"), request)
    sums = _sums([row.pk for row in rows])
    context = {
        "rows": [{"batch": row, "title": _title(row, actor), "sums": _said(sums.get(row.pk, {}))} for row in rows],
        "next_url": next_url,
    }
    return render(request, "signing/batches.html", context)


def _title(batch: Batch, actor: Actor) -> str:
    if batch.scope.get("kind") == "chosen":
        return _("Documents chosen in the list")
    return title_of(batch.scope, actor)


def _sums(batches: list[UUID]) -> dict[UUID, dict[int, int]]:
    found: dict[UUID, dict[int, int]] = {}
    rows = BatchRow.objects.filter(batch__in=batches).order_by().values_list("batch", "outcome")
    for pk, outcome, count in rows.annotate(count=Count("pk")):
        found.setdefault(pk, {})[outcome] = count
    return found


def _said(sums: dict[int, int]) -> list[tuple[str, int]]:
    return [(str(one.label), sums[one]) for one in TOLD if sums.get(one)]


@page
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = own_batch(batch_id, actor)
    job = own_jobs(actor).filter(pk=found.job_id).first()
    shown = show(job, now()) if job else None
    context: dict[str, Any] = {
        "batch": found,
        "title": _title(found, actor),
        "one": shown,
        "live": bool(shown and shown.may_stop),
        "may_resume": may_resume(found),
        "gathering": found.gathered_at is None,
        **_result(found, actor, request),
    }
    template = "signing/batch_part.html" if request.headers.get("HX-Request") else "signing/batch.html"
    return render(request, template, context)


def _result(batch: Batch, actor: Actor, request: HttpRequest) -> dict[str, Any]:
    base = batch.get_absolute_url()
    rows = BatchRow.objects.filter(batch=batch)
    pairs = rows.order_by().values_list("before", "after", "outcome").annotate(count=Count("pk"))
    moves = sorted(pairs, key=lambda row: (row[2], -row[3]))
    given = {name: request.GET.get(name, "") for name in ("outcome", "before", "after")}
    asked = rows.select_related("file__version")
    if given["outcome"].isdecimal() and int(given["outcome"]) in Outcome.values:
        asked = asked.filter(outcome=int(given["outcome"]))
    for name in ("before", "after"):
        if given[name] in Indication.values:
            asked = asked.filter(**{name: given[name]})
    kept = {name: value for name, value in given.items() if value}
    place = {name: request.GET.get(name, "") for name in ("after_row", "before_row")}
    try:
        found = stretch(asked, BY_OUTCOME, STEP, after=place["after_row"], before=place["before_row"])
    except BadCursor:
        found = stretch(asked, BY_OUTCOME, STEP)
    documents = {
        row.pk: row
        for row in Document.objects.visible_to(actor).filter(
            pk__in=[one.file.version.document_id for one in found.rows]
        )
    }
    sums: dict[int, int] = {}
    for _before, _after, outcome, count in moves:
        sums[outcome] = sums.get(outcome, 0) + count
    return {
        "moves": [
            {
                "before": before,
                "after": after,
                "outcome": Outcome(outcome),
                "told": bool(after),
                "count": count,
                "url": f"{base}?{urlencode({'outcome': outcome, 'before': before, **({'after': after} if after else {})})}",
            }
            for before, after, outcome, count in moves
        ],
        "sums": [
            {"label": one.label, "count": sums[one], "url": f"{base}?{urlencode({'outcome': int(one)})}"}
            for one in TOLD
            if sums.get(one)
        ],
        "total": sum(sums.values()),
        "narrowed": bool(kept),
        "rows": [{"row": one, "document": documents.get(one.file.version.document_id)} for one in found.rows],
        "next_url": f"?{urlencode({**kept, 'after_row': found.after})}" if found.after else "",
        "previous_url": f"?{urlencode({**kept, 'before_row': found.before})}" if found.before else "",
    }


@act
def resume(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    found = resume_batch(batch_id, actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("It goes on where it stopped."), found)
