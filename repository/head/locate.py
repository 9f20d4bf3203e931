"""Where in a document its head stands, and what stands where in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from repository.head import layout
from repository.head.date import Dated, find_date
from repository.head.number import Number, find_number
from repository.head.source import Source, prepare
from repository.head.types import type_of_notation
from repository.text.legacy import Charset

HEAD_WINDOW = 4000
NEAR_THE_TOP = 500
_PAGES_TRIED = 3
_WITHIN_ONE_HEAD = 300


@dataclass(frozen=True)
class Parts:
    """What stands where in one candidate for the head."""

    start: int
    body: int
    motto: bool
    number: Number | None
    date: Dated | None
    title: layout.Title | None

    @property
    def complete(self) -> bool:
        return self.motto and (self.number is not None or self.date is not None)

    @property
    def end_of_head(self) -> int:
        """Behind the last part found, the body's first word excepted."""
        return max(part.end for part in (self.number, self.date, self.title) if part) if self.has_parts else self.start

    @property
    def has_parts(self) -> bool:
        return any((self.number, self.date, self.title))

    @property
    def is_head(self) -> bool:
        dated = self.date is not None and self.date.place is not None
        titled = self.title is not None and self.title.alone and self.title.capitals
        return self.motto or (self.number is not None and (dated or titled))


def locate(document: str, pages: Sequence[int], charset: Charset | None) -> tuple[Source, Parts]:
    """The first page, and place on it, where a head stands; the top of the document where none does."""
    starts = sorted({0, *(page for page in pages if 0 <= page < len(document))})
    feeds = [match.start() + 1 for match in re.finditer("\f", document[: 4 * HEAD_WINDOW])]
    starts = sorted({*starts, *feeds})[:_PAGES_TRIED]
    candidates: list[tuple[Source, Parts]] = []
    for index, start in enumerate(starts):
        after = starts[index + 1] if index + 1 < len(starts) else len(document)
        source = prepare(document, start, min(after, start + HEAD_WINDOW), charset)
        for parts in _candidates(source):
            candidates.append((source, parts))
            if parts.complete or (parts.is_head and parts.number):
                return source, parts
        if index == 0 and layout.is_annex(source.folded):
            break
    for source, parts in candidates:
        if parts.motto:
            return source, parts
    return candidates[0]


def _candidates(source: Source) -> list[Parts]:
    groups: list[list[tuple[int, int]]] = []
    for span in layout.mottos(source.text, source.folded, 0, len(source.folded)):
        near = groups and span[0] - groups[-1][-1][1] < _WITHIN_ONE_HEAD
        if near and _names(source.folded, span) not in [_names(source.folded, each) for each in groups[-1]]:
            groups[-1].append(span)
        else:
            groups.append([span])
    if not groups:
        return [_parts(source, None, len(source.text))]
    ends = [group[0][0] for group in groups[1:]] + [len(source.text)]
    return [_parts(source, group, end) for group, end in zip(groups[:3], ends, strict=False)]


def _names(folded: str, span: tuple[int, int]) -> str:
    """What tells the state's name from its motto: a second one of the same begins another head."""
    return "".join(folded[slice(*span)].split())[:4]


def _parts(source: Source, mottos: list[tuple[int, int]] | None, end: int) -> Parts:
    """The parts of a head around one group of mottos, and before `end`, where the next group begins."""
    text, folded = source.text, source.folded
    start = _top(text, mottos[0][0]) if mottos else 0
    after_mottos = mottos[-1][1] if mottos else start
    body = layout.body_start(text, folded, after_mottos, end)
    title = layout.find_title(text, folded, after_mottos, body)
    bound = title.start if title else body
    number = find_number(text, folded, start, bound)
    date = find_date(text, folded, start, bound)
    if number is None and title:
        number = _number_under_title(text, folded, title, body)
        if number and date is None and (written := find_date(text, folded, number.end, min(body, number.end + 60))):
            date = written if not text[number.end : written.start].strip() else None
    if date is None and title:
        later = find_date(text, folded, title.end, body)
        date = later if later and later.place and _opens_line(text, later.place_start) else None
    if title is None and number and number.end < body:
        title = layout.find_title(text, folded, max(number.end, date.end if date else 0), body)
    ends = [part.end for part in (number, date) if part]
    if title and ends and max(ends) <= title.start and not text[max(ends) : title.start].strip(" \t\n-_*=."):
        title = replace(title, alone=True)  # right behind number or date, on whatever line
    return Parts(start, body, mottos is not None, number, date, title)


def _top(text: str, motto: int) -> int:
    """Where the head begins: the top of the page, or after a cover the lines of capitals just above the motto."""
    if motto <= NEAR_THE_TOP:
        return 0
    start = text.rfind("\n", 0, motto) + 1
    for _ in range(6):
        above = text.rfind("\n", 0, max(start - 1, 0)) + 1
        line = text[above : max(start - 1, 0)].strip()
        if start == 0 or (line and not line.isupper() and "ố" not in line) or len(line) > 120:
            break
        start = above
    return start


def _opens_line(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip(" \t(")


def _number_under_title(text: str, folded: str, title: layout.Title, body: int) -> Number | None:
    """A number right behind the type's name: the next line ("Số: 05/BB-VP"), or "NGHỊ ĐỊNH CỦA CHÍNH PHỦ SỐ 12/2006/NĐ-CP"."""
    found = find_number(text, folded, title.end, min(body, title.end + 160))
    if found is None or found.number is None:
        return None
    between = text[title.end : found.mark]
    if not between.strip(" \n\t-_*"):
        return found
    own = between.strip().isupper() and folded[title.end : found.mark].strip().startswith("cua ")
    return found if own and type_of_notation(found.notation or "") == title.type else None
