"""Files come in: one request per file, streamed; the list of what could not be taken; and the progress, alive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from repository import blobs
from repository.access import fetch_for
from repository.actions.receive_file import Receipt, cancel_intake, discard_item, receive_file, retry_item
from repository.models import Dossier, JobItem
from repository.pages.base import act, came_from, done
from repository.pages.dossier import intake_context
from repository.refusals import Refused


@login_required
def files(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """POST with the bytes as body and `?name=` answers JSON; a plain multipart form (`files`) works without script."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    if (request.content_type or "").startswith("multipart/"):
        return _form(request, dossier_id)
    name = request.GET.get("name", "")
    actor = request.actor  # type: ignore[attr-defined]
    try:
        receipt = receive_file(dossier_id, name or "unnamed", _body(request), actor=actor)
    except Refused as refused:
        return _refused(str(refused), 409)
    except (ConnectionError, UnreadablePostError):
        return _refused(_("The connection broke before the whole file was here. Send it again."), 400)
    return JsonResponse(
        {
            "status": receipt.status,
            "message": receipt.message,
            "item": str(receipt.item.pk) if receipt.item else None,
            "warnings": [],
        }
    )


def _refused(message: str, status: int) -> JsonResponse:
    return JsonResponse({"status": "refused", "message": message, "item": None, "warnings": []}, status=status)


def _body(request: HttpRequest) -> Iterator[bytes]:
    """The body as it comes, never whole in memory. A connection that breaks raises, and nothing is kept."""
    given = request.META.get("CONTENT_LENGTH") or ""
    length = int(given) if given.isdigit() else 0
    if length > settings.LARGEST_FILE:
        raise blobs.TooBig(length)
    size = 0
    while chunk := request.read(blobs.CHUNK):
        size += len(chunk)
        yield chunk
    if length and size < length:
        raise ConnectionError(f"{size} of {length} bytes came")


def _form(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    fetch_for(actor, "file", Dossier, dossier_id)
    receipts: list[Receipt] = []
    for upload in request.FILES.getlist("files"):
        try:
            receipts.append(receive_file(dossier_id, upload.name or "unnamed", upload.chunks(), actor=actor))
        except Refused as refused:
            messages.error(request, f"{upload.name}: {refused}")
    received = sum(receipt.status == "received" for receipt in receipts)
    messages.success(
        request,
        _("%(received)s files received, %(held)s were here already.")
        % {"received": received, "held": len(receipts) - received},
    )
    return redirect("dossier", dossier_id)


@login_required
def progress(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """The part of the dossier's page that lives while files come in."""
    dossier = fetch_for(request.actor, "file", Dossier, dossier_id, related=("agency",))  # type: ignore[attr-defined]
    context: dict[str, Any] = {"dossier": dossier, **intake_context(request, dossier)}
    response = render(request, "repository/intake.html", context)
    if not context["live"]:
        # Everything is through: the page shows the documents.
        response["HX-Refresh"] = "true"
    return response


@act
def retry(request: HttpRequest, item_id: UUID) -> HttpResponse:
    item = retry_item(item_id, actor=request.actor, password=request.POST.get("password") or None)  # type: ignore[attr-defined]
    return done(request, _("The file is tried again."), _back(request, item))


@act
def discard(request: HttpRequest, item_id: UUID) -> HttpResponse:
    item = discard_item(item_id, actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("The file is off the list."), _back(request, item))


def _back(request: HttpRequest, item: JobItem) -> str:
    """The page the person stood on, where it said so; else the dossier's."""
    if request.POST.get("next"):
        return came_from(request)
    return reverse("dossier", args=[item.job.dossier_id]) + "#intake"


@act
def cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = cancel_intake(job_id, actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("The intake is stopped; what was in is kept."), reverse("dossier", args=[job.dossier_id]))
