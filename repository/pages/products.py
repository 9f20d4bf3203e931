"""The file that a job left for the person who asked for it."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse, HttpRequest
from django.utils.http import content_disposition_header

from repository.actions.fetch_product import fetch_product


@login_required
def job_file(request: HttpRequest, job_id: UUID) -> FileResponse:
    """Always an attachment: nothing that a job wrote is run in the reader's browser. 404 for everybody but who asked for it."""
    with transaction.atomic():
        # The event says that the bytes went out: where they cannot be opened, it is not written.
        about, path = fetch_product(job_id, actor=request.actor)  # type: ignore[attr-defined]
        stream = path.open("rb")
    response = FileResponse(stream, content_type=about["mime"])
    response["Content-Disposition"] = content_disposition_header(True, about["name"]) or "attachment"
    response["Content-Length"] = str(about["size"])
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
