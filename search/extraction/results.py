"""What extraction gives, and within which limits it works."""

from dataclasses import dataclass, field
from typing import Literal

OcrState = Literal["none", "done", "pending", "failed"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how large one file may make its readers. Seconds, megabytes, characters, counts."""

    text_seconds: float = 60
    text_seconds_per_mb: float = 2  # of the file, added
    text_memory_mb: int = 1500
    text_characters: int = 20_000_000  # what is beyond is cut off, with a warning
    ocr_seconds_per_page: float = 120
    ocr_seconds: float = 3600  # for all pages of one file
    ocr_memory_mb: int = 1500
    unpacked_mb: int = 600  # all that a packed file holds, packed files inside it included
    packed_ratio: int = 150  # unpacked to packed, above which a file over 50 MB unpacked is a bomb
    packed_entries: int = 20_000
    packed_depth: int = 3  # a package in a package in a package
    image_pixels: int = 120_000_000  # A3 at 600 dpi has 70 million
    pages: int = 20_000


DEFAULT = Limits()


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of one file.

    `text` is NFC with its original accents; `pages[i]` is the offset in `text` at which page i + 1 starts (one entry,
    0, where the format has no pages). `ocr`: "none", no page needed it; "done"; "pending", pages need it and this
    machine has no Tesseract with Vietnamese; "failed", at least one page could not be read. `language` is an ISO 639-1
    code or "". `page_count` is what the file says of itself, None where it does not. `warnings` are English msgids.
    `raw`: the text before it was converted out of a font from before Unicode, with the offsets of its pages; else None.
    """

    text: str
    pages: tuple[int, ...]
    engine: str
    engine_version: str
    ocr: OcrState = "none"
    language: str = ""
    page_count: int | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    raw: tuple[str, tuple[int, ...]] | None = None

    def page_texts(self) -> tuple[str, ...]:
        """The text of each page, without the line break that ends it."""
        ends = (*self.pages[1:], len(self.text) + 1)
        return tuple(self.text[start : end - 1] for start, end in zip(self.pages, ends, strict=True))
