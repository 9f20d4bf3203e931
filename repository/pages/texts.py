"""The text that was read out of a file, by pages."""

from __future__ import annotations

from bisect import bisect_right

from repository.models import Extraction
from repository.registry import find_words


def page_bounds(extraction: Extraction, number: int) -> tuple[int, int]:
    """Where the page, counted from 1, begins and ends in the text; nothing where it has no such page."""
    starts = extraction.pages or [0]
    if not 1 <= number <= len(starts):
        return 0, 0
    return starts[number - 1], starts[number] if number < len(starts) else len(extraction.text)


def page_text(extraction: Extraction, number: int) -> str:
    start, end = page_bounds(extraction, number)
    return extraction.text[start:end].strip()


def hits_by_page(extraction: Extraction | None, typed: str) -> dict[int, int]:
    """How often what was typed stands on each page, counted from 1; pages without it are left out."""
    if extraction is None or not typed.strip():
        return {}
    starts = extraction.pages or [0]
    found: dict[int, int] = {}
    for start, _end in find_words(extraction.text, typed):
        number = max(1, bisect_right(starts, start))
        found[number] = found.get(number, 0) + 1
    return found
