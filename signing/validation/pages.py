"""Pages drawn before and after a change: what is seen is the last word on what was modified."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pypdfium2
from PIL import ImageChops, ImageDraw

from signing.validation.covering import LONGER_SIDE, Drawn, Placed, Rectangle, covered_by, draw, on_bitmap
from signing.validation.policy import Policy

NOISE = 24  # of 255: differences up to this are rounding


@dataclass(frozen=True)
class Comparison:
    """`changed`: numbers (from 0) of the pages that show something else; `compared`: how many were drawn.

    `touching`, `hiding`: names of later signatures whose look lies over something drawn before, or leaves it unreadable.
    """

    changed: tuple[int, ...]
    compared: int
    touching: frozenset[str] = frozenset()
    hiding: frozenset[str] = frozenset()


def compare_pages(
    before: bytes,
    after: bytes,
    allowed: Mapping[int, Sequence[Rectangle]],
    policy: Policy,
    password: str | None,
    later: Mapping[int, Sequence[Placed]] | None = None,
    aside: Mapping[int, Sequence[Rectangle]] | None = None,
) -> Comparison:
    """Draw both and compare outside the rectangles in which each page may differ.

    `later`: by page the fields of signatures made since; they may differ too, and whether they lie over what was drawn is
    looked at, save in `aside`, the rectangles of the signatures that were there before. A different number of pages counts
    as a change of the first page that only one of them has.
    Raises pypdfium2.PdfiumError where a document cannot be drawn.
    """
    started = time.monotonic()
    changed, compared = [], 0
    later, touching, hiding = later or {}, set[str](), set[str]()
    with opened(before, password) as old, opened(after, password) as new:
        common = min(len(old), len(new))
        if len(old) != len(new):
            changed.append(common)
        first = {*allowed, *later}
        for number in sorted(range(min(common, policy.pages_limit)), key=lambda page: page not in first):
            if time.monotonic() - started > policy.page_seconds:
                break
            compared += 1
            placed = later.get(number, ())
            may_differ = [*allowed.get(number, ()), *(each.rectangle for each in placed)]
            one, other = old[number], new[number]
            if one.get_size() != other.get_size():
                changed.append(number)
                continue
            drawn = draw(one, other, max(policy.page_pixels, LONGER_SIDE) if placed else policy.page_pixels)
            if _differs(drawn, may_differ):
                changed.append(number)
            elif placed:
                found = covered_by(drawn, placed, (aside or {}).get(number, ()))
                touching |= found.touching
                hiding |= found.hiding
    return Comparison(tuple(changed), compared, frozenset(touching), frozenset(hiding))


def opened(data: bytes, password: str | None) -> pypdfium2.PdfDocument:
    """The document with its forms ready to be drawn. Raises pypdfium2.PdfiumError."""
    document = pypdfium2.PdfDocument(data, password=password)
    document.init_forms()
    return document


def _differs(drawn: Drawn, allowed: Sequence[Rectangle]) -> bool:
    difference = ImageChops.difference(drawn.before, drawn.after)
    pen = ImageDraw.Draw(difference)
    for rectangle in allowed:
        pen.rectangle(on_bitmap(drawn.position, rectangle), fill=0)
    return difference.point(lambda value: 255 if value > NOISE else 0).getbbox() is not None
