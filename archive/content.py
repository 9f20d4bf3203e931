"""Write what is sealed of a dossier: each part as one file, document by document, so that no dossier is too large for memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from archive import disk, layout
from archive.context import References
from archive.parts import Parts, load
from archive.rows import Row, canonical, row_of, values_of
from repository import bytes as file_bytes
from repository.blobs import chunks_of
from repository.codes import DossierState
from repository.jobs.outcomes import ItemFailed
from repository.models import (
    Document,
    Dossier,
    Event,
    File,
    Grant,
    Hold,
    Placement,
    Retention,
)

Listed = dict[str, disk.Written]
# Documents read at once: few enough for their texts to lie in memory.
BATCH = 50


def write_content(
    top: Path, dossier: Dossier, moment: datetime, tell: Callable[[int], None] = lambda done: None
) -> Listed:
    """Write everything but the seal below `top`; return what was written by its logical path. `tell` is told of each document.

    Raises ItemFailed (bytes missing, bytes changed), OSError.
    """
    written: Listed = {}
    references = References()

    def put(logical: str, chunks: Iterable[bytes]) -> None:
        written[logical] = disk.write(top, layout.content_path(logical), chunks)

    put(layout.DOSSIER, [canonical(_dossier(dossier, moment, references))])
    numbered = Placement.objects.filter(dossier=dossier).order_by("number").values_list("document_id", flat=True)
    ids = list(numbered)
    done = 0
    for start in range(0, len(ids), BATCH):
        for parts in load(ids[start : start + BATCH]):
            key = parts.document.pk
            for file in parts.files:
                logical = layout.bytes_of(key, file.version.number, file.pk, file.name)
                written[logical] = copy_bytes(top, logical, file)
            for extraction in parts.extractions:
                put(layout.text_of(key, extraction.pk), [extraction.text.encode()])
            put(layout.document_json(key), [canonical(_document(parts, moment, references))])
            done += 1
            tell(done)
    put(layout.EVENTS, event_lines(dossier, ids))
    put(layout.CONTEXT, [canonical(references.rows())])
    return written


def copy_bytes(top: Path, logical: str, file: File) -> disk.Written:
    """Copy a file's bytes into the object. Raises ItemFailed where they are gone or not what was received."""
    try:
        with file_bytes.open_file(file) as stream:
            copy = disk.write(top, layout.content_path(logical), chunks_of(stream))
    except file_bytes.BytesMissing as missing:
        raise ItemFailed(
            "bytes-missing",
            _("The bytes of “%(name)s” are nowhere to be found. Bring them back from a backup, then seal again.")
            % {"name": file.name},
        ) from missing
    if (copy.sha256, copy.sha512, copy.size) != (file.sha256, file.sha512, file.size):
        raise ItemFailed(
            "bytes-changed",
            _(
                "The bytes of “%(name)s” are not those that were received. Bring them back from a backup, then seal again."
            )
            % {"name": file.name},
        )
    return copy


def sealed_dossier_row(dossier: Dossier, moment: datetime) -> Row:
    """The dossier's row as it will be once sealed."""
    return row_of(
        dossier,
        state=DossierState.ARCHIVED,
        sealed_at=moment,
        changed_at=moment,
        revision=dossier.revision + 1,
    )


def sealed_document_row(document: Document, moment: datetime) -> Row:
    """The document's row as it will be; one that another dossier sealed before keeps its moment."""
    return row_of(document, sealed_at=document.sealed_at or moment)


def _dossier(dossier: Dossier, moment: datetime, references: References) -> dict[str, Any]:
    placements = list(Placement.objects.filter(dossier=dossier).order_by("number"))
    retention = Retention.objects.filter(dossier=dossier).first()
    holds = list(Hold.objects.filter(dossier=dossier).order_by("pk"))
    grants = list(Grant.objects.filter(dossier=dossier).order_by("pk"))
    for thing in (dossier, *holds, *grants):
        references.of(thing)
    return {
        "format": layout.FORMAT,
        "dossier": sealed_dossier_row(dossier, moment),
        "placements": [row_of(place) for place in placements],
        "retention": row_of(retention) if retention else None,
        "holds": [row_of(hold) for hold in holds],
        "grants": [row_of(grant) for grant in grants],
    }


def _document(parts: Parts, moment: datetime, references: References) -> dict[str, Any]:
    for thing in (parts.document, *parts.grants):
        references.of(thing)
    return {
        "format": layout.FORMAT,
        "document": sealed_document_row(parts.document, moment),
        "versions": [row_of(version) for version in parts.versions],
        "files": [row_of(file) for file in parts.files],
        "extractions": [row_of(extraction, leave_out=("text",)) for extraction in parts.extractions],
        "verifications": [row_of(run) for run in parts.verifications],
        "statuses": [row_of(status) for status in parts.statuses],
        "grants": [row_of(grant) for grant in parts.grants],
    }


def event_row(event: Event) -> Row:
    """An event with its very bytes; they are canonical JSON, so they stand as readable text."""
    row = row_of(event, leave_out=("body",))
    row["fields"]["body"] = bytes(event.body).decode()
    return row


def event_lines(dossier: Dossier, documents: list[UUID]) -> Iterator[bytes]:
    """The events of the dossier and of its documents, wherever those stand, oldest first."""
    about = Q(dossier_id=dossier.pk) | Q(object_id=dossier.pk)
    written: set[UUID] = set()
    for event in Event.objects.filter(about).order_by("pk").iterator(chunk_size=500):
        written.add(event.pk)
        yield canonical(event_row(event))
    for start in range(0, len(documents), BATCH):
        of_documents = Event.objects.filter(object_id__in=documents[start : start + BATCH])
        for event in of_documents.order_by("pk").iterator(chunk_size=500):
            if event.pk not in written:
                yield canonical(event_row(event))


def event_of(row: Row) -> dict[str, Any]:
    """The values of an event's row. Raises ValueError where its bytes do not have its hash."""
    body = row["fields"]["body"].encode()
    values = values_of(Event, {**row, "fields": {k: v for k, v in row["fields"].items() if k != "body"}})
    if disk.digest_of(body) != values["sha256"] or json.loads(body)["id"] != str(values["id"]):
        raise ValueError(f"event {values['id']}: the bytes do not have the recorded hash")
    return {**values, "body": body}
