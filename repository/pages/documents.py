"""A document's metadata is confirmed or corrected; its bytes go out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from repository.access import fetch_for
from repository.actions.confirm_document import confirm_document
from repository.actions.read import download_file
from repository.bytes import BytesMissing, stream_of
from repository.codes import FileRole
from repository.models import Document, Dossier, Extraction, File, Placement
from repository.pages.base import done, number_in
from repository.pages.document_form import DocumentForm, evidence_of
from repository.refusals import Refused

# Shown inside the page by browsers without running anything of theirs; all else is sent as an attachment.
SAFE_INLINE = {"application/pdf", "image/png", "image/jpeg", "text/plain"}


@login_required
def confirm(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Confirm or correct; then on to the next document that waits, in the same dossier."""
    actor = request.actor  # type: ignore[attr-defined]
    found = fetch_for(actor, "edit", Document, document_id, related=("agency",))
    within = _dossier_of(request, found)
    form = DocumentForm(request.POST or None, instance=found)
    refused = None
    if request.method == "POST" and form.is_valid():
        revision = number_in(request.POST.get("revision", ""))
        try:
            confirm_document(document_id, dict(form.cleaned_data), actor=actor, revision=revision)
        except Refused as error:
            refused = error
        else:
            return _onward(request, found, within)
    main = File.objects.filter(version__document=found, version__current=True, role=FileRole.MAIN).first()
    extraction = Extraction.objects.filter(file=main, current=True).first() if main else None
    context = {
        "form": form,
        "document": found,
        "dossier": within,
        "main": main,
        "refused": refused,
        "evidence": evidence_of(found, extraction.text if extraction else ""),
        "head": extraction.text[:4000] if extraction else "",
        "twins": _twins(request, found),
        "waiting": _waiting(request, within).exclude(document=found).count() if within else 0,
    }
    return render(request, "repository/confirm.html", context, status=409 if refused else 200)


def _dossier_of(request: HttpRequest, document: Document) -> Dossier | None:
    visible = Dossier.objects.visible_to(request.actor).filter(placements__document=document)  # type: ignore[attr-defined]
    wanted = request.GET.get("dossier", "")
    rows = list(visible.order_by("placements__placed_at")[:20])
    return next((row for row in rows if str(row.pk) == wanted), rows[0] if rows else None)


def _waiting(request: HttpRequest, dossier: Dossier) -> Any:
    """Places of what is not confirmed yet, as far as the person may see it."""
    seen = Document.objects.visible_to(request.actor).filter(pk=OuterRef("document"))  # type: ignore[attr-defined]
    return Placement.objects.filter(Exists(seen), dossier=dossier, document__confirmed_at__isnull=True).order_by(
        "number"
    )


def _onward(request: HttpRequest, document: Document, within: Dossier | None) -> HttpResponse:
    message = _("%(what)s is confirmed.") % {"what": document.label}
    following = _waiting(request, within).first() if within else None
    if following is not None and within is not None:
        return done(request, message, reverse("confirm", args=[following.document_id]) + f"?dossier={within.pk}")
    return done(request, message, within or document)


def _twins(request: HttpRequest, document: Document) -> list[Document]:
    """Documents of the same number, notation and agency, or of the same bytes, which she may see; of others nothing is said."""
    visible = Document.objects.visible_to(request.actor).exclude(pk=document.pk)  # type: ignore[attr-defined]
    digests = File.objects.filter(version__document=document, role=FileRole.MAIN).values("sha256")
    found = list(visible.filter(versions__files__sha256__in=digests).distinct()[:5])
    if document.code and document.organ_name:
        found += [
            twin for twin in visible.filter(code=document.code, organ_name=document.organ_name)[:5] if twin not in found
        ]
    return found


@login_required
def download(request: HttpRequest, file_id: UUID) -> FileResponse:
    """The original bytes. Shown inline only where asked and where the format cannot run anything."""
    try:
        with transaction.atomic():
            # The event says that the bytes went out: where there are none, it is not written.
            file = download_file(file_id, actor=request.actor)  # type: ignore[attr-defined]
            stream = stream_of(file)
    except BytesMissing as error:
        raise Refused.because(
            "download", None, "bytes-missing", _("The file's bytes are nowhere to be found. Tell your administrator.")
        ) from error
    inline = "inline" in request.GET and file.mime in SAFE_INLINE
    response = FileResponse(stream, content_type=file.mime if file.mime in SAFE_INLINE else "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(not inline, file.name) or "attachment"
    response["Content-Length"] = str(file.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["ETag"] = f'"{file.sha256}"'
    response["Digest"] = f"sha-256={file.sha256}"
    return response


@login_required
def latest(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The main file of the current version, under an address that stays."""
    found = fetch_for(request.actor, "download", Document, document_id)  # type: ignore[attr-defined]
    file = File.objects.get(version__document=found, version__current=True, role=FileRole.MAIN)
    return redirect("file", file.pk)
