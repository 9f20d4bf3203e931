"""Text out of files: `extract(path, mime=...)`."""

from search.extraction.errors import (
    Damaged,
    Empty,
    Encrypted,
    ExtractionError,
    ServiceDown,
    TooLarge,
    TooLate,
    UnsupportedFormat,
)
from search.extraction.reading import close_workers, extract
from search.extraction.results import DEFAULT, Extracted, Limits, OcrState

__all__ = [
    "DEFAULT",
    "Damaged",
    "Empty",
    "Encrypted",
    "Extracted",
    "ExtractionError",
    "Limits",
    "OcrState",
    "ServiceDown",
    "TooLarge",
    "TooLate",
    "UnsupportedFormat",
    "close_workers",
    "extract",
]
