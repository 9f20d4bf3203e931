"""The file that a document's page speaks of, with what the panels about signatures read of it."""

from __future__ import annotations

from repository.codes import FileRole
from repository.models import Document, File

READ = ("status__verification", "evidence_leaf__stamp")


def main_file(document: Document) -> File | None:
    """The main file of the current version; asked for once, however many panels speak of it."""
    if "_signing_main_file" not in document.__dict__:
        rows = File.objects.filter(version__document=document, version__current=True, role=FileRole.MAIN)
        document.__dict__["_signing_main_file"] = rows.select_related(*READ).first()
    found: File | None = document.__dict__["_signing_main_file"]
    return found
