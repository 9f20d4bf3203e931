"""The Excel inventory of a dossier: sent, its columns checked, matched with the documents, applied; and the way back as a file."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from repository.access import fetch_for
from repository.codes import WORKING_STATES, FileRole
from repository.inventory import applying, writing
from repository.inventory.entries import entries_of
from repository.inventory.headings import KEYS, Layout, layout_of
from repository.inventory.matching import Matching, match
from repository.inventory.tables import MOST_BYTES, inventory_of, read_inventory
from repository.jobs.engine import enqueue
from repository.models import Document, Dossier, File, Placement
from repository.pages.base import number_in, page
from repository.refusals import Refused

SHOWN = 200
SAMPLES = 3
LABELS = {
    "order": gettext_lazy("Row number"),
    "file": gettext_lazy("File name"),
    "code": gettext_lazy("Number and notation"),
    "number": pgettext_lazy("grid", "Number"),
    "notation": gettext_lazy("Notation"),
    "issued_date": gettext_lazy("Date"),
    "type_name": gettext_lazy("Type"),
    "subject": gettext_lazy("Subject"),
    "type_subject": gettext_lazy("Type and subject"),
    "organ_name": gettext_lazy("Agency"),
    "signer_name": gettext_lazy("Signer"),
    "page_amount": pgettext_lazy("inventory", "Pages of it"),
    "sheet": gettext_lazy("Sheet or page where it begins"),
    "description": gettext_lazy("Note"),
}


@page
def inventory(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """GET: where the file is chosen. POST: it is read, and its columns are shown."""
    actor = request.actor  # type: ignore[attr-defined]
    dossier = fetch_for(actor, "file", Dossier, dossier_id, related=("agency",))
    refused = None
    upload = request.FILES.get("file") if request.method == "POST" else None
    if request.method == "POST":
        try:
            if not isinstance(upload, UploadedFile):
                raise Refused.because("file", dossier, "no-file", _("No file was chosen."), _("Choose the Excel file."))
            return redirect("inventory_table", dossier_id, _read(dossier, upload, actor).pk)
        except Refused as error:
            refused = error
    context = {"dossier": dossier, "refused": refused, "takes_files": dossier.state in WORKING_STATES}
    return render(request, "repository/inventory.html", context, status=409 if refused else 200)


def _read(dossier: Dossier, upload: UploadedFile, actor: Any) -> Any:
    if (upload.size or 0) > MOST_BYTES:
        raise Refused.because(
            "file",
            dossier,
            "too-large",
            _("The table is larger than 20 MB."),
            _("Send only the sheet with the list."),
        )
    with tempfile.NamedTemporaryFile(suffix=".table") as kept:
        for chunk in upload.chunks():
            kept.write(chunk)
        kept.flush()
        return read_inventory(dossier, upload.name or "inventory", Path(kept.name), actor=actor)


@page
def table(request: HttpRequest, dossier_id: UUID, job_id: UUID) -> HttpResponse:
    """GET: the columns, what each is taken for, and what the rows would change. POST: change it."""
    actor = request.actor  # type: ignore[attr-defined]
    dossier = fetch_for(actor, "file", Dossier, dossier_id, related=("agency",))
    try:
        job, found = inventory_of(job_id, dossier, actor=actor)
    except Refused as refused:
        context = {"dossier": dossier, "refused": refused, "takes_files": dossier.state in WORKING_STATES}
        return render(request, "repository/inventory.html", context, status=409)
    given = request.POST if request.method == "POST" else request.GET
    rows = found["rows"]
    layout = _layout(rows, given)
    matching = match(entries_of(rows, layout), documents_of(dossier, actor)) if layout.columns else Matching()
    applies = [one for one in matching.matches if one.applies]
    if request.method == "POST" and applies and dossier.state in WORKING_STATES:
        begun = applying.apply(dossier, job.params["name"], applies, actor=actor)
        said = _("%(count)s rows of the inventory are being written.") % {"count": len(applies)}
        if begun.total == begun.done:
            said = _("%(count)s rows of the inventory are in the table.") % {"count": begun.done}
        messages.success(request, said)
        return redirect(reverse("receive", args=[dossier.pk]) + "#grid")
    context = {
        "dossier": dossier,
        "job": job,
        "name": job.params["name"],
        "cut": found["cut"],
        "row_total": len(rows),
        "layout": layout,
        "head": layout.head + 1,
        "columns": _columns(rows, layout),
        "choices": [(key, LABELS[key]) for key in KEYS],
        "matching": matching,
        "applies": applies,
        "changed": [one for one in matching.matches if one.differences][:SHOWN],
        "same": sum(not one.differences for one in matching.matches),
        "confirmed": sum(bool(one.differences) and not one.applies for one in matching.matches),
        "rows_left": matching.rows_left[:SHOWN],
        "documents_left": matching.documents_left[:SHOWN],
        "takes_files": dossier.state in WORKING_STATES,
    }
    return render(request, "repository/inventory_table.html", context)


def _layout(rows: list[list[str]], given: Any) -> Layout:
    """What was guessed, corrected by what the person chose: `head` is the row of the headings from 1, `c0` … the columns."""
    head = number_in(given.get("head", ""))
    layout = layout_of(rows, head - 1 if head else None)
    if "chosen" not in given or (head and str(head) != given.get("chosen")):
        return layout
    width = max(map(len, rows), default=0)
    columns: dict[int, str] = {}
    for column in range(width):
        key = given.get(f"c{column}", "")
        if key in KEYS and key not in columns.values():
            columns[column] = key
    return Layout(layout.head, layout.first, columns)


def _columns(rows: list[list[str]], layout: Layout) -> list[dict[str, Any]]:
    width = max(map(len, rows), default=0)
    heads = rows[layout.head : layout.first] if layout.head >= 0 else []
    body = rows[layout.first : layout.first + 50]
    found = []
    for column in range(width):
        title = " ".join(row[column] for row in heads if column < len(row) and row[column])
        samples = [row[column] for row in body if column < len(row) and row[column]][:SAMPLES]
        if title or samples:
            found.append({"at": column, "title": title, "samples": samples, "key": layout.columns.get(column, "")})
    return found


def documents_of(dossier: Dossier, actor: Any) -> list[tuple[Document, str]]:
    """Every document of the dossier that she may see, with the name of its file, in order; two queries."""
    documents = list(
        Document.objects.visible_to(actor).filter(placements__dossier=dossier).defer("proposals").order_by("pk")
    )
    files = File.objects.filter(
        version__document__placements__dossier=dossier, version__current=True, role=FileRole.MAIN
    )
    names = dict(files.values_list("version__document_id", "name"))
    return [(document, names.get(document.pk, "")) for document in documents]


@login_required
def inventory_file(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """The inventory as xlsx, at once; of a large dossier as a job that leaves the file."""
    actor = request.actor  # type: ignore[attr-defined]
    dossier = fetch_for(actor, "view", Dossier, dossier_id, related=("agency",))
    if Placement.objects.filter(dossier=dossier)[writing.AT_ONCE : writing.AT_ONCE + 1].exists():
        enqueue(writing.KIND, actor.id, dossier=dossier)
        messages.success(request, _("The inventory is being written. You find it among your jobs."))
        return redirect("jobs")
    stream = io.BytesIO()
    writing.write_inventory(dossier, stream, actor=actor)
    writing.hand_out(dossier, actor=actor)
    response = HttpResponse(stream.getvalue(), content_type=writing.MIME)
    response["Content-Disposition"] = content_disposition_header(True, writing.file_name(dossier)) or "attachment"
    return response
