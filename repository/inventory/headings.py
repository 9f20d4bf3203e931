"""Which row of a table holds its headings, and what each column is: guessed from Vietnamese headings, with and without marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from repository.text.fold import fold

# What a column may be. `code` is number and notation as printed; `type_subject` a type's name and the subject in one cell.
KEYS = (
    "order", "file", "code", "number", "notation", "issued_date", "type_name", "subject", "type_subject", "organ_name",
    "signer_name", "page_amount", "sheet", "description",
)  # fmt: skip
# Folded; the first key whose words fit gets the column. Longer headings stand before those they contain.
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("type_subject", ("ten loai va trich yeu", "the loai va trich yeu", "loai va trich yeu", "ten loai trich yeu")),
    ("subject", ("trich yeu", "noi dung van ban", "noi dung", "ve viec", "tieu de van ban", "tieu de", "ten van ban")),
    (
        "file",
        (
            "ten tep",
            "ten file",
            "ten tap tin",
            "tep dinh kem",
            "file dinh kem",
            "duong dan",
            "file name",
            "file",
            "tep",
        ),
    ),
    ("code", ("so ky hieu", "so va ky hieu", "so hieu", "so ki hieu", "so va ki hieu", "so kh", "number and notation")),
    ("issued_date", ("ngay thang", "ngay ban hanh", "ngay van ban", "ngay vb", "ngay ky", "ngay", "thoi gian", "date")),
    ("page_amount", ("so trang", "so to", "so luong to", "so luong trang", "pages")),
    ("sheet", ("to so", "trang so", "tu to den to", "tu trang", "but luc")),
    ("organ_name", ("tac gia", "co quan ban hanh", "noi ban hanh", "don vi ban hanh", "noi gui", "co quan", "author")),
    ("signer_name", ("nguoi ky", "ho ten nguoi ky", "signer")),
    ("type_name", ("loai van ban", "ten loai", "the loai", "loai vb", "loai", "type")),
    ("notation", ("ky hieu", "ki hieu", "notation")),
    ("order", ("stt", "so tt", "so thu tu", "tt", "no")),
    ("number", ("so van ban", "so vb", "so", "number")),
    ("description", ("ghi chu", "chu thich", "note")),
)
LOOKED_AT = 30
_ENOUGH = 2


@dataclass(frozen=True)
class Layout:
    """`head` is the row of the headings (from 0; -1 where none was found), `first` the first row of the list, `columns` {column: key}."""

    head: int
    first: int
    columns: dict[int, str]


def normal(text: str) -> str:
    """Folded, letters and figures only, one blank between words; what stands in brackets is an explanation."""
    folded = fold(unicodedata.normalize("NFC", text))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", re.sub(r"\([^)]*\)", " ", folded)).split())


def layout_of(rows: Sequence[Sequence[str]], head: int | None = None) -> Layout:
    """Find the headings, or take those of the row `head`; a second row under them (merged headings) is read with them."""
    candidates = range(min(len(rows), LOOKED_AT)) if head is None else [head] if 0 <= head < len(rows) else []
    best = Layout(-1, 0, {})
    for at in candidates:
        alone = guess(rows[at])
        both = guess(_joined(rows[at], rows[at + 1])) if at + 1 < len(rows) and _may_be_head(rows[at + 1]) else {}
        two = bool(alone) and len(both) > len(alone)
        found = both if two else alone
        if len(found) > len(best.columns):
            best = Layout(at, at + (2 if two else 1), found)
    if len(best.columns) < _ENOUGH and head is None:
        return Layout(-1, 0, {})
    first = best.first
    while first < len(rows) and _numbers_columns(rows[first]):
        first += 1
    return Layout(best.head if head is None else head, first, best.columns)


def guess(headings: Sequence[str]) -> dict[int, str]:
    """{column: key}, each key once, the surest first: a heading that is the word, then one that begins with it, then one that holds it."""
    scored: list[tuple[int, int, int, str]] = []
    for column, heading in enumerate(headings):
        said = normal(heading)
        if not said or len(said) > 80:
            continue
        for place, (key, words) in enumerate(_WORDS):
            score = max((_fit(said, word) for word in words), default=0)
            if score:
                scored.append((-score, place, column, key))
    found: dict[int, str] = {}
    for _score, _place, column, key in sorted(scored):
        if column not in found and key not in found.values():
            found[column] = key
    return dict(sorted(found.items()))


def _fit(said: str, word: str) -> int:
    if said == word:
        return 3
    if len(word) < 4:
        return 0
    return 2 if said.startswith(word + " ") else 1 if f" {word} " in f" {said} " else 0


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Headings of two rows: under a merged one the lower names the column; where it is empty the upper does."""
    width = max(len(upper), len(lower))
    padded = [[*row, *[""] * (width - len(row))] for row in (upper, lower)]
    return [below or above for above, below in zip(*padded, strict=True)]


def _may_be_head(row: Sequence[str]) -> bool:
    """Short words without figures: a row of the list has a number or a date in it."""
    filled = [cell for cell in row if cell]
    return bool(filled) and not any(re.search(r"\d", cell) or len(cell) > 60 for cell in filled)


def _numbers_columns(row: Sequence[str]) -> bool:
    """The row "(1) (2) (3)" or "1 2 3" under the headings."""
    filled = [cell.strip("() .") for cell in row if cell]
    return len(filled) > 2 and filled == [str(n) for n in range(1, len(filled) + 1)]
