"""What the page of results shows of each document found: its marks in the accents of the text, its pages with the words."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from repository.codes import DossierState
from repository.component_tags.words import marked
from search.service import Hit


def view_of(hit: Hit, query: str) -> dict[str, Any]:
    """`query` goes with the addresses of a result, for the way to the next one."""
    document = hit.document
    pages = sorted({piece.page for piece in hit.snippets if piece.page})
    url = f"{document.get_absolute_url()}?{query}" if query else document.get_absolute_url()
    joined = "&" if query else "?"
    return {
        "number": document.code,
        "date": document.issued_date,
        "type": document.type_name,
        "url": url,
        "title": marked(document.subject or str(_("Untitled document")), hit.title_marks),
        "text": _pieces(hit),
        "pages": [(number, f"{url}{joined}page={number}#page-{number}") for number in pages]
        if (document.page_amount or 0) > 1
        else [],
        "agency": document.organ_name or document.agency.name,
        "dossiers": [(dossier.code, dossier.get_absolute_url()) for dossier in hit.dossiers[:3]],
        "indication": hit.main.status.indication if hit.main else None,
        "state": DossierState.ARCHIVED if document.sealed_at else hit.dossiers[0].state if hit.dossiers else "",
        "page_count": document.page_amount,
        "scanned": bool(hit.extraction and hit.extraction.ocr == "done"),
        "signer": document.signer_name,
        "received": document.received_at,
    }


def _pieces(hit: Hit) -> SafeString:
    shown = SafeString("")
    for piece in hit.snippets:
        text = hit.text[piece.start : piece.end]
        spans = [(mark.start - piece.start, mark.end - piece.start) for mark in piece.marks]
        before = " " if shown else "… " if piece.start else ""
        # Held to the last word: alone on a line it would look like something left out by mistake.
        after = "\N{NO-BREAK SPACE}…" if piece.end < len(hit.text) else ""
        shown = format_html("{}{}{}{}", shown, before, marked(text, spans), after)
    return shown
