"""Rows and text without bytes, in bulk: what a benchmark of search and of long lists needs a million of.

Documents get identities that follow from their place in the stream, so that a run that was stopped goes on from there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction

from demo.bulk import rows
from demo.filing import URGENCIES
from demo.lines import Lines
from demo.world import World
from demo.zipf import Vocabulary
from repository.clock import now
from repository.codes import DocumentType, FileRole
from repository.ids import new_id
from repository.models import (
    Agency,
    Document,
    Dossier,
    Extraction,
    File,
    FilePlanEntry,
    FileStatus,
    Placement,
    Version,
)
from repository.registry import documents_changed
from repository.retention import refresh_retention

BATCH = 1000
PER_DOSSIER = 20
# One dossier in ten is a thick one: lists of documents are measured on it.
THICK = 200
_SPACE = 0xDE30_0000_0000_8000_8000 << 48


def document_id(seed: int, ordinal: int) -> UUID:
    """A UUID (version 8, RFC 9562) that says seed and place; later places sort after earlier ones."""
    return UUID(int=_SPACE | (seed & 0xFFFF) << 32 | ordinal)


def write_rows(count: int, world: World, agencies: dict[str, Agency], told: Callable[[int, int], None]) -> int:
    """Write the first `count` papers of the stream that are not in yet; returns how many were written."""
    start = _written(world.seed)
    if start >= count:
        return 0
    words = Vocabulary(world.seed)
    stream = ({**row, "text": words.text(row)} for row in rows(count - start, seed=world.seed, start=start))
    filer = _Filer(world, agencies)
    done = start
    for batch in _batches(stream):
        with transaction.atomic():
            filer.write(batch)
        done += len(batch)
        told(done, count)
    return done - start


def _written(seed: int) -> int:
    span = Document.objects.filter(pk__gte=document_id(seed, 0), pk__lt=document_id(seed, 0xFFFF_FFFF))
    last = span.order_by("-pk").values_list("pk", flat=True).first()
    return (last.int & 0xFFFF_FFFF) + 1 if last else 0


def _batches(stream: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(stream, BATCH)):
        yield batch


class _Filer:
    """Puts papers into dossiers of 20 or 200, by agency, year and heading; keeps only the open dossier of each."""

    def __init__(self, world: World, agencies: dict[str, Agency]) -> None:
        self.world = world
        self.agencies = agencies
        self._current: dict[tuple[str, int, str], tuple[Dossier, int]] = {}
        self._entries = {
            (entry.plan.agency_id, entry.plan.year, entry.notation.partition(".")[2]): entry
            for entry in FilePlanEntry.objects.select_related("plan", "record_class")
        }

    def write(self, batch: list[dict[str, Any]]) -> None:
        moment = now()
        lines = _lines(moment)
        ids = []
        for row in batch:
            dossier, number = self._place(row)
            document, version, file = document_id(self.world.seed, row["ordinal"]), new_id(), new_id()
            text = row["text"].encode()
            digest = hashlib.sha256(text + document.bytes).hexdigest()
            ids.append(document)
            lines["document"].add(
                id=document,
                agency_id=dossier.agency_id,
                type_name=row["type"],
                type_code=DocumentType.of_name(row["type"]),
                number=row["number"],
                notation=row["notation"],
                code=row["code"],
                issued_date=row["date"],
                place=row["place"],
                organ_name=row["agency_name"],
                subject=row["subject"][:500],
                signer_name=row["signer"],
                signer_position=row["position"],
                to_places="; ".join(row["recipients"])[:1000],
                urgency=URGENCIES[row["urgency"]],
            )
            lines["version"].add(id=version, document_id=document)
            lines["file"].add(
                id=file,
                version_id=version,
                name=f"{row['date'].year}_{row['number']}_{row['notation']}.txt",
                sha256=digest,
                sha512=hashlib.sha512(text).hexdigest(),
                size=len(text),
            )
            lines["extraction"].add(id=new_id(), file_id=file, text=row["text"])
            lines["status"].add(file_id=file)
            lines["placement"].add(dossier_id=dossier.pk, document_id=document, number=number, main_sha256=digest)
        for made in lines.values():
            made.write()
        documents_changed(ids)

    def _place(self, row: dict[str, Any]) -> tuple[Dossier, int]:
        key = (row["agency"], row["date"].year, row["heading"])
        dossier, number = self._current.get(key) or self._found(key)
        if dossier is None or number >= _room(dossier):
            dossier, number = self._new(key), 0
        self._current[key] = (dossier, number + 1)
        return dossier, number + 1

    def _found(self, key: tuple[str, int, str]) -> tuple[Dossier | None, int]:
        """The last dossier of an earlier run under the heading, and how many documents it has."""
        entry = self._entry(key)
        last = Dossier.objects.filter(entry=entry, creator="demo").order_by("-pk").first()
        return (last, last.placements.count()) if last else (None, 0)

    def _entry(self, key: tuple[str, int, str]) -> FilePlanEntry:
        agency, year, heading = key
        plans = self._entries
        identity = self.agencies[agency].pk
        return plans.get((identity, year, heading)) or plans[identity, year, "HCQT"]

    def _new(self, key: tuple[str, int, str]) -> Dossier:
        entry, moment = self._entry(key), now()
        agency = self.agencies[key[0]]
        count = Dossier.objects.filter(entry=entry, creator="demo").count() + 1
        notation = f"{entry.notation}-D{count}"
        assert entry.record_class is not None
        made = Dossier.objects.create(
            agency=agency,
            entry=entry,
            record_class=entry.record_class,
            code=f"{agency.code}.{key[1]}.{notation}",
            catalog_year=key[1],
            notation=notation,
            title=f"{entry.title}, tập {count}",
            maintenance=entry.record_class.maintenance,
            maintenance_years=entry.record_class.years,
            creator="demo",
            opened_at=moment,
            changed_at=moment,
        )
        refresh_retention([made.pk])
        return made


def _lines(moment: datetime) -> dict[str, Lines]:
    """The tables a paper is written to, in the order their keys ask for."""
    return {
        "document": Lines(Document(page_amount=1, received_at=moment, changed_at=moment)),
        "version": Lines(Version(number=1, made_by="demo", made_at=moment)),
        "file": Lines(File(role=FileRole.MAIN, mime="text/plain", page_count=1, received_at=moment)),
        "extraction": Lines(Extraction(pages=[0], engine="demo", made_at=moment)),
        "status": Lines(FileStatus()),
        "placement": Lines(Placement(number=0, placed_at=moment)),
    }


def _room(dossier: Dossier) -> int:
    """How many documents go into it, by the number its notation ends in: `04.ATGT-D5` is thick."""
    return THICK if dossier.notation.endswith("5") else PER_DOSSIER
