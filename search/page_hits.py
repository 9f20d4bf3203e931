"""Where the words of a query stand in a text, for pages that know nothing of queries."""

from __future__ import annotations

from search.marks import marks
from search.query import parse


def spans(text: str, typed: str) -> list[tuple[int, int]]:
    """Each place that is marked for what was typed: with or without accents, numbers in all their forms."""
    query = parse(typed)
    return [] if query.is_empty else [(mark.start, mark.end) for mark in marks(text, query)]
