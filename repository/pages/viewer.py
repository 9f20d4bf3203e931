"""What stands on the desk: pictures of pages where the file has pages, else its text; found words marked in both."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from repository.codes import Ocr
from repository.component_tags.words import marked
from repository.models import Extraction, File
from repository.pages.base import number_in
from repository.pages.blocks import plain_blocks, stretch_of
from repository.pages.texts import hits_by_page, page_text
from repository.registry import find_words, registry
from repository.renditions import cache, pages
from repository.renditions.failures import BUSY, DAMAGED, LARGE, LATE, LOCKED, MISSING, CannotShow

STRETCH = 10  # pages that a browser without script is given at a time


def viewer_of(request: HttpRequest, file: File | None, extraction: Extraction | None) -> dict[str, Any]:
    typed = request.GET.get("q", "").replace("\0", "").strip()[:1000]
    number = number_in(request.GET.get("page", "1")) or 1
    context: dict[str, Any] = {
        "typed": typed,
        "ocr_pending": extraction is not None and extraction.ocr == Ocr.PENDING,
        "read_by_ocr": extraction is not None and extraction.ocr in (Ocr.DONE, Ocr.FAILED),
    }
    if file is not None and pages.kind_of(file.mime):
        try:
            outline = pages.outline(file)
        except CannotShow as failed:
            context["cannot_show"] = sentence(failed.reason)
        else:
            return {**context, **_pages(request, file, extraction, outline, number, typed)}
    return {**context, **_text(request, file, extraction, number, typed)}


def sentence(reason: str) -> tuple[str, str]:
    """What is said of a file whose pages cannot be shown: what is the matter, and what holds all the same."""
    kept = _("The file is kept as it came; what could be read of its text stands below.")
    return {
        LOCKED: (_("The PDF is locked with a password, so its pages cannot be shown"), kept),
        DAMAGED: (_("The file is damaged, so its pages cannot be shown"), kept),
        LATE: (_("The pages took too long to be drawn"), kept),
        LARGE: (_("The pages are too large to be drawn"), kept),
        MISSING: (
            _("The file's bytes are not here"),
            _("They are nowhere to be found. Tell your administrator."),
        ),
        BUSY: (_("The pages cannot be drawn at the moment"), _("The machine is busy. Load the page again in a while.")),
    }[reason]


def _pages(
    request: HttpRequest,
    file: File,
    extraction: Extraction | None,
    outline: pages.Outline,
    number: int,
    typed: str,
) -> dict[str, Any]:
    number = min(max(number, 1), outline.count)
    first = (number - 1) // STRETCH * STRETCH + 1
    last = min(first + STRETCH - 1, outline.count)
    hits = hits_by_page(extraction, typed)
    hits = {page: count for page, count in hits.items() if page <= outline.count}
    sheets = []
    for page in range(first, last + 1):
        width, height = outline.size(page)
        text = page_text(extraction, page) if extraction else ""
        sheets.append(
            {
                "number": page,
                "width": width,
                "height": height,
                "once": _image(file, page, pages.ONCE),
                "twice": _image(file, page, pages.TWICE),
                "thumb": _image(file, page, pages.THUMB),
                "hits": hits.get(page, 0),
                "text": marked(text, find_words(text, typed) if hits.get(page) else []),
            }
        )
    return {
        "outline": outline,
        "edition": cache.EDITION,
        "number": number,
        "sheets": sheets,
        "hits": ",".join(f"{page}:{count}" for page, count in hits.items()),
        "hit_total": sum(hits.values()),
        "image_template": _image(file, 0, 0),
        "words_template": reverse("page_words", args=[file.pk, 0]),
        "next_pages": _with(request, last + 1) if last < outline.count else "",
        "previous_pages": _with(request, first - STRETCH) if first > 1 else "",
    }


def _text(
    request: HttpRequest, file: File | None, extraction: Extraction | None, number: int, typed: str
) -> dict[str, Any]:
    blocks = next((found for structure in registry.structures if file and (found := structure(file)) is not None), None)
    if not blocks:
        blocks = plain_blocks(extraction.text) if extraction else []
    stretch = stretch_of(blocks, number, typed)
    return {
        "stretch": stretch,
        "number": stretch.number,
        "hit_total": stretch.hits,
        "next_pages": _with(request, stretch.number + 1) if stretch.number < stretch.total else "",
        "previous_pages": _with(request, stretch.number - 1) if stretch.number > 1 else "",
    }


def _image(file: File, page: int, width: int) -> str:
    return f"{reverse('page_image', args=[file.pk, page, width])}?v={cache.EDITION}"


def _with(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
