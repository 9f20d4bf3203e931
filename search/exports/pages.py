"""What is written down of a search: the format and the columns, then a job."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from repository.access import require
from repository.actors import Actor
from repository.jobs.shown import page_of
from repository.pages.base import page
from repository.preferences import preferred, remember
from search.exports.columns import COLUMNS, chosen
from search.exports.jobs import start_export
from search.exports.package import sealer
from search.pages.asked import canonical, titles_of

KEY = "export_columns"


@page
def export_found(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "search")
    query = canonical(QueryDict((request.POST.get("search") or request.GET.get("search", ""))[:4000]))
    if not query:
        raise Http404
    if request.method == "POST":
        columns = request.POST.getlist("column")
        job = start_export(query, request.POST.get("format", "xlsx"), columns, actor=actor)
        remember(actor, KEY, lambda _kept: [one.name for one in chosen(columns)])
        return redirect(page_of(job))
    kept = preferred(actor.user, KEY)
    names = {one.name for one in chosen(kept if isinstance(kept, list) else [])}
    context: dict[str, Any] = {
        "kept": query,
        "title": titles_of([query])[query],
        "back": f"{reverse('search')}?{query}",
        "columns": [(one, one.name in names) for one in COLUMNS],
        "formats": [
            ("xlsx", _("Excel table (xlsx)"), _("with its sheet inside")),
            ("csv", _("Text (csv)"), _("for other programs; with its sheet in a ZIP")),
            ("docx", _("Word document (docx)"), _("with its sheet in a ZIP")),
            ("pdf", _("PDF"), _("for printing; with its sheet in a ZIP")),
        ],
        "sealed": sealer() is not None,
    }
    return render(request, "search/export.html", context)
