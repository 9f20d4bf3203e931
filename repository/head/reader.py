"""Reads the head and the foot of a Vietnamese administrative document out of its extracted text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from repository.head import foot, layout, marks
from repository.head.agency import find_agencies
from repository.head.date import Dated, find_date, find_date_at_foot, find_day_of_passing, make_date
from repository.head.filename import number_in_file_name
from repository.head.model import Confidence, Evidence, Head
from repository.head.number import Number, find_attached, find_number, stamped_line_above
from repository.head.source import Source, prepare
from repository.head.subject import subject_after_title, subject_of_letter
from repository.head.types import TYPES, type_named, type_of_notation
from repository.text.fold import fold
from repository.text.legacy import Charset, detect

_HEAD_WINDOW = 5000
_FOOT_WINDOW = 4000
_PAGES_TRIED = 3
_NEAR_THE_TOP = 500
# Where a signature block or list of recipients may be, in any of the character sets.
_FOOT_MARKS = (
    "Nơi nh",
    "No\u031bi nh",
    "NƠI NH",
    "N¬i nh",
    "Nôi nh",
    "Noi nh",
    "NOI NH",
    "TM.",
    "KT.",
    "TL.",
    "TUQ.",
    "T/M",
    "K/T",
    "T/L",
    "(Đã ký)",
    "(đã ký)",
)
_POST_LINE = re.compile(
    "\\n[ \t]*(?:BỘ TRƯỞNG|CHỦ TỊCH|GIÁM ĐỐC|THỦ TƯỚNG|THỐNG ĐỐC|TỔNG|CỤC TRƯỞNG|CHÁNH|VIỆN TRƯỞNG)"
)
_FEET_TRIED = 6
_PASSED_TYPES = frozenset(("Luật", "Bộ luật", "Pháp lệnh", "Nghị quyết", "Hiến pháp"))
_LETTER_SIGNS = re.compile(r"(?<![a-z])(?:v\s?/\s?v(?![a-z])|kinh gui)")


@dataclass
class _Reading:
    """Fields and evidence gathered so far, over one document."""

    document: str
    fields: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)

    def found(
        self, name: str, value: Any, source: Source, span: tuple[int, int], confidence: Confidence = "sure"
    ) -> None:
        start, end = source.original(*span)
        self.fields[name] = value
        self.evidence[name] = Evidence(self.document[start:end], start, end, confidence)

    def named(self, name: str, value: Any, file_name: str) -> None:
        self.fields[name] = value
        self.evidence[name] = Evidence(file_name, confidence="guess", source="file name")

    def head(self) -> Head:
        return Head(**self.fields, evidence=self.evidence)


@dataclass(frozen=True)
class _Parts:
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
    def is_head(self) -> bool:
        dated = self.date is not None and self.date.place is not None
        titled = self.title is not None and self.title.alone and self.title.capitals
        return self.motto or (self.number is not None and (dated or titled))


def read_head(text: str, *, file_name: str | None = None, pages: Sequence[int] = (0,)) -> Head:
    """Read the head and foot of one document.

    `text` is the text as extracted, in reading order or not; `pages` are the offsets at which its pages begin, so that a
    cover can be passed over. What is not printed is None (a draft has no number, whatever numbers it refers to); `file_name` only
    fills number and type that the text does not show, as a guess. Offsets in the evidence are those of `text`. Never
    raises; looks at bounded stretches of `text`, so that time does not grow with its length beyond one plain scan.
    """
    charset = detect(text)
    reading = _Reading(text)
    source, parts = _locate(text, pages, charset)
    if layout.is_annex(source.folded):
        _read_annex(reading, source)
    elif parts.is_head:
        _read_number_and_date(reading, source, parts)
        taken = _read_marks(reading, source, parts) + _taken(source, parts)
        _read_names(reading, source, parts, taken)
        _read_type_and_subject(reading, source, parts, taken)
        _read_foot(reading, source, parts, charset)
    elif (
        parts.title
        and parts.title.alone
        and parts.title.capitals
        and parts.body < len(source.text)
        and parts.title.start < _NEAR_THE_TOP
    ):
        _read_type_and_subject(reading, source, parts, [])
        _read_foot(reading, source, parts, charset)
    else:
        secret = marks.find_secrecy(source.text, source.folded)
        if secret:
            reading.found("secrecy", secret.value, source, (secret.start, secret.end), "guess")
    if file_name and not reading.fields.get("is_draft"):
        _read_file_name(reading, file_name)
    return reading.head()


def _locate(document: str, pages: Sequence[int], charset: Charset | None) -> tuple[Source, _Parts]:
    """The first page, and place on it, where a head stands; the top of the document where none does."""
    starts = sorted({0, *(page for page in pages if 0 <= page < len(document))})
    feeds = [match.start() + 1 for match in re.finditer("\f", document[: 4 * _HEAD_WINDOW])]
    starts = sorted({*starts, *feeds})[:_PAGES_TRIED]
    candidates: list[tuple[Source, _Parts]] = []
    for index, start in enumerate(starts):
        after = starts[index + 1] if index + 1 < len(starts) else len(document)
        end = min(len(document), start + _HEAD_WINDOW)
        if index + 1 < len(starts) and after - start > 200:
            end = min(end, max(after, start + 1500)) if index == 0 else end
        source = prepare(document, start, end, charset)
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


def _candidates(source: Source) -> list[_Parts]:
    found = layout.mottos(source.text, source.folded, 0, len(source.folded))
    tops = [found[0][0]] if found else [-1]
    for start, _ in found[1:]:
        if start - tops[-1] > 300 and len(tops) < 3:
            tops.append(start)
    return [_parts(source, top) for top in tops]


def _parts(source: Source, motto: int) -> _Parts:
    text, folded = source.text, source.folded
    start = _top(text, motto) if motto >= 0 else 0
    mottos = [span for span in layout.mottos(text, folded, start, min(len(folded), max(motto, 0) + 600)) if motto >= 0]
    after_mottos = mottos[-1][1] if mottos else start
    body = layout.body_start(text, folded, start, len(text))
    if body < after_mottos:
        body = layout.body_start(text, folded, after_mottos, len(text))
    title = layout.find_title(text, folded, after_mottos, body)
    bound = title.start if title else body
    number = find_number(text, folded, start, bound)
    if number is None and title:
        number = _number_under_title(text, folded, title, body)
    date = find_date(text, folded, start, bound)
    if date is None and title:
        later = find_date(text, folded, title.end, body)
        date = later if later and later.place and _opens_line(text, later.place_start) else None
    elif date is None and number and number.mark < start:
        date = None
    if title is None and number and number.end < body:
        title = layout.find_title(text, folded, max(number.end, date.end if date else 0), body)
    return _Parts(start, body, motto >= 0, number, date, title)


def _top(text: str, motto: int) -> int:
    """Where the head begins: the top of the page, or after a cover the lines of capitals just above the motto."""
    if motto <= _NEAR_THE_TOP:
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


def _read_annex(reading: _Reading, source: Source) -> None:
    attached = find_attached(source.text, source.folded, min(len(source.text), 2000))
    if attached:
        reading.found("attached_to", attached[0], source, attached[1:])


def _read_number_and_date(reading: _Reading, source: Source, parts: _Parts) -> None:
    number, date = parts.number, parts.date
    stamped = stamped_line_above(source.text, number.mark) if number else []
    stamped = [figure for figure in stamped if not (date and date.start <= figure[1] < date.end)]
    if number:
        confidence: Confidence = "sure" if number.sure else "guess"
        span = (number.start, number.end)
        if number.notation:
            reading.found("notation", number.notation, source, span, confidence)
        if number.year:
            reading.found("year", number.year, source, span, confidence)
        if number.number:
            reading.found("number", number.number, source, span, confidence)
            reading.found("code", number.code, source, span, confidence)
        elif stamped and len(stamped[0][0]) <= 6:
            printed, first, last = stamped.pop(0)
            reading.found("number", printed, source, (first, last), "guess")
            if number.notation:
                year = f"/{number.year}" if number.year else ""
                reading.found("code", f"{printed}{year}/{number.notation}", source, (first, number.end), "guess")
    if date is None:
        return
    if date.place:
        reading.found("place", date.place, source, (date.place_start, date.place_end))
    if date.date:
        reading.found("date", date.date, source, (date.start, date.end))
    elif date.blank_day and date.year and stamped:
        _read_stamped_day(reading, source, date, stamped)


def _read_stamped_day(reading: _Reading, source: Source, date: Dated, stamped: list[tuple[str, int, int]]) -> None:
    day = int(stamped[0][0]) if stamped[0][0].isdigit() else 0
    month = date.month_and_year[0] if date.month_and_year else 0
    if not month and len(stamped) > 1 and stamped[1][0].isdigit():
        month = int(stamped[1][0])
    found = make_date(date.year or 0, month, day) if date.year else None
    if found:
        reading.found("date", found, source, (stamped[0][1], date.end), "guess")


def _read_marks(reading: _Reading, source: Source, parts: _Parts) -> list[tuple[int, int]]:
    """Secrecy, urgency and draft; returns the spans of the marks found."""
    text, folded = source.text, source.folded
    spans = []
    for name, find in (
        ("secrecy", marks.find_secrecy),
        ("urgency", marks.find_urgency),
        ("is_draft", marks.find_draft),
    ):
        mark = find(text, folded, parts.body)
        if mark:
            reading.found(name, True if name == "is_draft" else mark.value, source, (mark.start, mark.end))
            spans.append((mark.start, mark.end))
    left_blank = parts.number and parts.number.number is None and "number" not in reading.fields
    if left_blank and "is_draft" not in reading.fields and parts.number:
        if parts.date and parts.date.date is None and "date" not in reading.fields:
            reading.found("is_draft", True, source, (parts.number.mark, parts.number.end), "guess")
    return spans


def _taken(source: Source, parts: _Parts) -> list[tuple[int, int]]:
    """Spans of the head that are known to be something else than a name."""
    text, folded = source.text, source.folded
    spans = layout.mottos(text, folded, parts.start, parts.body) + layout.rules(folded, parts.start, parts.body)
    if parts.number:
        spans.append((parts.number.mark, parts.number.end))
    if parts.date:
        spans.append((parts.date.place_start, parts.date.end))
    return spans


def _read_names(reading: _Reading, source: Source, parts: _Parts, taken: list[tuple[int, int]]) -> None:
    end = parts.title.start if parts.title else parts.body
    if parts.number and parts.number.mark < end:
        end = parts.number.mark
    about = _LETTER_SIGNS.search(source.folded, parts.start, end)
    end = about.start() if about else end
    agencies = [each for each in find_agencies(source.text, parts.start, end, taken) if not _is_type(each.name)]
    if agencies:
        last = agencies[-1]
        reading.found("agency", last.name, source, (last.start, last.end), "sure" if len(agencies) < 4 else "guess")
    if len(agencies) > 1:
        above = agencies[-2]
        reading.found(
            "parent_agency", above.name, source, (above.start, above.end), "sure" if len(agencies) < 4 else "guess"
        )


def _is_type(name: str) -> bool:
    return type_named("".join(prepare(name, 0, len(name), None).folded.split())) is not None


def _read_type_and_subject(reading: _Reading, source: Source, parts: _Parts, taken: list[tuple[int, int]]) -> None:
    text, folded, title, number = source.text, source.folded, parts.title, parts.number
    by_notation = type_of_notation(number.notation) if number and number.notation else None
    letter = _LETTER_SIGNS.search(folded, parts.start, min(len(folded), parts.body + 10))
    if title and (by_notation in (None, title.type) or not _outranks(by_notation, title, number)):
        reading.found(
            "type",
            title.type,
            source,
            (title.start, title.end),
            "sure" if parts.motto and title.alone else "guess" if not parts.motto else "sure",
        )
    elif letter and number and folded[letter.start()] == "v":
        reading.found("type", "Công văn", source, letter.span())
    elif by_notation and number:
        reading.found("type", by_notation, source, (number.start, number.end))
    elif letter and number:
        reading.found("type", "Công văn", source, letter.span())
    _spell_notation(reading)
    subject = None
    if title:
        below = number is not None and 0 <= number.mark - title.end < 160
        subject = subject_after_title(text, number.end if number and below else title.end, parts.body)
    if subject is None and letter:
        subject = subject_of_letter(text, folded, parts.start, parts.body, taken)
    if subject and subject[0]:
        reading.found("subject", subject[0], source, subject[1:])


def _spell_notation(reading: _Reading) -> None:
    """Give the abbreviation of the type the letters that typing without accents cost it (`DA`: `ĐA` of a Đề án)."""
    notation, short = reading.fields.get("notation"), TYPES.get(reading.fields.get("type", ""))
    if not notation or not short or "notation" not in reading.evidence:
        return
    first = re.split(r"[-/]", notation, maxsplit=1)[0]
    if first != short and fold(first) == fold(short):
        spelled = short + notation[len(first) :]
        code = reading.fields.get("code")
        if code:
            reading.fields["code"] = code.removesuffix(notation) + spelled
        reading.fields["notation"] = spelled


def _outranks(by_notation: str | None, title: layout.Title, number: Number | None) -> bool:
    """Whether the notation tells the type better than the words: consolidated texts carry the name of what they consolidate."""
    if by_notation in {"Văn bản hợp nhất", "Thông tư liên tịch", "Nghị quyết liên tịch"}:
        return True
    first = re.split(r"[-/]", number.notation or "", maxsplit=1)[0] if number else ""
    same_letters = fold(first) == fold(TYPES[title.type] or "")  # DA: Dự án or, typed without accents, Đề án
    return not title.alone and not same_letters


def _read_foot(reading: _Reading, source: Source, parts: _Parts, charset: Charset | None) -> None:
    document = reading.document
    first = source.original(parts.body, parts.body)[0] if parts.body < len(source.text) else source.base
    addressed = (
        foot.find_addressees(source.text, source.folded, max(0, parts.body - 5), len(source.text))
        if parts.number or parts.motto
        else None
    )
    if addressed and addressed[1] > parts.body + 5:
        addressed = None
    windows = _foot_windows(document, first)
    listed = False
    for start, end in windows:
        window = prepare(document, start, end, charset)
        if "signer" not in reading.fields:
            signature = foot.find_signature(window.text, window.folded, 0)
            if signature:
                _read_signature(reading, window, signature)
        if not listed:
            listed = _read_recipients(reading, window, source, addressed)
        if "date" not in reading.fields and parts.date is None:
            _read_late_date(reading, window)
        if "signer" in reading.fields and listed:
            break
    if addressed and "recipients" not in reading.fields:
        reading.found("recipients", addressed[0], source, addressed[1:])


def _foot_windows(document: str, first: int) -> list[tuple[int, int]]:
    """Stretches that may hold the foot, in order: where its words stand, and the end of the document."""
    places = sorted(place for mark in _FOOT_MARKS for place in _first_places(document, mark, first))
    starts: list[int] = []
    for place in places:
        if not starts or place > starts[-1] + _FOOT_WINDOW // 2:
            starts.append(place)
    if not starts:
        line = _POST_LINE.search(document, first)
        starts = [line.start()] if line else []
    windows = [(max(first, start - 600), min(len(document), start + _FOOT_WINDOW)) for start in starts[:_FEET_TRIED]]
    windows.insert(2, (max(first, len(document) - _FOOT_WINDOW), len(document)))
    return windows


def _first_places(document: str, mark: str, start: int) -> list[int]:
    places: list[int] = []
    place = document.find(mark, start)
    while place >= 0 and len(places) < _FEET_TRIED:
        places.append(place)
        place = document.find(mark, place + _FOOT_WINDOW // 2)
    return places


def _read_signature(reading: _Reading, window: Source, signature: foot.Signature) -> None:
    confidence: Confidence = "sure" if signature.sure else "guess"
    for name in ("authority", "position", "signer"):
        value, span = getattr(signature, name), getattr(signature, f"{name}_span")
        if value and span:
            reading.found(name, value, window, span, confidence)


def _read_recipients(
    reading: _Reading, window: Source, source: Source, addressed: tuple[tuple[str, ...], int, int] | None
) -> bool:
    found = foot.find_recipients(window.text, window.folded, 0)
    if found is None:
        return False
    items, start, end = found
    addressees = addressed[0] if addressed else ()
    others = tuple(item for item in items if not (addressees and foot.is_as_above(item)))
    reading.found("recipients", (*addressees, *others), window, (start, end))
    return True


def _read_late_date(reading: _Reading, window: Source) -> None:
    if reading.fields.get("type") in _PASSED_TYPES:
        passed = find_day_of_passing(window.text, window.folded)
        if passed and passed.date:
            reading.found("date", passed.date, window, (passed.start, passed.end))
            return
    late = find_date_at_foot(window.text, window.folded)
    if late and late.date:
        reading.found("date", late.date, window, (late.start, late.end), "guess")
        if late.place:
            reading.found("place", late.place, window, (late.place_start, late.place_end), "guess")


def _read_file_name(reading: _Reading, file_name: str) -> None:
    named = number_in_file_name(file_name)
    if named is None or "number" in reading.fields or "attached_to" in reading.fields:
        return
    printed = reading.fields.get("notation")
    if printed and printed != named.notation:
        return
    values = {
        "number": named.number,
        "notation": named.notation,
        "year": named.year,
        "code": named.code,
        "type": named.type,
    }
    for name, value in values.items():
        if value and name not in reading.fields:
            reading.named(name, value, file_name)
