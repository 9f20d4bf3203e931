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
Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels


@dataclass(frozen=True)
class Placed:
    """The field `name` of a signature, and where it lies on a page."""

    name: str
    rectangle: Rectangle


@dataclass(frozen=True)
class Drawn:
    """A page before and after, in grey and of one size; `position` leads from the page's units to pixels."""

    before: Image.Image
    after: Image.Image
    position: pypdfium2.PdfPosConv


@dataclass(frozen=True)
class Covered:
    """Names of the fields that lie over something drawn, and of those that leave it unreadable."""

    touching: frozenset[str]
    hiding: frozenset[str]


def covered_by(drawn: Drawn, later: Sequence[Placed], aside: Sequence[Rectangle]) -> Covered:
    """Compare inside the rectangles of `later`, not in those of `aside`."""
    before, after, position = drawn.before, drawn.after, drawn.position
    left_out = [on_bitmap(position, rectangle) for rectangle in aside]
    touching, hiding = set[str](), set[str]()
    for placed in later:
        box = _within(on_bitmap(position, placed.rectangle), before.size)
        if box is None:
            continue
        touched, hidden = _looked_at(before, after, box, left_out)
        if touched:
            touching.add(placed.name)
        if hidden:
            hiding.add(placed.name)
    return Covered(frozenset(touching), frozenset(hiding))


def _looked_at(before: Image.Image, after: Image.Image, box: Box, left_out: Sequence[Box]) -> tuple[bool, bool]:
    """Whether something drawn in the box changed, and whether it can be read no more. Only the box is worked on, with the window around it."""
    around = _within((box[0] - WINDOW, box[1] - WINDOW, box[2] + WINDOW, box[3] + WINDOW), before.size) or box
    before, after = before.crop(around), after.crop(around)
    counted = Image.new("L", before.size)
    pen = ImageDraw.Draw(counted)
    pen.rectangle(_moved(box, around), fill=255)
    for rectangle in left_out:
        pen.rectangle(_moved(rectangle, around), fill=0)
    changed = ImageChops.darker(_at_least(ImageChops.difference(before, after), CHANGED + 1), counted)
    drawn = _at_least(ImageChops.invert(before), DRAWN + 1)
    if ImageChops.darker(changed, drawn).histogram()[255] <= FEW:
        # Nothing was drawn where it changed, so nothing that could be read is gone either.
        return False, False
    return True, ImageChops.darker(changed, _unreadable(before, after)).histogram()[255] > FEW


def _within(box: Box, size: tuple[int, int]) -> Box | None:
    """The part of the box, right and bottom included, that lies on a bitmap of this size; None where none does."""
    left, top, right, bottom = max(box[0], 0), max(box[1], 0), min(box[2], size[0] - 1), min(box[3], size[1] - 1)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _moved(box: Box, origin: Box) -> Box:
    return box[0] - origin[0], box[1] - origin[1], box[2] - origin[0], box[3] - origin[1]


def draw(old: pypdfium2.PdfPage, new: pypdfium2.PdfPage, longer_side: int) -> Drawn:
    """Both pages, of one size, with their longer side of so many pixels."""
    scale = longer_side / max(*new.get_size(), 1.0)
    one, other = (page.render(scale=scale, grayscale=True, may_draw_forms=True) for page in (old, new))
    return Drawn(one.to_pil().convert("L"), other.to_pil().convert("L"), other.get_posconv(new))


def on_bitmap(position: pypdfium2.PdfPosConv, rectangle: Rectangle) -> Box:
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
