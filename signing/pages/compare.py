"""What a signed file showed when it was signed, beside what it shows now. Who may see the document may see both."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from repository.access import fetch_for
from repository.actions.read import read_document
from repository.bytes import BytesMissing, path_for
from repository.isolation import Isolated, IsolationError, ParserFailed
from repository.models import File
from repository.pages.base import page
from signing.validation.sides import AFTER, BEFORE

PIXELS = 1200  # of the longer side
SHOWN = 20  # pages beside each other; more are named
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, max-age=31536000, immutable",
}
_differing = Isolated("signing.validation.sides:differing", seconds=9, memory_mb=1024)
_picture = Isolated("signing.validation.sides:picture", seconds=9, memory_mb=1024)


@require_safe
@page
def compare_signed(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Each page that looks different, before and after. Reading it is an event."""
    file = _file(request, file_id)
    read_document(file.version.document_id, actor=request.actor)  # type: ignore[attr-defined]
    context: dict[str, Any] = {"file": file, "document": file.version.document, "pages": []}
    try:
        found = _differing.run(str(path_for(file)), None)
        context["pages"] = found["pages"][:SHOWN]
        context["more"] = found["pages"][SHOWN:]
        context["compared"] = found["compared"]
    except ParserFailed as error:
        context["nothing" if error.kind == "LookupError" else "not_drawn"] = True
    except (IsolationError, BytesMissing):
        context["not_drawn"] = True
    return render(request, "signing/compare.html", context)


@require_safe
@login_required
def before_image(request: HttpRequest, file_id: UUID, number: int) -> HttpResponse:
    """The page as PNG, as it was signed."""
    return _image(request, file_id, BEFORE, number)


@require_safe
@login_required
def after_image(request: HttpRequest, file_id: UUID, number: int) -> HttpResponse:
    """The page as PNG, as the file shows it now."""
    return _image(request, file_id, AFTER, number)


def _image(request: HttpRequest, file_id: UUID, side: str, number: int) -> HttpResponse:
    file = _file(request, file_id)
    etag = f'"{file.sha256[:32]}-{side}-{number}-{PIXELS}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={**_HEADERS, "ETag": etag})
    try:
        drawn = _picture.run(str(path_for(file)), None, side, number, PIXELS)
    except (IsolationError, BytesMissing) as error:
        raise Http404 from error
    return HttpResponse(base64.b64decode(drawn), content_type="image/png", headers={**_HEADERS, "ETag": etag})


def _file(request: HttpRequest, file_id: UUID) -> File:
    actor = request.actor  # type: ignore[attr-defined]
    return fetch_for(actor, "view", File, file_id, related=("version__document__agency",))
