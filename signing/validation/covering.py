"""Whether the look of a later signature lies over what was signed before it.

A further signature may show itself: that is what approval signatures are for, and a seal lies over the third of a
person's signature by law (Decree 30/2020/NĐ-CP, annex I). Over anything else that was drawn it says what nobody signed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter

LONGER_SIDE = 1200  # pixels: text of 12 points is 17 high on A4
MARGIN = 2  # pixels around a rectangle: anti-aliasing
DRAWN = 30  # of 255, below white: what counts as drawn
CHANGED = 24  # of 255: differences up to this are rounding
CONTRAST = 60  # of 255: what can be read
LEFT_OF_CONTRAST = 0.4  # below this share of it, it can be read no more
WINDOW = 9  # pixels: within it strokes of text change between dark and light
FEW = 12  # pixels; a comma of 8 points has more

Rectangle = tuple[float, float, float, float]  # left, bottom, right, top in the page's own units


@dataclass(frozen=True)
class Placed:
    """The field `name` of a signature, and where it lies on a page."""

    name: str
    rectangle: Rectangle


@dataclass(frozen=True)
class Covered:
    """Names of the fields that lie over something drawn, and of those that leave it unreadable."""

    touching: frozenset[str]
    hiding: frozenset[str]


def covered_by(
    old: pypdfium2.PdfPage, new: pypdfium2.PdfPage, later: Sequence[Placed], aside: Sequence[Rectangle]
) -> Covered:
    """Compare inside the rectangles of `later`, not in those of `aside`. Both pages of one size."""
    scale = LONGER_SIDE / max(*new.get_size(), 1.0)
    one, other = (page.render(scale=scale, grayscale=True, may_draw_forms=True) for page in (old, new))
    position = other.get_posconv(new)
    before, after = one.to_pil().convert("L"), other.to_pil().convert("L")
    changed = ImageChops.difference(before, after).point(lambda value: 255 if value > CHANGED else 0)
    drawn = before.point(lambda value: 255 if value < 255 - DRAWN else 0)
    touched, hidden = ImageChops.darker(changed, drawn), ImageChops.darker(changed, _unreadable(before, after))
    found = {"touched": set[str](), "hidden": set[str]()}
    for placed in later:
        counted = Image.new("L", before.size)
        pen = ImageDraw.Draw(counted)
        pen.rectangle(on_bitmap(position, placed.rectangle), fill=255)
        for rectangle in aside:
            pen.rectangle(on_bitmap(position, rectangle), fill=0)
        for key, mask in (("touched", touched), ("hidden", hidden)):
            if ImageChops.darker(mask, counted).histogram()[255] > FEW:
                found[key].add(placed.name)
    return Covered(frozenset(found["touched"]), frozenset(found["hidden"]))


def on_bitmap(position: pypdfium2.PdfPosConv, rectangle: Rectangle) -> tuple[int, int, int, int]:
    """The rectangle in pixels: left, top, right, bottom, with a margin."""
    left, bottom, right, top = rectangle
    xs, ys = zip(*(position.to_bitmap(x, y) for x, y in ((left, bottom), (right, top))), strict=True)
    return min(xs) - MARGIN, min(ys) - MARGIN, max(xs) + MARGIN, max(ys) + MARGIN


def _unreadable(before: Image.Image, after: Image.Image) -> Image.Image:
    """Where something could be read and cannot any more: it went light, or everything around it became alike."""
    paled = _lost(ImageChops.invert(before), ImageChops.invert(after))
    flattened = ImageChops.darker(_lost(_range(before), _range(after)), _at_least(ImageChops.invert(before), CONTRAST))
    return ImageChops.lighter(paled, flattened)


def _lost(contrast: Image.Image, left: Image.Image) -> Image.Image:
    needed = contrast.point(lambda value: round(value * LEFT_OF_CONTRAST))
    return ImageChops.darker(_at_least(contrast, CONTRAST), _at_least(ImageChops.subtract(needed, left), 1))


def _range(image: Image.Image) -> Image.Image:
    """How far light and dark lie apart around each pixel."""
    return ImageChops.subtract(image.filter(ImageFilter.MaxFilter(WINDOW)), image.filter(ImageFilter.MinFilter(WINDOW)))


def _at_least(image: Image.Image, least: int) -> Image.Image:
    return image.point(lambda value: 255 if value >= least else 0)
