"""Stamped marks of the head: secrecy, urgency, draft. A mark stands by itself; the same word in a name or sentence is none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from repository.head.layout import body_start, mottos
from repository.head.types import TYPE_NAMES
from repository.text.fold import fold

_SECRECY = {"mat": "mật", "toi mat": "tối mật", "tuyet mat": "tuyệt mật"}
_URGENCY = {"khan": "khẩn", "thuong khan": "thượng khẩn", "hoa toc": "hỏa tốc", "hoa toc hen gio": "hỏa tốc hẹn giờ"}
_BORDER = re.compile(r"\n|\t| {2,}|[|]|(?<=[A-ZĐ]) [-/] (?=[A-ZĐ])")
_LABEL = re.compile(r"(?:muc )?do (mat|khan)(?: cua van ban)? ?[:.] ?(.*)", re.DOTALL)
_TRIMMED = " \t*()[]{}<>\"'.:;_-=/\\|•■□"
_OUTSIDE_OF_HEAD = 2500
_WITHOUT_HEAD = 600
# Words before a lonely "MẬT" of a wrapped line that make it the end of a word: bí mật, bảo mật, cơ mật, ong mật …
_COMPOUNDS = frozenset(
    ("bi", "bao", "co", "ong", "giu", "duong", "tui", "do", "tuyet", "toi", "than", "muc", "va", "nuoc")
)
_WHOLE = re.compile(r"(?<![^\s|])(?:(?:TỐI|TUYỆT|TÓI|TÔI|TOI|TUYET) )?(?:MẬT|MÂT|MẠT|MAT)(?![^\s|])")
_WHOLE_URGENT = re.compile(
    r"(?<![^\s|])(?:(?:THƯỢNG|THUONG) (?:KHẨN|KHAN)|(?:HỎA|HOẢ|HOA) (?:TỐC|TOC)(?: (?:HẸN|HEN) (?:GIỜ|GIO))?|KHẨN|KHAN)(?![^\s|])"
)
_NEXT_IS_HEAD = re.compile(
    r"\s*(?:so\s{0,3}:|so\s{0,2}\d|cong hoa xa hoi|doc lap|do mat|do khan|kinh gui|[^\n,]{2,25}, ngay |$)"
)
_NEXT_IS_TITLE = re.compile(rf"\s*{TYPE_NAMES}(?![a-z])")
_BEFORE_IS_HEAD = re.compile(r"(?:hanh phuc|viet nam|^|[a-z0-9]-[a-z0-9]{2,}|\d/[a-z&]{2,}|(?:19|20)\d\d)[\s\-_*]*$")
_DRAFT = re.compile(r"(?:ban )?du thao(?: (?:lan|ngay|so|\d|v\d|[12]\b|thang).{0,30}| \(?lan.{0,20})?")


@dataclass(frozen=True, slots=True)
class Mark:
    value: str
    start: int
    end: int


def secrecy_mark(text: str) -> str | None:
    """`mật`, `tối mật` or `tuyệt mật` when the mark stands by itself in the head of `text`; None otherwise.

    By itself means: alone on its line or in its cell (tab, bar, two blanks), behind "Độ mật:", or, where extraction put the
    whole head on one line, in capitals next to the motto, the number or the date. "Bí mật nhà nước", "BẢO MẬT", "mật độ" are none.
    """
    folded = fold(text[:_OUTSIDE_OF_HEAD])
    found = find_secrecy(text, folded)
    return found.value if found else None


def find_secrecy(text: str, folded: str, end: int | None = None) -> Mark | None:
    """The mark of secrecy in the head of `text`, which ends at `end` (None: find it); `folded` is its fold."""
    return _find(text, folded, "mat", _SECRECY, _WHOLE, end)


def find_stamp_at_top(text: str, folded: str) -> Mark | None:
    """A mark of secrecy in capitals that is the whole of one of the first five lines: for covers and texts without a head."""
    lines = [line for line in re.finditer(r"[^\n]+", text[:_WITHOUT_HEAD]) if line.group().strip()]
    for line in lines[:5]:
        words = " ".join(folded[line.start() : line.end()].strip(_TRIMMED).split())
        printed = line.group().strip(_TRIMMED)
        value = _value_alone(printed, words, _SECRECY)
        if value and printed.isupper():
            return Mark(value, line.start(), line.end())
    return None


def find_urgency(text: str, folded: str, end: int | None = None) -> Mark | None:
    """The mark of urgency in the head of `text`."""
    return _find(text, folded, "khan", _URGENCY, _WHOLE_URGENT, end)


def find_draft(text: str, folded: str, end: int | None = None) -> Mark | None:
    """The words "Dự thảo" in a cell or on a line of their own in the head."""
    if "du thao" not in folded:
        return None
    limit = _head_end(text, folded) if end is None else min(end, _OUTSIDE_OF_HEAD)
    for start, stop in _cells(text[:limit]):
        words = " ".join(folded[start:stop].strip(_TRIMMED).split())
        if words.startswith(("du thao", "ban du thao")) and _DRAFT.fullmatch(words):
            return Mark("dự thảo", start, stop)
    return None


def _head_end(text: str, folded: str) -> int:
    limit = min(len(text), len(folded), _OUTSIDE_OF_HEAD)
    if not mottos(text, folded, 0, limit):
        limit = min(limit, _WITHOUT_HEAD)
    return body_start(text, folded, 0, limit)


def _find(
    text: str, folded: str, label: str, names: dict[str, str], whole: re.Pattern[str], end: int | None
) -> Mark | None:
    if not any(name in folded for name in names):
        return None
    end = _head_end(text, folded) if end is None else min(end, _OUTSIDE_OF_HEAD)
    previous = ""
    for start, stop in _cells(text[:end]):
        cell = folded[start:stop].strip(_TRIMMED)
        if not cell:
            continue
        words = " ".join(cell.split())
        labelled = _LABEL.fullmatch(words)
        if labelled:
            value = names.get(labelled[2].strip(_TRIMMED)) if labelled[1] == label else None
        else:
            value = _value_alone(text[start:stop].strip(_TRIMMED), words, names)
            if value and _ends_a_word(previous, text[start:stop]):
                value = None
        previous = words
        if value:
            return Mark(value, start, stop)
    return _next_to_head(text[:end], folded[:end], names, whole)


def _value_alone(printed: str, words: str, names: dict[str, str]) -> str | None:
    if words.startswith("hoa toc hen gio") and len(words) < 40:
        words = "hoa toc hen gio"
    value = names.get(words)
    if value is None or not printed[:1].isupper():
        return None
    # "MẶT", "MẤT", "Khăn", "KHÁN" are other words; scanners lose marks more often than they put wrong ones.
    last = words.split()[-1]
    if last == "mat" and fold_last(printed) not in {"mật", "mât", "mạt", "mat"}:
        return None
    if last == "khan" and fold_last(printed) not in {"khẩn", "khân", "khấn", "khan", "khản"}:
        return None
    return value


def fold_last(printed: str) -> str:
    return printed.split()[-1].lower()


def _ends_a_word(previous: str, printed: str) -> bool:
    """Whether the line above ends in half of a word ("BẢO" over "MẬT")."""
    return bool(previous) and previous.split()[-1] in _COMPOUNDS and len(printed.split()) == 1


def _cells(text: str) -> list[tuple[int, int]]:
    spans = []
    position = 0
    for border in _BORDER.finditer(text):
        spans.append((position, border.start()))
        position = border.end()
    spans.append((position, len(text)))
    return [(start, end) for start, end in spans if end > start]


def _next_to_head(text: str, folded: str, names: dict[str, str], whole: re.Pattern[str]) -> Mark | None:
    """A mark in capitals that a flattened head left between the motto, the number and the date."""
    for match in whole.finditer(text):
        before, after = folded[max(0, match.start() - 40) : match.start()], folded[match.end() : match.end() + 60]
        value = names.get(" ".join(folded[match.start() : match.end()].split()))
        if (
            value
            and (_NEXT_IS_HEAD.match(after) or _BEFORE_IS_HEAD.search(before))
            and not _is_in_a_name(before, text, match)
        ):
            return Mark(value, match.start(), match.end())
    return None


def _is_in_a_name(before: str, text: str, match: re.Match[str]) -> bool:
    words = before.split()
    follows_compound = bool(words) and words[-1] in _COMPOUNDS
    following = text[match.end() :].split(maxsplit=1)
    goes_on = bool(following) and len(following[0]) > 1 and following[0].isalpha() and following[0].isupper()
    after = fold(text[match.end() : match.end() + 40])
    goes_on = goes_on and not after.lstrip().startswith(("cong hoa xa", "doc lap")) and not _NEXT_IS_TITLE.match(after)
    return follows_compound or goes_on
