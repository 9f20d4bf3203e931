"""Reads the head and the foot of a Vietnamese administrative document out of its extracted text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from repository.head import layout, marks
from repository.head.agency import find_agencies
from repository.head.date import Dated, make_date
from repository.head.ending import read_foot
from repository.head.filename import number_in_file_name
from repository.head.locate import NEAR_THE_TOP, Parts, locate
from repository.head.model import Confidence, Head
from repository.head.number import Number, find_attached, stamped_line_above
from repository.head.reading import Reading
from repository.head.source import Source, prepare
from repository.head.subject import subject_after_title, subject_of_letter
from repository.head.types import TYPE_NAMES, TYPES, type_named, type_of_notation
from repository.text.fold import fold
from repository.text.legacy import Charset, detect

_TYPE_BEFORE = re.compile(rf"(?<![a-z]){TYPE_NAMES}\s{{0,3}}\Z")
_LETTER_SIGNS = re.compile(r"(?<![a-z])(?:v\s?/\s?v(?![a-z])|kinh gui)")


def read_head(text: str, *, file_name: str | None = None, pages: Sequence[int] = (0,)) -> Head:
    """Read the head and foot of one document.

    `text` is the text as extracted, in reading order or not; `pages` are the offsets at which its pages begin, so that a
    cover can be passed over. What is not printed is None (a draft has no number, whatever numbers it refers to); `file_name` only
    fills number and type that the text does not show, as a guess. Offsets in the evidence are those of `text`. Never
    raises; looks at bounded stretches of `text`, so that time does not grow with its length beyond one plain scan.
    """
    charset = detect(text)
    reading = Reading(text)
    source, parts = locate(text, pages, charset)
    if layout.is_annex(source.folded):
        _read_annex(reading, source)
    elif parts.is_head:
        _read_number_and_date(reading, source, parts)
        taken = _read_marks(reading, source, parts) + _taken(source, parts)
        _read_names(reading, source, parts, taken)
        _read_type_and_subject(reading, source, parts, taken)
        read_foot(reading, source, parts, charset)
    elif (
        parts.title
        and parts.title.alone
        and parts.title.capitals
        and parts.body < len(source.text)
        and parts.title.start < NEAR_THE_TOP
    ):
        _read_annex(reading, source)
        _read_type_and_subject(reading, source, parts, [])
        read_foot(reading, source, parts, charset)
    if "secrecy" not in reading.fields:
        _read_mark_outside_of_head(reading, text, source, parts, charset)
    if file_name and not reading.fields.get("is_draft"):
        _read_file_name(reading, file_name)
    return reading.head()


def _read_mark_outside_of_head(
    reading: Reading, text: str, source: Source, parts: Parts, charset: Charset | None
) -> None:
    """A mark of secrecy on the cover, or at the top of a text that has no head."""
    if parts.is_head and not source.base:
        return
    top = prepare(text, 0, NEAR_THE_TOP, charset) if source.base else source
    secret = marks.find_stamp_at_top(top.text, top.folded)
    if secret:
        reading.found("secrecy", secret.value, top, (secret.start, secret.end), "guess")


def _read_annex(reading: Reading, source: Source) -> None:
    attached = find_attached(source.text, source.folded, min(len(source.text), 2000))
    if attached:
        reading.found("attached_to", attached[0], source, attached[1:])


def _read_number_and_date(reading: Reading, source: Source, parts: Parts) -> None:
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


def _read_stamped_day(reading: Reading, source: Source, date: Dated, stamped: list[tuple[str, int, int]]) -> None:
    day = int(stamped[0][0]) if stamped[0][0].isdigit() else 0
    month = date.month_and_year[0] if date.month_and_year else 0
    if not month and len(stamped) > 1 and stamped[1][0].isdigit():
        month = int(stamped[1][0])
    found = make_date(date.year or 0, month, day) if date.year else None
    if found:
        reading.found("date", found, source, (stamped[0][1], date.end), "guess")


def _read_marks(reading: Reading, source: Source, parts: Parts) -> list[tuple[int, int]]:
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
    unread = not {"is_draft", "number", "date"} & reading.fields.keys()
    if unread and parts.number and parts.date:  # both places are there, and both were left blank
        reading.found("is_draft", True, source, (parts.number.mark, parts.number.end), "guess")
    return spans


def _taken(source: Source, parts: Parts) -> list[tuple[int, int]]:
    """Spans of the head that are known to be something else than a name."""
    text, folded = source.text, source.folded
    spans = layout.mottos(text, folded, parts.start, parts.body) + layout.rules(folded, parts.start, parts.body)
    if parts.number:
        spans.append((parts.number.mark, parts.number.end))
    if parts.date:
        spans.append((parts.date.place_start, parts.date.end))
    return spans


def _read_names(reading: Reading, source: Source, parts: Parts, taken: list[tuple[int, int]]) -> None:
    end = parts.title.start if parts.title else parts.body
    if parts.number and parts.number.mark < end:
        end = parts.number.mark
        own_type = _TYPE_BEFORE.search(source.folded, max(0, end - 30), end)  # "Luật" of "Luật số"
        end = own_type.start() if own_type else end
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


def _read_type_and_subject(reading: Reading, source: Source, parts: Parts, taken: list[tuple[int, int]]) -> None:
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
        start = title.end
        if number and below:
            start = max(number.end, parts.date.end if parts.date and parts.date.start - number.end in range(10) else 0)
        subject = subject_after_title(text, start, parts.body)
    if subject is None and letter:
        subject = subject_of_letter(text, folded, parts.start, parts.body, taken)
    if subject and subject[0]:
        reading.found("subject", subject[0], source, subject[1:])


def _spell_notation(reading: Reading) -> None:
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


def _read_file_name(reading: Reading, file_name: str) -> None:
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
