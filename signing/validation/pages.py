"""Pages drawn before and after a change: what is seen is the last word on what was modified."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pypdfium2
from PIL import Image, ImageChops, ImageDraw

from signing.validation.policy import Policy

MARGIN = 2  # pixels around an allowed rectangle: anti-aliasing
NOISE = 24  # of 255: differences up to this are rounding

Rectangle = tuple[float, float, float, float]  # left, bottom, right, top in the page's own units


@dataclass(frozen=True)
class Comparison:
    """`changed`: numbers (from 0) of the pages that show something else; `compared`: how many were drawn."""

    changed: tuple[int, ...]
    compared: int


def compare_pages(
    before: bytes, after: bytes, allowed: Mapping[int, Sequence[Rectangle]], policy: Policy, password: str | None
) -> Comparison:
    """Draw both and compare outside the rectangles in which each page may differ.

    A different number of pages counts as a change of the first page that only one of them has.
    Raises pypdfium2.PdfiumError where a document cannot be drawn.
    """
    started = time.monotonic()
    changed, compared = [], 0
    with opened(before, password) as old, opened(after, password) as new:
        common = min(len(old), len(new))
        if len(old) != len(new):
            changed.append(common)
        for number in sorted(range(min(common, policy.pages_limit)), key=lambda page: page not in allowed):
            if time.monotonic() - started > policy.page_seconds:
                break
            compared += 1
            if _differs(old[number], new[number], allowed.get(number, ()), policy):
                changed.append(number)
    return Comparison(tuple(changed), compared)


def opened(data: bytes, password: str | None) -> pypdfium2.PdfDocument:
    """The document with its forms ready to be drawn. Raises pypdfium2.PdfiumError."""
    document = pypdfium2.PdfDocument(data, password=password)
    document.init_forms()
    return document


def _differs(old: pypdfium2.PdfPage, new: pypdfium2.PdfPage, allowed: Sequence[Rectangle], policy: Policy) -> bool:
    if old.get_size() != new.get_size():
        return True
    scale = policy.page_pixels / max(*new.get_size(), 1.0)
    one = old.render(scale=scale, grayscale=True, may_draw_forms=True)
    other = new.render(scale=scale, grayscale=True, may_draw_forms=True)
    position = other.get_posconv(new)
    difference = ImageChops.difference(one.to_pil().convert("L"), other.to_pil().convert("L"))
    _blacken(difference, [_on_bitmap(position, rectangle) for rectangle in allowed])
    return difference.point(lambda value: 255 if value > NOISE else 0).getbbox() is not None


def _on_bitmap(position: pypdfium2.PdfPosConv, rectangle: Rectangle) -> tuple[int, int, int, int]:
    left, bottom, right, top = rectangle
    xs, ys = zip(*(position.to_bitmap(x, y) for x, y in ((left, bottom), (right, top))), strict=True)
    return min(xs) - MARGIN, min(ys) - MARGIN, max(xs) + MARGIN, max(ys) + MARGIN


def _blacken(image: Image.Image, boxes: Sequence[tuple[int, int, int, int]]) -> None:
    pen = ImageDraw.Draw(image)
    for box in boxes:
        pen.rectangle(box, fill=0)
