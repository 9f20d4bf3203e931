"""Letters that the sheets' fonts can show. PDF/A allows no letter without a shape, so what is not here is set as an empty square."""

from __future__ import annotations

import unicodedata

MISSING = "\N{WHITE SQUARE}"
# Latin with every Vietnamese letter, Greek, Cyrillic, and the signs that stand in titles. A test sets each of them.
RANGES = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x17F), (0x192, 0x192), (0x1A0, 0x1A1), (0x1AF, 0x1B0), (0x1CD, 0x1DC), (0x218, 0x21B),
    (0x2C6, 0x2C7), (0x300, 0x304), (0x306, 0x309), (0x323, 0x323), (0x386, 0x386), (0x388, 0x38A), (0x38C, 0x38C), (0x38E, 0x3A1),
    (0x3A3, 0x3CE), (0x400, 0x45F), (0x1E80, 0x1E85), (0x1EA0, 0x1EF9), (0x2010, 0x2015), (0x2018, 0x201E), (0x2020, 0x2022),
    (0x2026, 0x2026), (0x2030, 0x2030), (0x2032, 0x2033), (0x2039, 0x203A), (0x2044, 0x2044), (0x20AB, 0x20AC), (0x2116, 0x2116),
    (0x2122, 0x2122), (0x2190, 0x2193), (0x2212, 0x2212), (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265), (0x25A1, 0x25A1),
)  # fmt: skip
SHOWN = frozenset(chr(code) for first, last in RANGES for code in range(first, last + 1))


def printable(text: str) -> str:
    """The text as the sheets can show it: composed letters, one space for every run of spaces and breaks, no control or format sign."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(
        letter if letter in SHOWN else MISSING
        for letter in composed
        if unicodedata.category(letter) not in ("Cc", "Cf")
    )
