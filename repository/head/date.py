"""Place and date of issue: `Bắc Ninh, ngày 05 tháng 02 năm 2022`, in the head or, in older documents, above the signature."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from repository.head.number import digits
from repository.head.types import loose

_DIGIT = "[0-9oil]"
_FILL = r"[\s._…:,-]{0,30}"
_DAY = rf"(?P<day>{_DIGIT}(?:\s?{_DIGIT})?)?"
_MONTH = rf"(?P<month>{_DIGIT}(?:\s?{_DIGIT})?)?"
_YEAR = rf"(?P<year>[12l]\s?[90o]\s?{_DIGIT}\s?{_DIGIT}(?!\d))?"
_NGAY = r"(?<![a-z])n\s?[gq]\s?a\s?[yv](?![a-z])"
_WRITTEN = re.compile(
    rf"{_NGAY}{_FILL}{_DAY}{_FILL}{loose('thang')}{_FILL}{_MONTH}{_FILL}{loose('nam')}[\s.…_:-]{{0,4}}{_YEAR}"
)
_SHORT = re.compile(
    r"(?:(?<![a-z])n\s?g\s?a\s?y\s{0,3}|(?<=, )|(?<=,))(?P<day>\d{1,2})\s?[/.-]\s?(?P<month>\d{1,2})\s?[/.-]\s?(?P<year>(?:19|20)\d\d)(?!\d)"
)
# "số 12/2020/NĐ-CP ngày …", "được thông qua ngày …", "kể từ ngày …": dates of other things.
_OTHERS = re.compile(
    r"(?:\d[^\s]*/[a-z0-9&/.-]+|(?<![a-z])(?:thong qua|tu|truoc|sau|den|vao|het|khoa|hom nay|phien hop))[\s(]{1,4}$"
)
_PASSED = re.compile(rf"{loose('thong qua')}\s{{1,3}}(?=ngay|vao)(?:vao\s)?")
_LOWER_IN_PLACE = frozenset(("thành", "phố", "tỉnh", "huyện", "xã", "quận", "phường", "thị", "trấn"))
_BROKEN_PLACE = re.compile(r"(?:(?<=\n)|^)([^\W\d_]{1,4}(?: [^\W\d_]{1,2})?)\n([^\W\d_]{1,5})\s*,?\s*$")


@dataclass(frozen=True, slots=True)
class Dated:
    """`date` is None where a day, month or year was left blank; `place_start` is where the place begins, if one stands there."""

    date: datetime.date | None
    start: int
    end: int
    place: str | None
    place_start: int
    place_end: int
    month_and_year: tuple[int, int] | None = None
    blank_day: bool = False
    blank_month: bool = False
    year: int | None = None


def find_date(text: str, folded: str, start: int, end: int) -> Dated | None:
    """The first date in `text[start:end]` that stands by itself, not behind the number or the event it belongs to."""
    for pattern in (_WRITTEN, _SHORT):
        for match in pattern.finditer(folded, start, end):
            if _OTHERS.search(folded[max(start, match.start() - 60) : match.start()]):
                continue
            found = _dated(text, folded, match, start)
            if pattern is _SHORT and found.date is None:
                continue
            return found
    return None


def find_date_at_foot(text: str, folded: str) -> Dated | None:
    """A date with its place before it in the foot; the last one, for what is quoted comes earlier."""
    last = None
    for match in _WRITTEN.finditer(folded):
        found = _dated(text, folded, match, 0)
        if found.place and folded[: match.start()].rstrip().endswith(","):
            last = found
    return last


def find_day_of_passing(text: str, folded: str) -> Dated | None:
    """The day a law, ordinance or resolution was passed ("… thông qua ngày 29 tháng 6 năm 2024")."""
    for passed in _PASSED.finditer(folded):
        match = _WRITTEN.match(folded, passed.end())
        if match:
            found = _dated(text, folded, match, match.start())
            if found.date:
                return found
    return None


def make_date(year: int, month: int, day: int) -> datetime.date | None:
    """The date, or None where there is no such day."""
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _dated(text: str, folded: str, match: re.Match[str], region: int) -> Dated:
    day, month, year = (int(digits(match[name])) if match[name] else None for name in ("day", "month", "year"))
    date = make_date(year, month, day) if day and month and year else None
    place, place_start, place_end = _place(text, match.start(), region)
    return Dated(
        date=date,
        start=match.start(),
        end=match.end(),
        place=place,
        place_start=place_start,
        place_end=place_end,
        blank_day=day is None,
        blank_month=month is None,
        month_and_year=(month, year) if month and year else None,
        year=year,
    )


def _place(text: str, start: int, region: int) -> tuple[str | None, int, int]:
    """The capitalised words before the date, on the same line and in the same cell."""
    window = max(region, start - 80)
    before = text[window:start]
    broken = _BROKEN_PLACE.search(before)
    joined = before.rstrip()
    if not joined.endswith(",") and "\n" in before[len(joined) :]:
        return None, start, start
    comma = joined.endswith(",")
    joined = joined.rstrip(" ,\t\n")
    offset = window + len(joined)
    cell = re.split(r"\n|\t| {3,}|[|]", joined)[-1]
    if (
        broken
        and comma
        and cell == broken[2]
        and broken[1][0].isupper()
        and not (len(broken[1]) > 1 and broken[1].isupper())
    ):
        place = broken[1] + (" " if broken[2][0].isupper() else "") + broken[2]
        return place, window + broken.start(1), window + broken.end(2)
    words: list[str] = []
    for word in reversed(cell.split(" ")):
        bare = word.strip(".'-,")
        if word in {"", "-", "–"}:
            words.append(word)
            continue
        if (
            not (bare[:1].isupper() or (bare.lower() in _LOWER_IN_PLACE and words))
            or any(map(str.isdigit, bare))
            or "/" in word
        ):
            break
        if words and (word.endswith((",", ";", ":")) or (len(bare) > 2 and bare.isupper() and not words[-1].isupper())):
            break
        words.append(word)
        if len([each for each in words if each]) > 6:
            break
    place = " ".join(reversed(words)).strip(" -,")
    if not place or len(place) < 2:
        return None, start, start
    if not comma and len(words) > 4:
        return None, start, start
    found = text.rfind(place, window, offset)
    first = found if found >= 0 else max(window, offset - len(place) - 1)
    return place, first, first + len(place)
