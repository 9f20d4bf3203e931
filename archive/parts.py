"""Everything that belongs to some documents, read in a few statements for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from repository.models import Document, Extraction, File, FileStatus, Grant, Verification, Version


@dataclass
class Parts:
    """A document with its rows, each kind in the order of its identity (versions: of their numbers)."""

    document: Document
    versions: list[Version] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    extractions: list[Extraction] = field(default_factory=list)
    verifications: list[Verification] = field(default_factory=list)
    statuses: list[FileStatus] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)


def load(documents: list[UUID]) -> Iterator[Parts]:
    """The parts of each of the documents, in their order."""
    found = {key: Parts(document) for key, document in Document.objects.in_bulk(documents).items()}
    for version in Version.objects.filter(document__in=documents).order_by("number"):
        found[version.document_id].versions.append(version)
    of_file: dict[UUID, Parts] = {}
    for file in File.objects.filter(version__document__in=documents).select_related("version").order_by("pk"):
        of_file[file.pk] = found[file.version.document_id]
        of_file[file.pk].files.append(file)
    files = list(of_file)
    for extraction in Extraction.objects.filter(file__in=files).order_by("pk"):
        of_file[extraction.file_id].extractions.append(extraction)
    for verification in Verification.objects.filter(file__in=files).order_by("pk"):
        of_file[verification.file_id].verifications.append(verification)
    for status in FileStatus.objects.filter(file__in=files).order_by("pk"):
        of_file[status.file_id].statuses.append(status)
    for grant in Grant.objects.filter(document__in=documents).order_by("pk"):
        if grant.document_id is not None:
            found[grant.document_id].grants.append(grant)
    for key in documents:
        yield found[key]
