"""Names for files that people save: told by what is in them, and safe on Windows, macOS and Linux."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

# In bytes: file systems take 255, and a ZIP is unpacked below some folder; Windows counts the whole path.
LONGEST = 180
FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
SPACES = re.compile(r"\s+")
RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
LONGEST_CELL = 32_767


def file_name(parts: Iterable[str], ending: str) -> str:
    """The parts joined by " - ", cut to fit, with the ending. Never empty, hidden, reserved, or a path."""
    named = " - ".join(part for part in (_clean(part) for part in parts) if part)
    tail = _clean(ending).replace(" ", "")[:10]
    tail = f".{tail.lower()}" if tail else ""
    named = _cut(named, LONGEST - len(tail.encode())).strip(" .") or "tep"
    if RESERVED.match(named):
        named = f"_{named}"
    return f"{named}{tail}"


def sheet_text(text: str) -> str:
    """The text as a cell of a workbook can hold it."""
    return ILLEGAL_CHARACTERS_RE.sub("", text)[:LONGEST_CELL]


def _clean(text: str) -> str:
    # Format signs among them: one that turns the reading direction would disguise the ending.
    shown = "".join(
        letter
        for letter in unicodedata.normalize("NFC", SPACES.sub(" ", text))
        if unicodedata.category(letter)[0] != "C"
    )
    return FORBIDDEN.sub("-", shown).strip(" .")


def _cut(text: str, size: int) -> str:
    """The beginning of the text that takes at most so many bytes, never half a letter."""
    return text.encode()[:size].decode(errors="ignore")
