"""The filters of a search as an address has them, and which of them are counted at once.

`year` is a year or a range (`2019..2021`, `..1990`, `2020..`); every other facet has its values as the index holds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.http import QueryDict

from search.engines.base import FACETS

FILTERS = FACETS
OPENED = ("agency", "year", "type", "verdict")
"""Counted with every answer; the others when somebody opens them."""
FOLDED = ("unit", "dossier", "signer", "format", "state", "retention", "due", "fonds", "secrecy")

MOST = 100
"""Values of one facet that are read out of an address."""
LONGEST = 200
FIRST_YEAR, LAST_YEAR = 1000, 2999
_RANGE = re.compile(r"(\d{4})?\.\.(\d{4})?")


def given(asked: QueryDict) -> dict[str, list[str]]:
    """The filters as they stand in the address, without empty and repeated values."""
    found = {name: [value.replace("\0", "")[:LONGEST] for value in asked.getlist(name)[:MOST]] for name in FILTERS}
    return {name: list(dict.fromkeys(filter(None, values))) for name, values in found.items() if any(values)}


def filters_of(asked: QueryDict) -> dict[str, tuple[str, ...]]:
    """The filters as an engine takes them: ranges written out."""
    return {
        name: tuple(dict.fromkeys(year for value in values for year in years_of(value)))
        if name == "year"
        else tuple(values)
        for name, values in given(asked).items()
    }


def range_of(value: str) -> tuple[int, int] | None:
    """The first and the last year of a range; None where the value is none."""
    found = _RANGE.fullmatch(value)
    if not found or not (found[1] or found[2]):
        return None
    return int(found[1] or FIRST_YEAR), int(found[2] or LAST_YEAR)


def years_of(value: str) -> tuple[str, ...]:
    """The years of a value. What is no range stays as it is and finds what it finds; of one upside down nothing is found."""
    ends = range_of(value)
    if ends is None:
        return (value,)
    return tuple(str(year) for year in range(max(ends[0], FIRST_YEAR), min(ends[1], LAST_YEAR) + 1)) or (value,)


def written_range(first: str, last: str) -> str:
    """The value for two ends that a person typed, either of which may be left out; empty where neither is a year."""
    ends = [end.strip() if re.fullmatch(r"\s*\d{4}\s*", end) else "" for end in (first, last)]
    if ends[0] and ends[0] == ends[1]:
        return ends[0]
    if all(ends) and ends[0] > ends[1]:
        ends.reverse()
    return "..".join(ends) if any(ends) else ""


def years_among(counts: Mapping[str, int]) -> dict[int, int]:
    """The counts of years by year, in order; what is no year is left out."""
    return {int(year): counts[year] for year in sorted(counts) if re.fullmatch(r"\d{4}", year)}


def figures(values: Iterable[str]) -> list[int]:
    """The values that are a number; an address may say anything."""
    return [int(value) for value in values if re.fullmatch("[0-9]{1,9}", value)]
