"""Reading and downloading are events too."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from repository.access import fetch_for
from repository.actors import Actor
from repository.events import record
from repository.models import Document, Dossier, File


@transaction.atomic
def read_document(document_id: UUID | str, *, actor: Actor) -> Document:
    """The document, and the event that it was read. Raises NotVisible."""
    document = fetch_for(actor, "view", Document, document_id, related=("agency",))
    record("document.read", actor, document)
    return document


@transaction.atomic
def read_dossier(dossier_id: UUID | str, *, actor: Actor) -> Dossier:
    """The dossier, and the event that it was read. Raises NotVisible."""
    dossier = fetch_for(
        actor, "view", Dossier, dossier_id, related=("agency", "fonds", "entry__record_class", "record_class")
    )
    record("dossier.read", actor, dossier)
    return dossier


@transaction.atomic
def download_file(file_id: UUID | str, *, actor: Actor) -> File:
    """The file whose bytes go out, and the event that they did. Raises NotVisible or Forbidden."""
    file = fetch_for(actor, "download", File, file_id, related=("version__document__agency",))
    record(
        "file.downloaded",
        actor,
        file.version.document,
        file={"id": file.pk, "name": file.name, "sha256": file.sha256},
        version=file.version.number,
    )
    return file
