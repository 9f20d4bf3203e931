"""Draws phrases from a sector's stock and fills their places with figures, names and dates.

Written for speed: a million papers are drawn in one benchmark run, so it works on one `Random` and plain tuples.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import TypeVar

from demo.phrases import DEADLINES, PLACES
from demo.sectors import Sector

T = TypeVar("T")
_SLOT = re.compile(r"\{(\w+)\}")
_NO_DISTRICTS = date(2025, 7, 1)
_QUARTERS = ("I", "II", "III", "IV")


class Pen:
    """Writes about one topic of one sector, for one agency on one day; `code` is the paper's own number."""

    def __init__(self, rng: Random, sector: Sector, topic: str, agency_name: str, day: date) -> None:
        self.rng = rng
        self.sector = sector
        self.topic = topic
        self.agency_name = agency_name
        self.day = day
        self.code = ""
        self._random = rng.random
        self._starts: dict[int, int] = {}

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self._random() * len(choices))]

    def next(self, choices: Sequence[T]) -> T:
        """The next of the choices, from a random start, so that none comes twice before all have come."""
        key = id(choices)
        place = self._starts.get(key)
        if place is None:
            place = int(self._random() * len(choices))
        self._starts[key] = place + 1
        return choices[place % len(choices)]

    def count(self, low: int, high: int) -> int:
        return low + int(self._random() * (high - low + 1))

    def this_decision(self) -> str:
        """How an annex names the decision it belongs to."""
        return f"Quyết định số {self.code} ngày {vietnamese_day(self.day)} của {self.agency_name}"

    def later(self, least: int = 10, most: int = 120) -> str:
        """A day after the paper's own, as it is printed in running text."""
        return vietnamese_day(self.day + timedelta(days=self.count(least, most)))

    def fill(self, phrase: str) -> str:
        """The phrase with each of its places filled."""
        if "{" not in phrase:
            return phrase
        parts = _parts(phrase)
        return "".join([_DRAWS[part](self) if place % 2 else part for place, part in enumerate(parts)])

    def say(self, choices: Sequence[str]) -> str:
        return self.fill(self.next(choices))


@lru_cache(maxsize=4096)
def _parts(phrase: str) -> list[str]:
    """The phrase cut at its slots: words and slot names in turn."""
    return _SLOT.split(phrase)


def vietnamese_day(day: date) -> str:
    """`05 tháng 02 năm 2022`: days under 10 and months 1 and 2 with a zero (Nghị định 30/2020/NĐ-CP, annex I)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{day.day:02d} tháng {month} năm {day.year}"


def _money(pen: Pen) -> str:
    if pen.rng.random() < 0.5:
        return f"{pen.count(80, 980)} triệu đồng"
    return f"{pen.count(1, 480)},{pen.count(1, 9)} tỷ đồng"


def _self(pen: Pen) -> str:
    return pen.agency_name


_DRAWS = {
    "n": lambda pen: str(pen.count(2, 28)),
    "pct": lambda pen: f"{pen.count(61, 99)},{pen.count(1, 9)}%",
    "money": _money,
    "place": lambda pen: pen.pick(PLACES),
    "topic": lambda pen: pen.topic,
    "group": lambda pen: pen.pick(pen.sector.groups),
    "day": lambda pen: pen.later(),
    "quarter": lambda pen: pen.pick(_QUARTERS),
    "month": lambda pen: str(pen.count(3, 12)),
    "year": lambda pen: str(pen.day.year),
    "office": _self,
    "self": _self,
    "Self": _self,
    "communes": lambda pen: "các xã, phường" if pen.day >= _NO_DISTRICTS else "các huyện, thành phố",
    "deadline": lambda pen: pen.fill(pen.next(DEADLINES)),
}
