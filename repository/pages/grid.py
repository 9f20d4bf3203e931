"""The intake table: a page of its own for a dossier's drop zone and grid, rows saved one by one, and where a value was read."""

from __future__ import annotations

import json
from bisect import bisect_right
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from repository.access import fetch_for
from repository.actions.confirm_many import CONFIRM, UNCONFIRM, confirm_certain, take_back
from repository.actions.correct_document import correct_document
from repository.certainty import FIELDS
from repository.codes import WORKING_STATES, DocumentType, FileRole, ItemState, JobState
from repository.jobs.engine import UNFINISHED
from repository.models import Document, Dossier, Extraction, File, Job, JobItem
from repository.pages.base import act, page
from repository.pages.dossier import intake_context
from repository.pages.grid_rows import as_json, file_names, labels, row_of, stretch_of
from repository.pages.twins import twins_of
from repository.refusals import Forbidden, NotVisible, Refused
from repository.text.days import read_day

MOST_ROWS = 50
AROUND = 60
# Kinds of jobs whose bars stand on this page.
KINDS = ("intake", CONFIRM, UNCONFIRM, "inventory_apply", "inventory_file")


@page
def receive(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """Files come in above, what was read of them stands below."""
    actor = request.actor  # type: ignore[attr-defined]
    dossier = fetch_for(actor, "file", Dossier, dossier_id, related=("agency",))
    stretch = stretch_of(dossier, actor, request.GET.get("after", ""))
    context = {
        "dossier": dossier,
        "takes_files": dossier.state in WORKING_STATES,
        "stretch": stretch,
        "labels": labels(),
        "types": [label for _code, label in DocumentType.choices],
        "words": grid_words(),
        "undo": _undo(request, dossier),
        **receive_context(request, dossier),
    }
    return render(request, "repository/receive.html", context)


def receive_context(request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
    """The bars of this page: every job that works on what stands on it."""
    context = intake_context(request, dossier)
    jobs = Job.objects.filter(dossier=dossier, kind__in=KINDS, state__in=UNFINISHED).select_related("dossier")
    found = list(jobs)
    running = JobItem.objects.filter(job__in=found, job__kind="intake", state=ItemState.RUNNING).order_by("pk")
    return {
        **context,
        "intakes": found,
        "live": bool(found),
        "running_items": list(running[:6]) if found else [],
        "twins": twins_of(dossier, request.actor),  # type: ignore[attr-defined]
        "intake_url": reverse("grid_bars", args=[dossier.pk]),
        "intake_back": reverse("receive", args=[dossier.pk]),
    }


def _undo(request: HttpRequest, dossier: Dossier) -> Job | None:
    """The job whose confirmations may be taken back, right after it was asked for."""
    try:
        given = UUID(request.GET.get("done", ""))
    except ValueError:
        return None
    mine = Job.objects.filter(pk=given, dossier=dossier, kind=CONFIRM, actor=request.user.pk)
    return mine.filter(state=JobState.DONE, done__gt=0).first()


@login_required
def bars(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """The living part of the page. It never loads the page anew: somebody may be typing in the table."""
    dossier = fetch_for(request.actor, "file", Dossier, dossier_id, related=("agency",))  # type: ignore[attr-defined]
    context = {"dossier": dossier, "takes_files": dossier.state in WORKING_STATES, **receive_context(request, dossier)}
    response = render(request, "repository/intake.html", context)
    response["HX-Trigger"] = "grid:stale"
    return response


@page
def rows(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """The rows behind the cursor, and the counts; the script adds the rows that it does not have."""
    actor = request.actor  # type: ignore[attr-defined]
    dossier = fetch_for(actor, "file", Dossier, dossier_id)
    stretch = stretch_of(dossier, actor, request.GET.get("after", ""))
    context = {"stretch": stretch, "dossier": dossier, "fresh": True}
    return render(request, "repository/grid_rows.html", context)


@login_required
def save(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """POST {"rows": [{"id", "revision", "changes": {field: text}, "confirm"}]}, at most 50: each row is saved, or told why not, by itself."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    dossier = fetch_for(request.actor, "file", Dossier, dossier_id)  # type: ignore[attr-defined]
    try:
        given = json.loads(request.body)["rows"]
        asked = [_asked(one) for one in given[:MOST_ROWS]]
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"rows": [], "message": _("The table sent something unreadable.")}, status=400)
    return JsonResponse({"rows": [_save(request, dossier, one) for one in asked]})


def _asked(one: Any) -> dict[str, Any]:
    """Raises ValueError for a row that is not in the form above."""
    changes = {str(name): str(text) for name, text in one["changes"].items()}
    if set(changes) - set(FIELDS) or any("\0" in text for text in changes.values()):
        raise ValueError("not a field of the table")
    revision = int(one["revision"])
    return {"id": UUID(one["id"]), "revision": revision, "changes": changes, "confirm": bool(one.get("confirm"))}


def _save(request: HttpRequest, dossier: Dossier, asked: dict[str, Any]) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    answer: dict[str, Any] = {"id": str(asked["id"])}
    changes, errors = _values(asked["changes"])
    if errors:
        return {**answer, "errors": errors}
    if not Document.objects.filter(pk=asked["id"], placements__dossier=dossier).exists():
        return {**answer, "gone": True, "message": str(NotVisible())}
    try:
        document = correct_document(
            asked["id"], changes, actor=actor, revision=asked["revision"], confirm=asked["confirm"]
        )
    except NotVisible as absent:
        return {**answer, "gone": True, "message": str(absent)}
    except Forbidden as refused:
        return {**answer, "refused": True, "message": str(refused)}
    except Refused as refused:
        return {**answer, **_why_not(request, asked["id"], refused)}
    return {**answer, "saved": True, "row": as_json(row_of(document, ""))}


def _values(changes: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    values: dict[str, Any] = {}
    errors = {}
    for name, text in changes.items():
        values[name] = " ".join(text.split())
        if name == "issued_date":
            try:
                values[name] = read_day(text)
            except ValueError:
                errors[name] = _("Write the day like 05/02/2025.")
    return values, errors


def _why_not(request: HttpRequest, document_id: UUID, refused: Refused) -> dict[str, Any]:
    if any(blocker.code == "conflict" for blocker in refused.blockers):
        actor = request.actor  # type: ignore[attr-defined]
        theirs = fetch_for(actor, "view", Document, document_id)
        return {"conflict": True, "row": as_json(row_of(theirs, ""))}
    fields = {
        blocker.code.removeprefix("field-"): str(blocker.remedy)
        for blocker in refused.blockers
        if blocker.code.removeprefix("field-") in FIELDS
    }
    return {"errors": fields} if fields else {"refused": True, "message": str(refused)}


@act
def confirm_sure(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    job = confirm_certain(dossier_id, actor=request.actor)  # type: ignore[attr-defined]
    return redirect(reverse("receive", args=[dossier_id]) + f"?done={job.pk}#grid")


@act
def undo(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = take_back(job_id, actor=request.actor)  # type: ignore[attr-defined]
    return redirect(reverse("receive", args=[job.dossier_id]) + "#grid")


@login_required
def slip(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Where a value was read: the words, their page and line, and the way to them. Six queries at most, and never a whole text."""
    actor = request.actor  # type: ignore[attr-defined]
    document = fetch_for(actor, "view", Document, document_id)
    field = request.GET.get("field", "")
    if field not in FIELDS:
        raise NotVisible
    proposal = (document.proposals or {}).get(field) or {}
    reading = next(cell for cell in row_of(document, "").cells if cell.name == field)
    context = {
        "document": document,
        "label": labels()[field],
        "proposal": proposal,
        "reading": reading,
        "changed": proposal and not str(proposal.get("value") or "").startswith(str(reading.value or "\0")),
        "name": file_names([document.pk]).get(document.pk, ""),
        **_place(document, proposal),
    }
    return render(request, "repository/slip.html", context)


def _place(document: Document, proposal: dict[str, Any]) -> dict[str, Any]:
    """Page and line, counted from 1, and the words with a little of what stands around them; nothing where the text has changed."""
    start, end = proposal.get("start"), proposal.get("end")
    if start is None or end is None:
        return {}
    main = File.objects.filter(version__document=document, version__current=True, role=FileRole.MAIN)
    found = Extraction.objects.filter(file__in=main, current=True)
    pages = found.values_list("pages", flat=True).first() or [0]
    number = max(1, bisect_right(pages, start))
    top = pages[number - 1] if number <= len(pages) else 0
    # From the page's top: a page is short, a text may be a thousand of them. Substr counts from 1.
    cut = found.annotate(near=Substr("text", top + 1, end - top + AROUND)).values_list("near", flat=True).first() or ""
    if cut[start - top : end - top] != proposal.get("text"):
        return {}
    before, after = cut[: start - top], cut[end - top :]
    query = urlencode({"page": str(number), "q": " ".join(str(proposal["text"]).split())[:100]})
    return {
        "page_number": number,
        "line_number": sum(1 for line in before.splitlines()[:-1] if line.strip()) + 1,
        "before": before[-AROUND:].rpartition("\n")[2],
        "words": cut[start - top : end - top],
        "after": after.partition("\n")[0],
        "place_url": f"{document.get_absolute_url()}?{query}",
    }


def grid_words() -> dict[str, str]:
    """What the table's scripts say; {names} are filled in by them."""
    return {
        "empty": _("empty"),
        "saved": _("Saved at {time}"),
        "saving": _("Saving…"),
        "unsaved": _("{count} rows wait to be saved"),
        "offline": _("No connection. What you typed is kept on this computer and saved later."),
        "restored": _("{count} rows that were not saved last time are here again."),
        "conflict": _("{field}: somebody wrote “{theirs}” meanwhile, you wrote “{mine}”."),
        "mine": _("Keep mine"),
        "theirs": _("Take theirs"),
        "gone": _("This document is no longer here."),
        "signed_out": _("You are no longer signed in. Sign in in another tab; nothing you typed is lost."),
        "chosen": _("{count} rows chosen"),
        "confirmed": _("confirmed"),
        "fresh": _("{count} more documents were read."),
    }


__all__ = ["bars", "confirm_sure", "receive", "rows", "save", "slip", "undo"]
