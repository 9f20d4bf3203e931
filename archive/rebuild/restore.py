"""Restore one object in one transaction: what its rows refer to, its documents, the dossier, its events, and where it lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection, models

from archive import layout
from archive.commit import take_stock, write_object
from archive.content import event_of
from archive.context import KINDS
from archive.models import SealedFile, SealedObject
from archive.reader import SealedObjectOnDisk
from archive.rebuild.put import BATCH, Differs, all_values, put_beside, put_many
from archive.rows import Row, values_of
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
# Documents restored at once: few enough for their texts to lie in memory.
DOCUMENTS = 50
# Where each kind of row stands in document.json, in the order a database can take them, and what of it may change over time.
OF_A_DOCUMENT: tuple[tuple[type[models.Model], str, tuple[str, ...] | None], ...] = (
    (Version, "versions", ("current",)),
    (File, "files", ()),
    (Extraction, "extractions", ("current",)),
    (Verification, "verifications", ()),
    (FileStatus, "statuses", None),
    (Grant, "grants", None),
)


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
        for start in range(0, len(ids), DOCUMENTS):
            self._documents(ids[start : start + DOCUMENTS])
        self._dossier()
        self._events()
        self._object()
        documents_changed(ids)

    def _count(self, model: type[models.Model], new: bool | int) -> None:
        self.counts[model._meta.model_name or ""] += int(new)

    def _records(
        self, model: type[models.Model], rows: list[dict[str, Any]], may_differ: tuple[str, ...] | None = ()
    ) -> None:
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            self._count(model, put_many(model, batch, may_differ=may_differ, overwrite=self.overwrite))

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

    def _documents(self, ids: list[UUID]) -> None:
        """A batch of documents, each kind of row in one go."""
        parts = [(key, self.found.document(key)) for key in ids]
        self._records(Document, list(self._document_values(parts)))
        for model, name, may_differ in OF_A_DOCUMENT:
            rows = [values for key, part in parts for values in self._values(model, key, part[name])]
            self._records(model, rows, may_differ)

    def _document_values(self, parts: list[tuple[UUID, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
        """A document of two dossiers keeps the moment it was first sealed."""
        sealed = dict(Document.objects.filter(pk__in=[key for key, _ in parts]).values_list("pk", "sealed_at"))
        for key, part in parts:
            values = values_of(Document, part["document"])
            yield {**values, "sealed_at": sealed.get(key) or values["sealed_at"]}

    def _values(self, model: type[models.Model], document_id: UUID, rows: list[Row]) -> Iterator[dict[str, Any]]:
        for values in all_values(model, rows):
            if model is Extraction:
                values["text"] = self.found.content(layout.text_of(document_id, values["id"])).decode()
            yield values

    def _dossier(self) -> None:
        described = self.found.json(layout.DOSSIER)
        # Before the dossier: under a sealed one the database takes no place any more.
        self._records(Placement, all_values(Placement, described["placements"]))
        dossier = values_of(Dossier, described["dossier"])
        # In a database in use the dossier may be in appraisal by now.
        self._records(Dossier, [dossier], () if self.overwrite else ("state",))
        held = Placement.objects.filter(dossier_id=dossier["id"]).count()
        if held != len(described["placements"]):
            raise Differs(Dossier(pk=dossier["id"]), ["placements"])
        if described["retention"]:
            self._beside(Retention, values_of(Retention, described["retention"]))
        self._records(Hold, all_values(Hold, described["holds"]), None)
        self._records(Grant, all_values(Grant, described["grants"]), None)

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


def renumber() -> None:
    """Tables that number their rows go on after the highest number that came back."""
    from django.core.management.color import no_style

    statements = connection.ops.sequence_reset_sql(no_style(), [Placement, AgencyName])
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
