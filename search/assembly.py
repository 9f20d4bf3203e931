"""What the index is told of a document, assembled in bulk: a handful of queries for a whole batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models.functions import Left, Length

from repository.access import keys_of_documents, keys_of_dossiers
from repository.codes import DossierState, FileRole, Indication
from repository.models import Agency, Document, Dossier, Extraction, File, Placement, Retention
from search.engines.base import LONGEST_TEXT, Change, Deletion, Home, IndexDocument
from search.query.fields import format_group, type_called

WORST_FIRST = (Indication.FAILED, Indication.INDETERMINATE, Indication.WAITING, Indication.PASSED, Indication.NONE)

_OF_DOSSIERS = ("agency_id", "fonds_id", "code", "title", "state", "secrecy", "maintenance")
# Naming the columns halves the time: a dossier has forty, and every document reads its own.


def assemble(revisions: dict[UUID, int], *, reading: bool = True) -> list[Change]:
    """The changes that bring the index to these revisions; a document that is gone is deleted there.

    Not `reading` leaves the texts where they are: enough to be compared by `digest_of`.
    """
    documents = Document.objects.filter(pk__in=revisions).select_related("agency").in_bulk()
    keys = keys_of_documents(documents.values())
    files = _files(documents)
    texts = _texts(files.values(), reading)
    filed = _filed(documents)
    homes = {pk: _known(document, filed[pk]) for pk, document in documents.items()}
    opened = keys_of_dossiers({place.pk: place for places in filed.values() for place, _ in places}.values())
    names = _agency_names(documents)
    changes: list[Change] = []
    for pk, revision in revisions.items():
        document = documents.get(pk)
        if document is None:
            changes.append(Deletion(id=str(pk), version=revision))
            continue
        rows = files[pk]
        changes.append(
            IndexDocument(
                id=str(pk),
                version=revision,
                title=document.subject,
                number=document.code,
                text="\n".join(text for file in rows for _, text in texts[file.pk] if text),
                file_names=tuple(file.name for file in rows),
                more=tuple(
                    part
                    for part in (
                        document.type_name,
                        document.organ_name,
                        document.signer_name,
                        document.signer_position,
                        document.to_places,
                        document.keyword,
                        document.description,
                        document.place,
                    )
                    if part
                ),
                agencies=tuple(dict.fromkeys(name for name in (document.organ_name, *names.get(pk, ())) if name)),
                signer=document.signer_name,
                dossiers=tuple(
                    Home(str(dossier.pk), (dossier.code, dossier.title), opened[dossier.pk]) for dossier, _ in filed[pk]
                ),
                keys=keys[pk],
                facets=_facets(document, rows, homes[pk]),
                date=document.issued_date,
                filed=document.received_at,
                texts=tuple(name for file in rows for name, _ in texts[file.pk]),
            )
        )
    return changes


def _files(documents: dict[UUID, Document]) -> dict[UUID, list[File]]:
    """The files of each document's current version, the main one first."""
    found: dict[UUID, list[File]] = defaultdict(list)
    rows = (
        File.objects.filter(version__document__in=documents, version__current=True)
        .select_related("version", "status")
        .only("name", "role", "mime", "version__document_id", "status__indication")
    )
    for file in sorted(rows, key=lambda file: (file.role != FileRole.MAIN, file.pk)):
        found[file.version.document_id].append(file)
    return found


def _texts(documents: Collection[list[File]], reading: bool) -> dict[UUID, list[tuple[str, str]]]:
    """Name and words of the current text of each file. A text is never changed, another one takes its place: so the name says which words.

    Of one document the first LONGEST_TEXT letters are read, whatever its files are.
    """
    found: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    rows = Extraction.objects.filter(file__in=[file.pk for files in documents for file in files], current=True)
    names = (
        {file: (pk, letters) for file, pk, letters in rows.values_list("file_id", "pk", Length("text"))}
        if reading
        else {file: (pk, 0) for file, pk in rows.values_list("file_id", "pk")}
    )
    words = _words(documents, names) if reading else {}
    for file, (pk, _) in names.items():
        found[file].append((str(pk), words.get(pk, "")))
    return found


def _words(documents: Iterable[list[File]], names: dict[UUID, tuple[UUID, int]]) -> dict[UUID, str]:
    whole: list[UUID] = []
    cut: dict[UUID, int] = {}
    for files in documents:
        left = LONGEST_TEXT
        for pk, letters in (names[file.pk] for file in files if file.pk in names):
            if letters <= left:
                whole.append(pk)
            elif left:
                cut[pk] = left
            left = max(0, left - letters)
    words = dict(Extraction.objects.filter(pk__in=whole).values_list("pk", "text"))
    for pk, letters in cut.items():
        words[pk] = Extraction.objects.values_list(Left("text", letters), flat=True).get(pk=pk)
    return words


def _agency_names(documents: dict[UUID, Document]) -> dict[UUID, tuple[str, ...]]:
    """The names of the agency that keeps each document and of those above it: what is issued by a unit is the agency's too."""
    serials = {serial for document in documents.values() for serial in document.agency.serials}
    names = dict(Agency.objects.filter(serial__in=serials).values_list("serial", "name"))
    return {
        pk: tuple(names[serial] for serial in reversed(document.agency.serials) if serial in names)
        for pk, document in documents.items()
    }


def _filed(documents: dict[UUID, Document]) -> dict[UUID, list[tuple[Dossier, Retention | None]]]:
    """The dossiers each document is filed in, the first one first, with their retention."""
    homes: dict[UUID, list[tuple[Dossier, Retention | None]]] = defaultdict(list)
    places = (
        Placement.objects.filter(document__in=documents)
        .select_related("dossier__agency")
        .only("document_id", "dossier__agency__path", *(f"dossier__{name}" for name in _OF_DOSSIERS))
        .order_by("placed_at", "pk")
    )
    retention = {
        one.dossier_id: one
        for one in Retention.objects.filter(dossier__placements__document__in=documents).only("dossier_id", "due_on")
    }
    for place in places:
        homes[place.document_id].append((place.dossier, retention.get(place.dossier_id)))
    return homes


def _known(document: Document, homes: list[tuple[Dossier, Retention | None]]) -> list[tuple[Dossier, Retention | None]]:
    """Those of its dossiers whose state, fonds and retention whoever sees the document may know: none elsewhere, none more secret."""
    return [
        (dossier, kept)
        for dossier, kept in homes
        if dossier.agency_id == document.agency_id and dossier.secrecy <= document.secrecy
    ]


def _facets(
    document: Document, files: Iterable[File], homes: list[tuple[Dossier, Retention | None]]
) -> dict[str, tuple[str, ...]]:
    indications = [Indication(file.status.indication) for file in files if file.role == FileRole.MAIN]
    weakest = min(indications, key=WORST_FIRST.index, default=Indication.NONE)
    state = DossierState.ARCHIVED if document.sealed_at else homes[0][0].state if homes else DossierState.OPEN
    dossiers = [dossier for dossier, _ in homes]
    values: dict[str, Iterable[object]] = {
        "agency": document.agency.serials,
        "unit": document.agency.serials[-1:],
        "type": [type_called(document.type_code, document.type_name)],
        "secrecy": [document.secrecy],
        "verdict": [weakest],
        "format": sorted({format_group(file.mime) for file in files}),
        "state": [state],
        "year": [document.issued_date.year] if document.issued_date else [],
        "signer": [" ".join(document.signer_name.split())],
        "fonds": [dossier.fonds_id for dossier in dossiers],
        "retention": [dossier.maintenance for dossier in dossiers],
        "due": [kept.due_on.year for _, kept in homes if kept and kept.due_on],
    }
    said = {
        facet: tuple(dict.fromkeys(str(value) for value in found if value not in ("", None)))
        for facet, found in values.items()
    }
    return {facet: found for facet, found in said.items() if found}
