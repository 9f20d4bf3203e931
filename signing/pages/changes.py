"""Verdicts that changed since a person last looked: from what to what, why, and marking them as seen."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from repository.access import may
from repository.actors import Actor
from repository.pages.base import act, done, page, stretch
from repository.refusals import Forbidden
from signing.changes import mark_seen, sums, unseen
from signing.desk import ROLES
from signing.models import VerdictChange
from signing.reasons import capital, words_of


@page
def changes(request: HttpRequest) -> HttpResponse:
    """What is new to this person, or every change there was; the latest first."""
    actor = _let_in(request)
    new, everything = unseen(actor), "all" in request.GET
    rows = VerdictChange.objects.visible_to(actor) if everything else new
    found, next_url = stretch(rows.select_related("document"), request)
    # Counted before it is listed: what comes in between is then seen as not told.
    said = sums(new)
    newest = new.order_by("-pk").values_list("pk", flat=True).first()
    context = {
        "changes": [change_row(one) for one in found],
        "next_url": next_url,
        "everything": everything,
        "sums": said,
        "count": sum(one["count"] for one in said),
        "newest": newest,
    }
    return render(request, "signing/changes.html", context)


@act
def seen(request: HttpRequest) -> HttpResponse:
    """Up to the newest that the page showed: what came meanwhile stays new."""
    told = request.POST.get("count", "")
    count = int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else None
    mark_seen(request.POST.get("until", ""), count=count, actor=_let_in(request))
    return done(request, _("Marked as seen. What changes from now on stands here again."), "desk_changes")


def change_row(change: VerdictChange) -> dict[str, Any]:
    why = capital(words_of(change.reason_after)) if change.reason_after else ""
    earlier = words_of(change.reason_before) if change.reason_before else ""
    return {"change": change, "document": change.document, "why": why, "earlier": earlier}


def _let_in(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not (actor.holds(*ROLES) and may(actor, "see runs")):
        raise Forbidden("audit", None, ROLES)
    return actor
