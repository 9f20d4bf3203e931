"""The issuing agency and the one above it, from the left column of the head."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from repository.head.layout import blanked
from repository.text.fold import fold

_CHUNK = re.compile(r"[^\n\t|]+")
_WIDE = re.compile(r" {2,}")
_TRIMMED = " \t-_*.,;:°\"'"
# Words that open the name of an agency or unit, folded.
_OPENERS = (
    "uy ban nhan dan|ubnd|hoi dong nhan dan|hdnd|uy ban thuong vu quoc hoi|uy ban|uy ban mat tran|bo|so|tong cuc|cuc|chi cuc|vu|vien|truong"
    "|van phong|phong|thanh tra|trung tam|ban|hoi|lien doan|tong cong ty|cong ty|tap doan|ngan hang|bao hiem|kho bac|toa an|vien kiem sat"
    "|kiem toan|chinh phu|thu tuong chinh phu|quoc hoi|chu tich nuoc|hoc vien|dai hoc|benh vien|cong an|bo chi huy|bo tu lenh|quan khu"
    "|tinh uy|huyen uy|thanh uy|quan uy|dang uy|dang bo|chi bo|tinh doan|doan|hat|don vi|doi|tram|xi nghiep|nha|thu vien|bao tang|quy"
    "|hoi dong|tong lien doan|mat tran|thong tan xa|dai|tap chi|bao|trung uong|cang vu|to chuc|ban quan ly|tieu ban|lien hiep|lien minh|thong doc"
)
_OPENS = re.compile(rf"(?:{_OPENERS})(?![a-z])")
# A name that ends in one of these goes on in the next line; a line that opens with one of the second belongs to the line above.
_GOES_ON = re.compile(
    r"(?:(?<![a-z])(?:va|cua|thuong vu|ve|cac|nhan dan|quan ly|chi dao|to chuc|tinh|thanh pho|huyen|xa|phuong|quan"
    r"|thi xa|thi tran|nha nuoc|khoa hoc|hoi dong|viet nam,)|[-,])$"
)
_BELONGS = re.compile(
    r"(?:va|cua|tinh|thanh pho|tp|huyen|xa|phuong|quan|thi xa|thi tran|viet nam|khu vuc|cap|-)(?![a-z])"
)
# A unit inside an agency, where the two stand on one line.
_UNIT = re.compile(
    r"(?<=[a-z]) (?=(?:so|chi cuc|cuc|tong cuc|van phong|phong|thanh tra|truong|trung tam|vien|ban quan ly|benh vien|hat kiem lam|vu)\s[a-z])"
)
_HAS_UNITS = re.compile(
    r"(?:uy ban nhan dan|ubnd|bo|so|tong cuc|cuc|hoi dong nhan dan|dai hoc|cong an|chinh phu)(?![a-z])\s+[a-z]+\s+[a-z]+"
)
_TERM = re.compile(r"(?:khoa [ivxl]+|ky hop (?:thu|bat thuong)|nhiem ky)(?![a-z])")
_VOWEL = re.compile("[aeiouy]")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Agency:
    name: str
    start: int
    end: int


def find_agencies(text: str, start: int, end: int, taken: Iterable[tuple[int, int]]) -> list[Agency]:
    """Names in `text[start:end]` from the highest agency to the one that issued the document; `taken` are spans of other fields."""
    region = blanked(text[:end], taken)
    parts: list[tuple[str, int, int]] = []
    for chunk in _CHUNK.finditer(region, start):
        position = chunk.start()
        for piece in _WIDE.split(chunk.group()):
            stripped = piece.strip(_TRIMMED)
            if stripped:
                at = region.index(stripped, position)
                parts.append((stripped, at, at + len(stripped)))
                position = at + len(stripped)
    named = [part for part in parts if _may_name(part[0])]
    joined: list[Agency] = []
    for name, first, last in named:
        if joined and _is_continued(joined[-1].name, name):
            joined[-1] = Agency(_join(joined[-1].name, name), joined[-1].start, last)
        else:
            joined.append(Agency(name, first, last))
    units = [unit for agency in joined for unit in _split_units(agency)]
    return [unit for unit in units if _OPENS.match(fold(unit.name)) or len(units) == 1 or len(unit.name) > 6]


def _may_name(chunk: str) -> bool:
    if _TERM.match(fold(chunk)):
        return False
    letters = [letter for letter in chunk if letter.isalpha()]
    if not letters or len(chunk) > _LONGEST or chunk[0].isdigit():
        return False
    capitals = sum(map(str.isupper, letters))
    return capitals > 0.8 * len(letters) or (
        bool(_OPENS.match(fold(chunk))) and chunk[0].isupper() and not chunk.endswith((";", "."))
    )


def _is_continued(above: str, name: str) -> bool:
    folded, upper = fold(name), fold(above)
    if _GOES_ON.search(upper) or _BELONGS.match(folded):
        return True
    if not _VOWEL.search(upper.split()[-1]) or upper.split()[-1] in {"qu", "gi"} or len(name) == 1:
        return True
    return not _OPENS.match(folded)


def _join(above: str, name: str) -> str:
    last = fold(above.split()[-1])
    torn = (not _VOWEL.search(last) and len(last) <= 3) or last == "qu"
    return above + ("" if torn else " ") + name


def _split_units(agency: Agency) -> list[Agency]:
    folded = fold(agency.name)
    if not _HAS_UNITS.match(folded):
        return [agency]
    for border in _UNIT.finditer(folded):
        before = folded[: border.start()]
        if _HAS_UNITS.match(before) and not _GOES_ON.search(before):
            middle = agency.start + border.start()
            return [
                Agency(agency.name[: border.start()], agency.start, middle),
                Agency(agency.name[border.end() :], middle + 1, agency.end),
            ]
    return [agency]
