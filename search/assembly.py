"""What the index is told of a document, assembled in bulk: a handful of queries for a whole batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from repository.access import keys_of_documents
from repository.codes import DossierState, FileRole, Indication
from repository.models import Document, Dossier, Extraction, File, Placement, Retention
from search.engines.base import Change, Deletion, IndexDocument

WORST_FIRST = (Indication.FAILED, Indication.INDETERMINATE, Indication.WAITING, Indication.PASSED, Indication.NONE)


def assemble(revisions: dict[UUID, int]) -> list[Change]:
    """The changes that bring the index to these revisions; a document that is gone is deleted there."""
    documents = Document.objects.filter(pk__in=revisions).select_related("agency").in_bulk()
    keys = keys_of_documents(documents.values())
    files = _files(documents)
    texts = _texts([file.pk for rows in files.values() for file in rows])
    homes = _homes(documents)
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
                text="\n".join(texts[file.pk] for file in rows if texts.get(file.pk)),
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
                keys=keys[pk],
                facets=_facets(document, rows, homes.get(pk)),
                date=document.issued_date,
            )
        )
    return changes


def _files(documents: dict[UUID, Document]) -> dict[UUID, list[File]]:
    """The files of each document's current version, the main one first."""
    found: dict[UUID, list[File]] = defaultdict(list)
    rows = File.objects.filter(version__document__in=documents, version__current=True).select_related(
        "version", "status"
    )
    for file in sorted(rows, key=lambda file: (file.role != FileRole.MAIN, file.pk)):
        found[file.version.document_id].append(file)
    return found


def _texts(files: list[UUID]) -> dict[UUID, str]:
    return dict(Extraction.objects.filter(file__in=files, current=True).values_list("file_id", "text"))


def _homes(documents: dict[UUID, Document]) -> dict[UUID, tuple[Dossier, str]]:
    """The dossier each document was first filed in, with its retention, where whoever sees the document may know of it.

    A dossier elsewhere or more secret than the document must not show through the document's facets.
    """
    homes: dict[UUID, tuple[Dossier, str]] = {}
    places = Placement.objects.filter(document__in=documents).select_related("dossier").order_by("placed_at", "pk")
    retention = dict(
        Retention.objects.filter(dossier__placements__document__in=documents).values_list("dossier_id", "state")
    )
    for place in places:
        document = documents[place.document_id]
        if (
            place.document_id not in homes
            and place.dossier.agency_id == document.agency_id
            and place.dossier.secrecy <= document.secrecy
        ):
            homes[place.document_id] = (place.dossier, retention.get(place.dossier_id, ""))
    return homes


def _facets(document: Document, files: Iterable[File], home: tuple[Dossier, str] | None) -> dict[str, tuple[str, ...]]:
    indications = [Indication(file.status.indication) for file in files if file.role == FileRole.MAIN]
    weakest = min(indications, key=WORST_FIRST.index, default=Indication.NONE)
    facets = {
        "agency": tuple(str(serial) for serial in document.agency.serials),
        "type": (document.type_name or document.get_type_code_display(),),
        "secrecy": (str(document.secrecy),),
        "verdict": (str(weakest),),
        "format": tuple(sorted({file.mime for file in files})),
        "state": (
            str(DossierState.ARCHIVED) if document.sealed_at else home[0].state if home else str(DossierState.OPEN),
        ),
    }
    if document.issued_date:
        facets["year"] = (str(document.issued_date.year),)
    if home:
        dossier, retention = home
        facets["dossier"] = (str(dossier.pk),)
        if dossier.fonds_id:
            facets["fonds"] = (str(dossier.fonds_id),)
        if retention:
            facets["retention"] = (retention,)
    return facets
