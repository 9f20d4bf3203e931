"""Two versions of a document side by side: their text line by line, and their pages."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from repository.access import fetch_for
from repository.actions.read import read_document
from repository.codes import FileRole
from repository.component_tags.words import marked
from repository.models import Document, Extraction, File
from repository.pages.base import number_in, page
from repository.renditions import cache, pages
from repository.renditions.failures import CannotShow
from repository.text.differences import Row, compare


@require_safe
@page
def compare_versions(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """`old` and `new` are version numbers, without them the last two; `page` is the page shown of both. Reading it is an event."""
    actor = request.actor  # type: ignore[attr-defined]
    document = fetch_for(actor, "view", Document, document_id)
    files = {
        file.version.number: file
        for file in File.objects.filter(version__document=document, role=FileRole.MAIN)
        .select_related("version", "status")
        .order_by("version__number")
    }
    numbers = list(files)
    if len(numbers) < 2:
        raise Http404
    new = number_in(request.GET.get("new", "")) or numbers[-1]
    old = number_in(request.GET.get("old", "")) or max((one for one in numbers if one < new), default=numbers[0])
    if old not in files or new not in files:
        raise Http404
    read_document(document_id, actor=actor)
    texts = dict(Extraction.objects.filter(file__in=(files[old], files[new]), current=True).values_list("file", "text"))
    found = compare(texts.get(files[old].pk, ""), texts.get(files[new].pk, ""))
    sides = [_side(files[old]), _side(files[new])]
    most = max(side["count"] for side in sides)
    number = min(max(number_in(request.GET.get("page", "")) or 1, 1), max(most, 1))
    for side in sides:
        if number <= side["count"]:
            side["size"] = side["outline"].size(number)
            side["image"] = _image(side["file"], number, pages.ONCE)
            side["fine"] = _image(side["file"], number, pages.TWICE)

    def to(page_number: int) -> str:
        return "?" + urlencode({"old": old, "new": new, "page": page_number}) + "#pages"

    context: dict[str, Any] = {
        "document": document,
        "numbers": numbers,
        "old": old,
        "new": new,
        "sides": sides,
        "found": found,
        "rows": [_shown(row) for row in found.rows],
        "without_text": not any(texts.values()),
        "number": number,
        "most": most,
        "previous_page": to(number - 1) if number > 1 else "",
        "next_page": to(number + 1) if number < most else "",
    }
    return render(request, "repository/compare.html", context)


def _side(file: File) -> dict[str, Any]:
    """A version's main file and, where its pages can be shown, how many and how large they are."""
    side: dict[str, Any] = {"file": file, "version": file.version, "count": 0}
    if pages.kind_of(file.mime):
        with suppress(CannotShow):
            side["outline"] = pages.outline(file)
            side["count"] = side["outline"].count
    return side


def _shown(row: Row) -> Row:
    """The row with what differs within its lines marked."""
    return replace(row, old=marked(row.old, row.old_spans), new=marked(row.new, row.new_spans))


def _image(file: File, number: int, width: int) -> str:
    return f"{reverse('page_image', args=[file.pk, number, width])}?v={cache.EDITION}"
