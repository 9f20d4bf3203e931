"""The one transaction that makes a dossier archived: only if the database still says what the object in the store says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from archive import layout
from archive.content import event_of, sealed_document_row, sealed_dossier_row
from archive.models import ObjectStatus, SealedFile, SealedObject
from archive.reader import SealedObjectOnDisk, row_digest
from archive.rows import Row, row_of
from repository.codes import DossierState
from repository.jobs.outcomes import ItemFailed
from repository.models import Document, Dossier, Event, Placement
from repository.registry import documents_changed

BATCH = 500


@dataclass(frozen=True)
class Sealed:
    """What the transaction needs of an object, read before it begins. `documents` and `placements` are digests of rows."""

    path: str
    object_id: str
    inventory_sha512: str
    content_sha256: str
    bytes: int
    files: int
    moment: datetime
    event: Row
    dossier: str
    documents: dict[UUID, str]
    placements: dict[UUID, str]
    file_paths: list[tuple[str, str]]


def take_stock(found: SealedObjectOnDisk, path: str) -> Sealed:
    """Read the object's rows, document by document. Raises Unreadable, OSError."""
    described = found.json(layout.DOSSIER)
    documents: dict[UUID, str] = {}
    file_paths: list[tuple[str, str]] = []
    for document_id in found.documents():
        part = found.document(document_id)
        documents[document_id] = row_digest(part["document"], leave_out=("sealed_at",))
        numbers = {version["fields"]["id"]: version["fields"]["number"] for version in part["versions"]}
        for row in part["files"]:
            fields = row["fields"]
            logical = layout.bytes_of(document_id, numbers[fields["version_id"]], UUID(fields["id"]), fields["name"])
            file_paths.append((fields["sha256"], found.paths[logical]))
    return Sealed(
        path=path,
        object_id=found.object_id,
        inventory_sha512=found.inventory_sha512,
        content_sha256=found.content_sha256,
        bytes=found.size,
        files=found.files,
        moment=found.as_of,
        event=found.event,
        dossier=row_digest(described["dossier"]),
        documents=documents,
        placements={UUID(p["fields"]["document_id"]): row_digest(p) for p in described["placements"]},
        file_paths=file_paths,
    )


def commit(dossier_id: UUID, sealed: Sealed) -> dict[str, Any]:
    """Write object, seal, state and event; returns the job's result. Runs in the job's last transaction. Raises ItemFailed."""
    dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier_id)
    if dossier.state != DossierState.SEALING:
        raise ItemFailed("not-sealing", _("The dossier is not waiting to be sealed; its state has changed."))
    _same_as_in_the_store(dossier, sealed)
    for batch in _batches(list(sealed.documents)):
        Document.objects.filter(pk__in=batch, sealed_at__isnull=True).update(sealed_at=sealed.moment)
    claimed = Dossier.objects.filter(pk=dossier.pk, state=DossierState.SEALING, revision=dossier.revision).update(
        state=DossierState.ARCHIVED,
        sealed_at=sealed.moment,
        changed_at=sealed.moment,
        revision=dossier.revision + 1,
    )
    if not claimed:
        raise ItemFailed("not-sealing", _("The dossier is not waiting to be sealed; its state has changed."))
    write_object(dossier.pk, sealed)
    Event(**event_of(sealed.event)).save(force_insert=True)
    documents_changed(sealed.documents)
    return {
        "object": sealed.object_id,
        "documents": len(sealed.documents),
        "files": sealed.files,
        "bytes": sealed.bytes,
        "inventory_sha512": sealed.inventory_sha512,
        "content_sha256": sealed.content_sha256,
    }


def write_object(dossier_id: UUID, sealed: Sealed) -> SealedObject:
    """The rows by which the program finds the object and its bytes."""
    made = SealedObject.objects.create(
        dossier_id=dossier_id,
        object_id=sealed.object_id,
        path=sealed.path,
        inventory_sha512=sealed.inventory_sha512,
        content_sha256=sealed.content_sha256,
        bytes=sealed.bytes,
        files=sealed.files,
        sealed_at=sealed.moment,
    )
    ObjectStatus.objects.create(object=made)
    SealedFile.objects.bulk_create(
        [SealedFile(object=made, sha256=sha256, path=path) for sha256, path in sealed.file_paths], batch_size=BATCH
    )
    return made


def _same_as_in_the_store(dossier: Dossier, sealed: Sealed) -> None:
    """Between building and this moment nothing may have changed; an object adopted from an earlier attempt must match as well."""
    same = row_digest(sealed_dossier_row(dossier, sealed.moment)) == sealed.dossier
    places = Placement.objects.filter(dossier=dossier)
    same = same and {place.document_id: row_digest(row_of(place)) for place in places} == sealed.placements
    for batch in _batches(list(sealed.documents)):
        for document in Document.objects.filter(pk__in=batch):
            row = sealed_document_row(document, sealed.moment)
            same = same and row_digest(row, leave_out=("sealed_at",)) == sealed.documents[document.pk]
    if not same:
        raise ItemFailed(
            "object-differs",
            _(
                "The store holds this dossier as it was before something in it changed. Nothing is overwritten there: "
                "your administrator has to compare the two."
            ),
        )


def _batches(keys: list[UUID]) -> list[list[UUID]]:
    return [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]
