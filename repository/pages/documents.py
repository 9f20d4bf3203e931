"""One document: metadata, text, what apps add (verdicts), its dossiers, its history, the original bytes."""

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

from repository.access import fetch_for, may
from repository.actions.confirm_document import confirm_document
from repository.actions.read import download_file, read_document
from repository.bytes import BytesMissing, stream_of
from repository.codes import FileRole, Ocr
from repository.events import history_for
from repository.models import Document, Dossier, Extraction, File, Placement
from repository.pages.base import done, number_in, page
from repository.pages.document_form import DocumentForm, evidence_of
from repository.pages.panels import panels_of
from repository.pages.versions import version_context
from repository.refusals import Refused

PAGES = 20
EVENTS = 30
# Shown inside the page by browsers without running anything of theirs; all else is sent as an attachment.
SAFE_INLINE = {"application/pdf", "image/png", "image/jpeg", "text/plain"}


@page
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    found = read_document(document_id, actor=actor)
    files = list(
        File.objects.filter(version__document=found)
        .select_related("version", "status")
        .order_by("-version__number", "role", "id")
    )
    main = next((file for file in files if file.version.current and file.role == FileRole.MAIN), None)
    extraction = Extraction.objects.filter(file=main, current=True).first() if main else None
    visible = Dossier.objects.visible_to(actor).filter(pk=OuterRef("dossier"))
    places = list(Placement.objects.filter(Exists(visible), document=found).select_related("dossier"))
    context: dict[str, Any] = {
        "document": found,
        "main": main,
        "files": files,
        "others": [file for file in files if file != main],
        "extraction": extraction,
        "ocr_pending": extraction is not None and extraction.ocr == Ocr.PENDING,
        "read_by_ocr": extraction is not None and extraction.ocr == Ocr.DONE,
        "places": places,
        "facts": facts_of(found),
        "events": list(history_for(actor, found).order_by("-id")[:EVENTS]),
        "can_edit": found.sealed_at is None and may(actor, "edit", found),
        "panels": panels_of("document", request, found),
        **version_context(actor, found),
        **_text(request, extraction),
    }
    return render(request, "repository/document.html", context)


def _text(request: HttpRequest, extraction: Extraction | None) -> dict[str, Any]:
    """A stretch of pages of the text, so that a thousand pages open at once."""
    if extraction is None or not extraction.text.strip():
        return {"pages": []}
    starts = extraction.pages or [0]
    given = request.GET.get("page", "1")
    first = min(max(number_in(given) or 1, 1), len(starts))
    first = (first - 1) // PAGES * PAGES
    ends = [*starts[1:], len(extraction.text)]
    pages = [
        (number + 1, extraction.text[starts[number] : ends[number]].strip())
        for number in range(first, min(first + PAGES, len(starts)))
    ]
    return {
        "pages": pages,
        "page_total": len(starts),
        "next_pages": f"?page={first + PAGES + 1}#text" if first + PAGES < len(starts) else "",
        "previous_pages": f"?page={first - PAGES + 1}#text" if first else "",
    }


def facts_of(document: Document) -> list[tuple[Any, ...]]:
    """Every field that says something, in the order of Nghị định 30/2020, annex VI."""
    from repository import formats

    def day(value: Any) -> str:
        return formats.day(value) if value else ""

    return [
        (_("Number and notation"), document.code, "vk-num"),
        (_("Type"), document.type_name or document.get_type_code_display()),
        (_("Date"), day(document.issued_date), "vk-num"),
        (_("Place"), document.place),
        (_("Issued by"), document.organ_name),
        (_("Signer"), ", ".join(part for part in (document.signer_name, document.signer_position) if part)),
        (_("Authority to sign"), document.authority),
        (_("Recipients"), document.to_places),
        (_("Urgency"), document.get_urgency_display() if document.urgency else ""),
        (_("Secrecy"), document.get_secrecy_display() if document.secrecy else ""),
        (_("Use"), document.get_mode_display()),
        (_("Direction"), document.get_direction_display()),
        (_("Language"), document.get_language_display()),
        (_("Pages"), document.page_amount or "", "vk-num"),
        (_("Origin"), document.get_confidence_level_display()),
        (_("Keywords"), document.keyword),
        (_("Information mark"), document.infor_sign),
        (_("Handwritten notes"), document.autograph),
        (_("Arrived"), day(document.arrival_date), "vk-num"),
        (_("Arrival number"), document.arrival_number, "vk-num"),
        (_("To be done by"), day(document.due_date), "vk-num"),
        (_("Copies"), document.issued_amount or "", "vk-num"),
        (_("Note"), document.description),
        (_("Kept by"), document.agency.name),
        (
            _("Confirmed by"),
            _("%(who)s, %(day)s") % {"who": document.confirmed_by, "day": day(document.confirmed_at)}
            if document.confirmed_at
            else "",
        ),
        (_("Identity"), str(document.pk), "vk-num vk-break"),
    ]


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
