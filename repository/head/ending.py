"""Looks for the foot where its words stand in a document, and reads it: signature, recipients, a date kept for the end."""

from __future__ import annotations

import re

from repository.head.date import find_date_at_foot, find_day_of_passing
from repository.head.locate import Parts
from repository.head.model import Confidence
from repository.head.reading import Reading
from repository.head.recipients import find_addressees, find_recipients, is_as_above
from repository.head.signature import Signature, find_signature
from repository.head.source import Source, prepare
from repository.text.legacy import Charset

_FOOT_WINDOW = 3000
_FEET_TRIED = 6
_PASSED_TYPES = frozenset(("Luật", "Bộ luật", "Pháp lệnh", "Nghị quyết", "Hiến pháp"))
# Where a signature block or list of recipients may be, in any of the character sets.
_RECIPIENTS = ("Nơi nh", "No\u031bi nh", "NƠI NH", "N¬i nh", "Nôi nh", "Noi nh", "NOI NH")
_SIGNATURES = ("TM.", "KT.", "TL.", "TUQ.", "T/M", "K/T", "T/L", "(Đã ký)", "(đã ký)")
_POST_LINE = re.compile(
    "\\n[ \t]*(?:BỘ TRƯỞNG|CHỦ TỊCH|GIÁM ĐỐC|THỦ TƯỚNG|THỐNG ĐỐC|TỔNG|CỤC TRƯỞNG|CHÁNH|VIỆN TRƯỞNG)"
)


def read_foot(reading: Reading, source: Source, parts: Parts, charset: Charset | None) -> None:
    document = reading.document
    first = source.original(parts.end_of_head, parts.end_of_head)[0]
    addressed = (
        find_addressees(source.text, source.folded, max(0, parts.body - 5), len(source.text))
        if parts.number or parts.motto
        else None
    )
    if addressed and addressed[1] > parts.body + 5:
        addressed = None
    lists = [place for mark in _RECIPIENTS for place in _first_places(document, mark, first)]
    windows = _foot_windows(document, first, lists)
    listed = not lists
    for start, end in windows:
        window = prepare(document, start, end, charset)
        if "signer" not in reading.fields:
            signature = find_signature(window.text, window.folded, 0)
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


def _foot_windows(document: str, first: int, lists: list[int]) -> list[tuple[int, int]]:
    """Stretches that may hold the foot, in order: where its words stand, and the end of the document."""
    places = sorted([*lists, *(place for mark in _SIGNATURES for place in _first_places(document, mark, first))])
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


def _read_signature(reading: Reading, window: Source, signature: Signature) -> None:
    confidence: Confidence = "sure" if signature.sure else "guess"
    for name in ("authority", "position", "signer"):
        value, span = getattr(signature, name), getattr(signature, f"{name}_span")
        if value and span:
            reading.found(name, value, window, span, confidence)


def _read_recipients(
    reading: Reading, window: Source, source: Source, addressed: tuple[tuple[str, ...], int, int] | None
) -> bool:
    found = find_recipients(window.text, window.folded, 0)
    if found is None:
        return False
    items, start, end = found
    addressees = addressed[0] if addressed else ()
    others = tuple(item for item in items if not (addressees and is_as_above(item)))
    reading.found("recipients", (*addressees, *others), window, (start, end))
    return True


def _read_late_date(reading: Reading, window: Source) -> None:
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
