"""Days as people write them in tables: 05/02/2025, 5-2-2025, 2025-02-05, "ngày 05 tháng 02 năm 2025"."""

from __future__ import annotations

import re
from datetime import date

_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.\-\s]\s*(\d{1,2})\s*[/.\-\s]\s*(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_IN_WORDS = re.compile(r"(?:ngày\s+)?(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})", re.IGNORECASE)
_TOGETHER = re.compile(r"(\d{2})(\d{2})((?:19|20)\d{2})")


def read_day(written: str) -> date | None:
    """The day that is written; None where nothing is. Raises ValueError for what is no day: a year of two figures is one of those."""
    text = " ".join(written.split())
    if not text:
        return None
    if found := _YEAR_FIRST.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    found = _DAY_FIRST.fullmatch(text) or _IN_WORDS.fullmatch(text) or _TOGETHER.fullmatch(text)
    if not found:
        raise ValueError(f"no day: {text[:40]!r}")
    return date(int(found[3]), int(found[2]), int(found[1]))
