"""The number and notation of a document: `Số: 06/2022/QĐ-UBND`, `Luật số: 33/2024/QH15`, `Số 39-CT/TW`, `Số:     /UBND-VX`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from repository.head.types import TYPE_NAMES, canonical_notation
from repository.text.fold import fold

_DIGIT = "[0-9oil]"  # a scanner reads 0 and 1 as letters
_BLANK = r"[\s._…]{0,80}"
_MARK = r"(?<![a-z0-9])(?:[s$]\s?[o06]|s[ie](?=\s?:)|[58][o06](?=\s?:))\s{0,3}(?:[:.;]\s{0,3}){0,2}"
_NUMBER = (
    rf"(?P<number>{_DIGIT}(?:\s{{0,2}}{_DIGIT}){{0,6}}(?:\.[0-9]{{1,3}})?(?:\s?[a-h](?=\s{{0,3}}[-/])|[a-h](?![a-z]))?)"
)
_YEAR = rf"(?:\s{{0,3}}/\s{{0,3}}(?P<year>[12l]\s?[90o]\s?{_DIGIT}\s?{_DIGIT})(?=\s{{0,3}}[-/]))?"
_PART = "[a-z][a-z0-9&]{0,14}"
_NOTATION = rf"(?P<notation>{_PART}(?:(?:\s{{0,2}}[-/.]\s{{0,2}}|:){_PART}){{0,14}})"
_PRINTED = re.compile(rf"{_MARK}{_NUMBER}{_YEAR}\s{{0,3}}(?P<separator>[-/])\s{{0,3}}{_NOTATION}")
_LEFT_BLANK = re.compile(rf"{_MARK}{_BLANK}{_YEAR}\s{{0,3}}(?P<separator>[-/])\s{{0,3}}{_NOTATION}")
_SPACED = re.compile(rf"{_MARK}{_NUMBER}\s(?P<separator>)(?P<notation>{_PART}(?:\s?[-/]\s?{_PART}){{1,3}})")
_BARE = re.compile(rf"{_MARK}{_NUMBER}(?P<year>)(?P<separator>)(?P<notation>)(?=[ \t]*(?:\n|$|  |\t))")
_EMPTY = re.compile(
    r"(?<![a-z0-9])s\s?[o06]\s{0,3}:(?P<year>)(?P<separator>)(?P<notation>)[ \t._…]{0,80}(?=\n|$|  |\t|/)"
)
_FIRST = re.compile(_MARK)
# Words that make the number behind them another's: a form's, an annex's, or that of a document that is only mentioned.
_OTHERS = re.compile(
    rf"(?:(?<![a-z])(?:mau|bieu|bieu mau|phu luc|hieu|bao|bang|to|trang|quyen|tap|khoan|dieu|van ban|vao|ma|tai khoan|cong bao"
    rf"|chuong|muc|phieu|lo|thua|ban do|dien thoai|co|tham)|(?<![a-z])(?P<type>{TYPE_NAMES}))\s{{0,3}}$"
)
_WORD_BEFORE = re.compile(r"([^\W\d_]{2,}) \Z")
_ATTACHED = re.compile(
    rf"(?:kem\s{{1,3}}theo|dinh\s{{1,3}}kem)\s{{1,3}}(?:{TYPE_NAMES})\s{{1,3}}"
    rf"(?P<printed>s\s?[o06]\s{{0,3}}:?[\s._…]{{0,40}}(?:{_DIGIT}{{1,6}}[a-h]?)?"
    rf"\s{{0,2}}[/-]\s{{0,2}}(?:\d{{4}}\s{{0,2}}/\s{{0,2}})?{_PART}(?:\s?[-/]\s?{_PART}){{0,6}})"
)
_STAMP = re.compile(r"(?<!\d)\d{1,6}[a-hA-H]?(?!\d)")
_STAMPED_LINE = re.compile(r"[ \t]*\d{1,6}[a-h]?(?:[ \t]+\d{1,4}){0,3}[ \t]*$")


@dataclass(frozen=True, slots=True)
class Number:
    """`start` and `end` hold the printed number and notation, without the word "Số"; `mark` is where that word begins."""

    number: str | None
    year: int | None
    notation: str | None
    code: str | None
    mark: int
    start: int
    end: int
    sure: bool = True


def find_number(text: str, folded: str, start: int, end: int) -> Number | None:
    """The document's own number within `text[start:end]`; its `number` is None where the place was left blank."""
    position = start
    while match := _FIRST.search(folded, position, end):
        position = match.end()
        if _is_of_another(text, folded, match.start(), start):
            continue
        found = _read_at(text, folded, match.start(), end)
        if found:
            return found
    return None


def find_attached(text: str, folded: str, end: int) -> tuple[str, int, int] | None:
    """The number of the document that an annex belongs to ("Kèm theo Quyết định số …"), with its span."""
    match = _ATTACHED.search(folded, 0, end)
    if match is None:
        return None
    mark = re.match(r"s\s?[o06]\s{0,3}:?\s{0,3}", match["printed"])
    start = match.start("printed") + (mark.end() if mark else 0)
    stop = match.end("printed")
    return "".join(text[start:stop].split()).lstrip("._…"), start, stop


def stamped_line_above(text: str, mark: int) -> list[tuple[str, int, int]]:
    """The figures of the line above, when it holds nothing but a few: a number and a day stamped over their blanks."""
    line_start = text.rfind("\n", 0, mark) + 1
    if text[line_start:mark].strip():
        return []
    for _ in range(2):
        if line_start == 0:
            return []
        above = text.rfind("\n", 0, line_start - 1) + 1
        line = text[above : line_start - 1]
        if line.strip():
            if not _STAMPED_LINE.match(line.lower()):
                return []
            return [(found.group(), above + found.start(), above + found.end()) for found in _STAMP.finditer(line)]
        line_start = above
    return []


def digits(printed: str) -> str:
    """Printed figures without blanks, letters that a scanner put for figures turned back."""
    return "".join(fold(printed).split()).translate(str.maketrans("oil", "011"))


def _is_of_another(text: str, folded: str, mark: int, region: int) -> bool:
    """Whether the "số" at `mark` follows a word that makes it the number of something else."""
    before = folded[max(region, mark - 40) : mark]
    other = _OTHERS.search(before)
    if other is None:
        # In a sentence a word in small letters stands before it; "phúc" is the motto's.
        word = _WORD_BEFORE.search(text, max(region, mark - 40), mark)
        return word is not None and word.group(1).islower() and not fold(word.group(1)).startswith("ph")
    if other["type"] is None:
        return True
    # "Luật số: …" is the document's own when nothing but a blank cell or the motto comes before it.
    first = mark - len(before) + other.start()
    line = folded[folded.rfind("\n", 0, first) + 1 : first]
    return (
        bool(line.strip())
        and not line.endswith(("  ", "\t"))
        and not _ends_the_motto(line)
        and not text[first].isupper()
    )


def _ends_the_motto(line: str) -> bool:
    return line.rstrip(" -_*").endswith(("hanh phuc", "viet nam", "quoc hoi"))


def _read_at(text: str, folded: str, mark: int, end: int) -> Number | None:
    for pattern, sure in ((_PRINTED, True), (_LEFT_BLANK, True), (_SPACED, True), (_BARE, False), (_EMPTY, False)):
        match = pattern.match(folded, mark, end)
        if match is None:
            continue
        found = match.groupdict()
        printed = digits(found["number"]) if found.get("number") else None
        if printed and not any(map(str.isdigit, found["number"])):
            continue
        notation, stop = _notation(text, match.start("notation"), match.end("notation"))
        if found["notation"] and not notation:
            continue
        year = digits(found["year"]) if found.get("year") else None
        if printed and pattern is _BARE and len(printed) > 5:
            continue
        code = None
        if printed and notation:
            code = printed + (f"/{year}" if year else "") + (found["separator"] or " ") + notation
        elif printed:
            code = printed
        first = match.start("number") if printed else match.start("notation")
        last = stop if notation else match.end()
        return Number(printed, int(year) if year else None, notation, code, mark, first, last, sure)
    return None


def _notation(text: str, start: int, end: int) -> tuple[str | None, int]:
    """The notation without what extraction ran into it, and where it ends: its parts are capitals (`QyĐ`, `TTg` too)."""
    if start == end:
        return None, end
    tokens: list[str] = []
    separators: list[str] = []
    position = stop = start
    shouting = text[start:end].isupper()
    for part in re.finditer(r"[^\s\-/.:‐‑‒–—−]+", text[start:end]):
        token = part.group()
        between = text[start:end][position - start : part.start()] if tokens else ""
        if tokens and not _continues(token, between, shouting):
            break
        if tokens:
            separators.append(between.strip() if between.strip() in {"/", "."} else "-")
        tokens.append(token)
        position = stop = start + part.end()
    if not tokens[0][0].isupper() and not (tokens[0].islower() and text[start:end].islower()):
        return None, end
    if len(tokens) == 1 and len(tokens[0]) > 1 and tokens[0][1:].islower():
        return None, end  # "Số 60/Trần": a word, not a notation
    if tokens[0].islower():
        tokens = [token.upper() for token in tokens]
    tokens = canonical_notation(tokens)
    notation = tokens[0] + "".join(separator + token for separator, token in zip(separators, tokens[1:], strict=True))
    return notation, stop


def _continues(token: str, between: str, shouting: bool) -> bool:
    if between == ":":
        return token.isupper()  # a scanner's hyphen
    if between.strip() == ".":
        return token.isupper() and between == "."
    if between == between.strip():
        return True
    # A blank beside the hyphen: "TTLT-BTC - BNV" goes on, "QĐ-UBND - Hà Nội" does not, nor "QĐ-UBND\n-".
    return (
        token.isupper()
        and len(token) > 1
        and "\n" not in re.split("[-‐‑‒–—−]", between, maxsplit=1)[0]
        and (shouting or len(token) < 8)
    )
