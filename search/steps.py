"""The intake step that reads the text out of a file."""

from __future__ import annotations

from typing import Any

from repository.clock import now
from repository.intake.context import Intake
from repository.jobs.outcomes import Again, ItemFailed
from repository.models import Document, Extraction, File
from search.extraction import (
    Damaged,
    Empty,
    Encrypted,
    ExtractionError,
    ServiceDown,
    TooLarge,
    TooLate,
    UnsupportedFormat,
    extract,
)

CODES: dict[type[ExtractionError], str] = {
    Encrypted: "locked",
    Damaged: "damaged",
    Empty: "empty",
    TooLate: "too-slow",
    TooLarge: "too-large",
}


class ReadText:
    """Text with its page offsets. A format without text (sound, film, drawings) is kept as it is."""

    name = "text"
    order = 20

    def look(self, intake: Intake) -> None:
        try:
            found = extract(intake.path, mime=intake.mime, password=intake.password, on_page=intake.page_read)
        except UnsupportedFormat:
            return
        except ServiceDown as error:
            raise Again("text-service-down", error.message) from error
        except ExtractionError as error:
            raise ItemFailed(CODES.get(type(error), "unreadable"), error.message) from error
        intake.text, intake.pages, intake.page_count = found.text, found.pages, found.page_count
        intake.found[self.name] = found

    def save(self, intake: Intake, document: Document, file: File) -> None:
        found: Any = intake.found.get(self.name)
        if found is None:
            return
        if found.raw is not None:
            # As the file has it, beside the text that was made of it: another converter may know better one day.
            raw, pages = found.raw
            engine, _, _ = found.engine.rpartition("+")
            version, _, _ = found.engine_version.rpartition(", ")
            Extraction.objects.create(
                file=file,
                text=raw,
                pages=list(pages),
                engine=engine,
                engine_version=version,
                ocr=found.ocr,
                made_at=now(),
                current=False,
            )
        Extraction.objects.create(
            file=file,
            text=found.text,
            pages=list(found.pages),
            engine=found.engine,
            engine_version=found.engine_version,
            ocr=found.ocr,
            # As they stand in the code: a page says them in its reader's language.
            warnings=list(found.warnings),
            made_at=now(),
        )
