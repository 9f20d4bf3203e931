"""How many signatures end when, by what ends: a column a year, or a month of one year, as numbers for an SVG."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import CharField, Count, QuerySet
from django.db.models.functions import Cast, Substr

from repository.access.querysets import under
from repository.actors import Actor
from repository.clock import now
from signing.desk import ROLES
from signing.models import Ending, Provable

WIDTH, LEFT, TOP, FOOT = 620.0, 40.0, 16.0, 136.0
COLUMNS = 15
KEPT_SECONDS = 300
# From the foot upwards: the order in which the columns are read.
STACK = (Ending.CERTIFICATE, Ending.REVOCATION, Ending.AUTHORITY, Ending.ALGORITHM)
PAINT = {
    Ending.CERTIFICATE: "plain",
    Ending.REVOCATION: "pass",
    Ending.AUTHORITY: "unsure",
    Ending.ALGORITHM: "none",
}
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Part:
    css: str
    y: str
    height: str


@dataclass(frozen=True)
class Bar:
    """One year or month; coordinates are text with a point, as SVG wants them."""

    label: str
    url: str
    total: int
    x: str
    width: str
    middle: str
    top: str
    parts: tuple[Part, ...]
    counts: tuple[int, ...]
    over: bool


def counts_for(actor: Actor, *, fresh: bool = False) -> dict[str, dict[str, int]]:
    """What ends in each month (2027-03, UTC) by what ends; under "" what cannot be proven. In the agencies the actor looks after and
    within her clearance, kept for some minutes for all who look after the same."""
    paths = actor.paths(*ROLES)
    key = f"provable:{'|'.join(sorted(paths))}:{actor.clearance}"
    kept: dict[str, dict[str, int]] | None = None if fresh else cache.get(key)
    if kept is None:
        kept = defaultdict(dict)
        for month, ending, count in _rows(
            Provable.objects.filter(under("document__agency__path", paths), document__secrecy__lte=actor.clearance)
        ):
            kept[month or ""][ending] = count
        kept = dict(kept)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _rows(rows: QuerySet[Any]) -> Any:
    # Cut out of the text of the date: SQLite would call back into Python for each row.
    month = Substr(Cast("provable_until", CharField()), 1, 7)
    return rows.order_by().annotate(month=month).values_list("month", "ending").annotate(count=Count("pk"))


def chart(counts: Counts, year: int | None) -> dict[str, Any] | None:
    """By year, or by the months of one; None where nothing is known to end."""
    spans = _months(counts, year) if year else _years(counts)
    if not spans or not any(sum(by.values()) for _label, _value, by in spans):
        return None
    most = max(sum(by.values()) for _label, _value, by in spans)
    step = (WIDTH - LEFT) / len(spans)
    width = min(step * 0.66, 40.0)
    here = now().strftime("%Y-%m")
    bars = []
    for index, (label, value, by) in enumerate(spans):
        middle = LEFT + step * (index + 0.5)
        parts, y = [], FOOT
        for ending in STACK:
            if amount := by.get(ending, 0):
                # What is there at all is never thinner than a line one can see.
                height = max(amount / most * (FOOT - TOP), 1.5)
                y -= height
                parts.append(Part(PAINT[ending], _n(y), _n(height)))
        total = sum(by.get(ending, 0) for ending in STACK)
        bars.append(
            Bar(
                label=label,
                url=f"?until={value}" if total else "",
                total=total,
                x=_n(middle - width / 2),
                width=_n(width),
                middle=_n(middle),
                top=_n(max(y - 4, 10.0)),
                parts=tuple(parts),
                counts=tuple(by.get(ending, 0) for ending in STACK),
                over=value < here[: len(value)],
            )
        )
    return {"bars": bars, "most": most, "year": year, "first": bars[0].label, "last": bars[-1].label}


def _years(counts: Counts) -> list[tuple[str, str, Counter[str]]]:
    """From this year on, without gaps, as many as fit; what ended before stands in the first."""
    this = now().year
    years: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for month, by in counts.items():
        if month:
            years[int(month[:4])].update(by)
    if not years:
        return []
    first = min(this, *years)
    last = min(max(max(years), this), max(first, this) + COLUMNS - 1)
    first = max(first, last - COLUMNS + 1)
    return [(str(year), str(year), years[year]) for year in range(first, last + 1)]


def _months(counts: Counts, year: int) -> list[tuple[str, str, Counter[str]]]:
    keys = [f"{year}-{month:02}" for month in range(1, 13)]
    return [(key[5:], key, Counter(counts.get(key, {}))) for key in keys]


def _n(value: float) -> str:
    return f"{value:.1f}"
