"""Notations of headings and dossiers by rule (Nghị định 30/2020, phụ lục V and annex VI): `01.TCCB`, and a dossier's FileCode.

A heading's notation is a running number and the mark of its matter, the number of two digits at least. A group (đề mục) may carry its mark
alone: the headings below it then run through 01.TCCB, 02.TCCB, … as the decree numbers them within each large heading. What stands below a
numbered heading takes that heading's notation and a number of its own: 04.ATGT.1. Everything here is computed from what is taken already and
asks no database; who writes holds the plan's row (or the agency's), and the unique constraint is the last word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from repository.text.fold import fold

LONGEST_NOTATION = 20  # characters of FileNotation, Nghị định 30/2020 annex VI
LONGEST_MARK = 6
NUMBERED = re.compile(r"(?P<number>\d{1,6})\.(?P<mark>[A-ZĐ][A-ZĐ0-9]*)(?P<below>(?:\.\d{1,6})*)")
MARK = re.compile(r"[A-ZĐ][A-ZĐ0-9]{0,15}")
# Letters and digits in groups; what agencies write beside the rule (`09.K/MT`, `11.X-D2`) is let stand.
ACCEPTED = re.compile(r"[0-9A-ZĐ][0-9A-ZĐ]*(?:[.\-/][0-9A-ZĐ]+)*")
WORD = re.compile(r"[^\W_]+")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# A year, or a period whole, so that its end is not taken for a year.
OF_A_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?:\s*[-–]\s*(?:19|20)\d\d)?(?!\d)")
# Words that an abbreviation leaves out.
LINKING = frozenset(
    [
        "va",
        "cua",
        "cac",
        "cho",
        "ve",
        "trong",
        "tren",
        "tai",
        "theo",
        "voi",
        "boi",
        "tu",
        "den",
        "nam",
        "hang",
        "ho",
        "so",
    ]
)


@dataclass(frozen=True)
class Notation:
    """`04.ATGT.1`: number 4, mark ATGT, below (1,)."""

    number: int
    mark: str
    below: tuple[int, ...] = ()

    def __str__(self) -> str:
        return ".".join([f"{self.number:02d}", self.mark, *map(str, self.below)])


def parse(notation: str) -> Notation | None:
    """The parts of a notation that follows the rule; None for any other."""
    found = NUMBERED.fullmatch(notation)
    if found is None:
        return None
    return Notation(int(found["number"]), found["mark"], tuple(int(part) for part in found["below"].split(".")[1:]))


def is_mark(notation: str) -> bool:
    return MARK.fullmatch(notation) is not None


def tidy(notation: str) -> str:
    """As it is kept: capitals, no spaces."""
    return "".join(notation.split()).upper()


def mark_of(title: str) -> str:
    """The initials of the title's words, without the years and linking words in it: "Tổ chức cán bộ năm 2026" gives TCCB."""
    words = [word for word in WORD.findall(YEAR.sub(" ", title)) if _letter(word[0])]
    telling = [word for word in words if fold(word) not in LINKING] or words
    if len(telling) == 1:
        # One word alone says more by its own letters: "Thuế" gives THUE.
        return "".join(map(_letter, telling[0]))[:4]
    return "".join(_letter(word[0]) for word in telling[:LONGEST_MARK]) or "HS"


def _letter(character: str) -> str:
    """A capital without marks, with đ kept: the decree abbreviates QĐ and HĐ."""
    if character in "đĐ":
        return "Đ"
    plain = fold(character).upper()
    return plain if re.fullmatch(r"[A-Z]", plain) else ""


def next_notation(title: str, taken: Collection[str], *, parent: str = "", mark: str = "") -> str:
    """The notation of one more heading under `parent` (its notation, empty at the top) in a plan whose notations are `taken`.

    Never one that is taken; a number that was given back in the middle of a series is not given again.
    """
    above = parse(parent) if parent else None
    if above is not None:
        base, width = str(above), 1
        numbers = [_tail(one, base) for one in taken]
        ending = ""
    elif parent and is_mark(parent):
        base, width, ending = "", 2, f".{parent}"
        numbers = [found.number for one in taken if (found := parse(one)) and found.mark == parent and not found.below]
    elif parent:
        base, width, ending = parent, 1, ""
        numbers = [_tail(one, base) for one in taken]
    else:
        mark = mark or mark_of(title)
        base, width, ending = "", 2, f".{mark}"
        numbers = [found.number for one in taken if (found := parse(one)) and not found.below]
    number = 1 + max(numbers, default=0)
    held = set(taken)
    while True:
        candidate = f"{base}.{number}" if base else f"{number:0{width}d}{ending}"
        if candidate not in held:
            return candidate
        number += 1


def _tail(notation: str, base: str) -> int:
    """The number behind `base.`; 0 where the notation is not directly below it."""
    rest = notation.removeprefix(f"{base}.")
    return int(rest) if rest != notation and rest.isdecimal() and len(rest) < 7 else 0


def file_code(agency_code: str, year: int, notation: str) -> str:
    """FileCode: OrganId, FileCatalog and FileNotation, joined by dots: H99.01.2025.04.ATGT."""
    return f"{agency_code}.{year}.{notation}"


def next_dossier_notation(heading: str, taken: Iterable[str]) -> str:
    """The heading's own notation for its first dossier of the year, then `04.ATGT-2` and so on; without a heading HS-1, HS-2, …

    `taken` are the notations of the agency's dossiers of that year.
    """
    base = heading or "HS"
    numbers, held = [], set()
    for one in taken:
        held.add(one)
        rest = one.removeprefix(f"{base}-")
        if rest != one and rest.isdecimal() and len(rest) < 7:
            numbers.append(int(rest))
    if heading and heading not in held:
        return heading
    number = 1 + max(numbers, default=1 if heading else 0)
    while f"{base}-{number}" in held:
        number += 1
    return f"{base}-{number}"


def in_year(title: str, old: int, new: int) -> str:
    """The title with the plan's own year moved on; other years stay, and so do periods (2021-2025)."""
    return OF_A_YEAR.sub(lambda found: str(new) if found[0] == str(old) else found[0], title)


def sort_key(notation: str) -> tuple[int, str, tuple[int, ...], str]:
    """Marks before numbers of their own series, numbers as numbers: 2.X before 10.X."""
    found = parse(notation)
    return (found.number, found.mark, found.below, "") if found else (0, notation, (), notation)
