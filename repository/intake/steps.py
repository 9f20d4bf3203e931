"""The repository's own step: read the head out of the text."""

from __future__ import annotations

from repository.head import read_head
from repository.intake.context import Intake
from repository.models import Document, File


class ReadHead:
    name = "head"
    order = 30

    def look(self, intake: Intake) -> None:
        intake.head = read_head(intake.text, file_name=intake.name, pages=intake.pages) if intake.text.strip() else None

    def save(self, intake: Intake, document: Document, file: File) -> None:
        """The document was filled from the head before it was saved."""
