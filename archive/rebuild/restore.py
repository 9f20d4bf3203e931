"""Restore one object in one transaction: what its rows refer to, its documents, the dossier, its events, and where it lies."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.db import connection, models

from archive import layout
from archive.commit import take_stock, write_object
from archive.content import event_of
from archive.context import KINDS
from archive.models import SealedFile, SealedObject
from archive.reader import SealedObjectOnDisk
from archive.rebuild.put import BATCH, Differs, all_values, put_beside, put_many, put_record
from archive.rows import values_of
from repository.models import (
    Agency,
    AgencyName,
    Document,
    Dossier,
    Event,
    Extraction,
    File,
    FileStatus,
    Grant,
    Hold,
    Placement,
    Retention,
    Verification,
    Version,
)
from repository.registry import documents_changed

REFERENCE_KINDS: tuple[type[models.Model], ...] = (*KINDS, AgencyName)
REFERENCE = {model._meta.label_lower: model for model in REFERENCE_KINDS}


class Restorer:
    """Restores one object; must run inside a transaction. `counts` says how many rows were new, by their kind.

    `overwrite` is off where the database knows the object already: then rows beside the records are left as they are.
    """

    def __init__(self, found: SealedObjectOnDisk, path: str, *, overwrite: bool) -> None:
        self.found, self.path, self.overwrite = found, path, overwrite
        self.counts: Counter[str] = Counter()

    def restore(self) -> None:
        """Raises Differs where a record of the database says something else, Unreadable where the object contradicts itself."""
        self._context()
        ids = list(self.found.documents())
        for document_id in ids:
            self._document(document_id)
        self._dossier()
        self._events()
        self._object()
        documents_changed(ids)

    def _count(self, model: type[models.Model], new: bool | int) -> None:
        self.counts[model._meta.model_name or ""] += int(new)

    def _record(self, model: type[models.Model], values: dict[str, Any], *may_differ: str) -> None:
        self._count(model, put_record(model, values, may_differ=may_differ, overwrite=self.overwrite))

    def _beside(self, model: type[models.Model], values: dict[str, Any]) -> None:
        self._count(model, put_beside(model, values, overwrite=self.overwrite))

    def _context(self) -> None:
        context = self.found.json(layout.CONTEXT)
        for row in context["rows"]:
            model = REFERENCE[row["model"]]
            self._beside(model, values_of(model, row))
        through = Agency.successors.through
        for earlier, later in context["successors"]:
            through._base_manager.get_or_create(from_agency_id=UUID(earlier), to_agency_id=UUID(later))

    def _document(self, document_id: UUID) -> None:
        part = self.found.document(document_id)
        document = values_of(Document, part["document"])
        known = Document.objects.filter(pk=document["id"]).values_list("sealed_at", flat=True).first()
        # A document of two dossiers keeps the moment it was first sealed.
        self._record(Document, {**document, "sealed_at": known or document["sealed_at"]})
        for values in _current_last(all_values(Version, part["versions"])):
            self._record(Version, values, "current")
        for values in all_values(File, part["files"]):
            self._record(File, values)
        for values in _current_last(all_values(Extraction, part["extractions"])):
            text = self.found.content(layout.text_of(document_id, values["id"])).decode()
            self._record(Extraction, {**values, "text": text}, "current")
        for values in all_values(Verification, part["verifications"]):
            self._record(Verification, values)
        for values in all_values(FileStatus, part["statuses"]):
            self._beside(FileStatus, values)
        for values in all_values(Grant, part["grants"]):
            self._beside(Grant, values)

    def _dossier(self) -> None:
        described = self.found.json(layout.DOSSIER)
        # Before the dossier: under a sealed one the database takes no place any more.
        for values in all_values(Placement, described["placements"]):
            self._record(Placement, values)
        dossier = values_of(Dossier, described["dossier"])
        state = () if self.overwrite else ("state",)
        self._record(Dossier, dossier, *state)
        held = Placement.objects.filter(dossier_id=dossier["id"]).count()
        if held != len(described["placements"]):
            raise Differs(Dossier(pk=dossier["id"]), ["placements"])
        if described["retention"]:
            self._beside(Retention, values_of(Retention, described["retention"]))
        for values in all_values(Hold, described["holds"]):
            self._beside(Hold, values)
        for values in all_values(Grant, described["grants"]):
            self._beside(Grant, values)

    def _events(self) -> None:
        waiting: list[dict[str, Any]] = []
        for row in self.found.events():
            waiting.append(event_of(row))
            if len(waiting) == BATCH:
                self._count(Event, put_many(Event, waiting))
                waiting = []
        waiting.append(event_of(self.found.event))
        self._count(Event, put_many(Event, waiting))

    def _object(self) -> None:
        stock = take_stock(self.found, self.path)
        known = SealedObject.objects.filter(dossier_id=self.found.dossier_id).first()
        if known is None:
            write_object(self.found.dossier_id, stock)
            self._count(SealedObject, True)
            return
        same = {
            "object_id": stock.object_id,
            "path": stock.path,
            "inventory_sha512": stock.inventory_sha512,
            "content_sha256": stock.content_sha256,
        }
        different = [name for name, value in same.items() if getattr(known, name) != value]
        files = set(SealedFile.objects.filter(object=known).values_list("sha256", "path"))
        if files != set(stock.file_paths):
            different.append("sealed_files")
        if different:
            raise Differs(known, different)


def _current_last(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The database holds one current row at a time: the one before gives way first."""
    return sorted(rows, key=lambda row: row["current"])


def renumber() -> None:
    """Tables that number their rows go on after the highest number that came back."""
    from django.core.management.color import no_style

    statements = connection.ops.sequence_reset_sql(no_style(), [Placement, AgencyName])
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
