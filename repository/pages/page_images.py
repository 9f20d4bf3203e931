"""Pictures and words of single pages. Who may see the document may see them; anybody else finds nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe

from repository.access import fetch_for
from repository.actions.read import read_document
from repository.clock import now
from repository.models import Event, Extraction, File
from repository.pages.texts import page_text
from repository.registry import find_words
from repository.renditions import cache, pages, places
from repository.renditions.failures import BUSY, CannotShow

# Whoever opened the document within this time has its event; its pages need none of their own.
OPENED = timedelta(hours=12)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    # The bytes behind the address never change; shared caches must not hold them.
    "Cache-Control": "private, max-age=31536000, immutable",
}


@require_safe
@login_required
def page_image(request: HttpRequest, file_id: UUID, number: int, width: int) -> HttpResponseBase:
    """The page as WebP, `width` pixels across."""
    file = _opened(request, file_id)
    etag = f'"{file.sha256[:32]}-{number}-{width}-{cache.EDITION}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={**_HEADERS, "ETag": etag})
    try:
        stream = pages.picture(file, number, width).open("rb")
    except (IndexError, FileNotFoundError) as error:
        raise Http404 from error
    except CannotShow as error:
        return HttpResponse(error.reason, status=503 if error.reason == BUSY else 422, content_type="text/plain")
    return FileResponse(stream, content_type="image/webp", headers={**_HEADERS, "ETag": etag})


@require_safe
@login_required
def page_words(request: HttpRequest, file_id: UUID, number: int) -> HttpResponseBase:
    """The words of a page with their places, the places of what is looked for (`q`), and on a scan the text that was recognised."""
    file = _opened(request, file_id)
    typed = request.GET.get("q", "").replace("\0", "")[:1000]
    try:
        words = pages.words(file, number)
    except IndexError as error:
        raise Http404 from error
    except CannotShow as error:
        return JsonResponse({"reason": error.reason}, status=503 if error.reason == BUSY else 422)
    answer: dict[str, Any] = {"words": words}
    layer = places.text_of(words)
    if typed:
        answer["hits"] = places.boxes(words, find_words(layer, typed))
    extraction = Extraction.objects.filter(file=file, current=True).first()
    recognised = page_text(extraction, number) if extraction else ""
    if recognised and not places.is_layer_of(layer, recognised):
        answer["text"] = recognised
        answer["marks"] = find_words(recognised, typed) if typed else []
    # What is marked and what was recognised may change with a new release or another run.
    return JsonResponse(answer, headers={"Cache-Control": "private, max-age=600", "X-Content-Type-Options": "nosniff"})


def _opened(request: HttpRequest, file_id: UUID) -> File:
    """The file, if she may see its document. Raises NotVisible. That she reads it is told once, also where she never opened its page."""
    actor = request.actor  # type: ignore[attr-defined]
    file = fetch_for(actor, "view", File, file_id, related=("version__document__agency",))
    document = file.version.document_id
    since = now() - OPENED
    told = Event.objects.filter(object_id=document, actor_id=actor.id, kind="document.read", at__gte=since)
    if not told.exists():
        with transaction.atomic():
            read_document(document, actor=actor)
    return file
