"""The chart of verdicts by year, as numbers for an SVG: above the share that is not passed, below how many there are.

Set to one scale, a few failed signatures would vanish beside thousands that passed. So the share has a scale of its own, and every
year with failed ones also says their number beside a square.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from repository import formats
from repository.codes import Indication

WIDTH, LEFT = 620.0, 40.0
SHARE_TOP, SHARE_FOOT = 26.0, 126.0
AMOUNT_TOP, AMOUNT_FOOT = 152.0, 190.0
YEARS = 12
SCALES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True)
class Column:
    year: int
    total: int
    failed: int
    unsure: int
    x: str
    width: str
    middle: str
    fail_y: str
    fail_height: str
    unsure_y: str
    unsure_height: str
    amount_y: str
    amount_height: str
    mark_y: str
    mark_x: str
    url: str


def chart(years: Mapping[int | None, Counter[str]], url_of: Callable[[int], str]) -> dict[str, Any] | None:
    """The latest years with signatures; None where there are none. Coordinates are text with a point, as SVG wants them."""
    shown = [(year, counts) for year, counts in years.items() if year is not None and counts.total()][-YEARS:]
    if not shown:
        return None
    highest = max(_share(counts) for _year, counts in shown)
    scale = next(step for step in SCALES if highest <= step)
    most = max(counts.total() for _year, counts in shown)
    step = (WIDTH - LEFT) / len(shown)
    width = min(step * 0.66, 48.0)
    columns = []
    for index, (year, counts) in enumerate(shown):
        middle = LEFT + step * (index + 0.5)
        total, failed, unsure = counts.total(), counts[Indication.FAILED], counts[Indication.INDETERMINATE]
        height = SHARE_FOOT - SHARE_TOP
        # What is there at all is never thinner than a line one can see.
        fail_height = max(failed / total / scale * height, 2.0) if failed else 0.0
        unsure_height = max(unsure / total / scale * height, 1.5) if unsure else 0.0
        unsure_y = SHARE_FOOT - fail_height - unsure_height - (1 if failed and unsure else 0)
        amount = max(total / most * (AMOUNT_FOOT - AMOUNT_TOP), 1.0)
        top = SHARE_FOOT - fail_height - unsure_height
        columns.append(
            Column(
                year=year,
                total=total,
                failed=failed,
                unsure=unsure,
                x=_n(middle - width / 2),
                width=_n(width),
                middle=_n(middle),
                fail_y=_n(SHARE_FOOT - fail_height),
                fail_height=_n(fail_height),
                unsure_y=_n(unsure_y),
                unsure_height=_n(unsure_height),
                amount_y=_n(AMOUNT_FOOT - amount),
                amount_height=_n(amount),
                mark_x=_n(middle - 12),
                mark_y=_n(max(top - 12, 4.0)),
                url=url_of(year),
            )
        )
    lines = [(0.0, SHARE_FOOT), (scale / 2, (SHARE_TOP + SHARE_FOOT) / 2), (scale, SHARE_TOP)]
    return {
        "columns": columns,
        "lines": [
            {"label": formats.percent(share, 0 if share >= 0.04 else 1), "y": _n(y), "text_y": _n(y + 4)}
            for share, y in lines
        ],
        "most": most,
        "first": shown[0][0],
        "last": shown[-1][0],
        "highest": highest,
    }


def _share(counts: Counter[str]) -> float:
    return (counts[Indication.FAILED] + counts[Indication.INDETERMINATE]) / counts.total()


def _n(value: float) -> str:
    return f"{value:.1f}"
