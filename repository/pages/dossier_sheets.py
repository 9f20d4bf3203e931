"""What leaves a dossier's page as a file: sheets to print, and everything in one ZIP."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from repository.downloads import collect
from repository.pages.base import act, done
from repository.printing.jobs import name_of, print_sheets


@login_required
def sheets(request: HttpRequest, dossier_id: UUID, what: str) -> HttpResponse:
    """The sheets as a PDF shown in the browser; a long list is made by a job, and the person is led back."""
    dossier, made = print_sheets(dossier_id, what, actor=request.actor)  # type: ignore[attr-defined]
    if not isinstance(made, bytes):
        messages.success(request, _("The list is long. It is being made; it waits for you in the tray of tasks."))
        return redirect("dossier", dossier_id)
    disposition = content_disposition_header(as_attachment=False, filename=name_of(dossier, what))
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": disposition or "inline", "Cache-Control": "private, no-store"},
    )


@act
def everything(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    job = collect(dossier_id, actor=request.actor)  # type: ignore[attr-defined]
    assert job.dossier is not None
    return done(
        request, _("The files are being put together. The tray of tasks has the ZIP when it is ready."), job.dossier
    )
