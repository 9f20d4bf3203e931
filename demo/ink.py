"""What a signature looks like on the page: a handwritten name in blue, an agency's seal in red, both transparent PNGs.

Look after Nghị định 30/2020/NĐ-CP, annex I, section II, points 7 and 8. Drawn at four times their size and reduced, so that
the edges are smooth; the same name always gives the same picture.
"""

import itertools
import math
from functools import lru_cache
from pathlib import Path
from random import Random

import fontpkg_source_serif_4
from PIL import Image, ImageDraw, ImageFont

BLUE = (29, 63, 168)
RED = (214, 32, 40)
SEAL_MILLIMETRES = 36
_DPI = 220
_SCALE = 3
_FONT = Path(fontpkg_source_serif_4.__file__).parent / "files" / "SourceSerif4[opsz,wght].ttf"


@lru_cache(maxsize=256)
def handwriting(name: str) -> Image.Image:
    """A signature for a name: a running line with loops, as long as the name, and a flourish under it."""
    rng = Random(f"ink:{name}")
    width, height = 360 * _SCALE, 180 * _SCALE
    mask = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(mask)
    strokes = 4 + len(name.split()[-1])
    base, rise = height * 0.58, height * 0.34
    points: list[tuple[float, float]] = []
    turns = strokes * 24
    phase = rng.random() * math.tau
    heights = [0.35 + 0.65 * rng.random() for _ in range(strokes + 1)]
    heights[0] = 1.3
    for step in range(turns + 1):
        along = step / turns
        beat = along * strokes
        loop = heights[min(int(beat), strokes)] * (1 - 0.45 * along)
        x = width * (0.08 + 0.68 * along) + width * 0.045 * math.sin(beat * math.tau + phase)
        y = base - rise * loop * (0.5 + 0.5 * math.cos(beat * math.tau)) - height * 0.08 * along
        points.append((x, y))
    last_x, last_y = points[-1]
    swing = [
        (last_x + (width * 0.95 - last_x) * t, last_y + height * (0.3 * math.sin(t * math.pi) - 0.3 * t))
        for t in _steps(30)
    ]
    under = [
        (width * (0.9 - 0.75 * t), base + height * (0.14 + 0.1 * math.sin(t * math.pi) - 0.05 * t)) for t in _steps(40)
    ]
    _stroke(draw, [*points, *swing], rng, 2.3)
    _stroke(draw, under, rng, 1.6)
    return _inked(mask.resize((width // _SCALE, height // _SCALE), Image.Resampling.LANCZOS), BLUE)


@lru_cache(maxsize=64)
def seal(name: str, over: str) -> Image.Image:
    """A round seal of true size: two rings, a star, `over` round the upper half, `name` across the middle."""
    size = round(SEAL_MILLIMETRES / 25.4 * _DPI) * _SCALE
    mask = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(mask)
    middle = size / 2
    for radius, line in ((0.49, 0.016), (0.465, 0.006), (0.315, 0.006)):
        edge = size * radius
        draw.ellipse(
            (middle - edge, middle - edge, middle + edge, middle + edge), outline=255, width=round(size * line)
        )
    _ring(mask, over.upper(), size * 0.39, size * 0.066)
    star = [
        (
            middle + size * radius * math.sin(turn * math.pi / 5),
            middle - size * 0.09 - size * radius * math.cos(turn * math.pi / 5),
        )
        for turn in range(10)
        for radius in ((0.1,) if turn % 2 == 0 else (0.039,))
    ]
    draw.polygon(star, fill=255)
    _lines(draw, name.upper(), middle, size)
    return _inked(mask.resize((size // _SCALE, size // _SCALE), Image.Resampling.LANCZOS), RED)


def _steps(count: int) -> list[float]:
    return [step / count for step in range(count + 1)]


def _stroke(draw: ImageDraw.ImageDraw, points: list[tuple[float, float]], rng: Random, pen: float) -> None:
    """A line whose weight swells and thins as a pen's does."""
    phase = rng.random() * 9
    for place, ((x1, y1), (x2, y2)) in enumerate(itertools.pairwise(points)):
        weight = pen * _SCALE * (1 + 0.45 * math.sin(place / 7 + phase))
        draw.line((x1, y1, x2, y2), fill=255, width=max(1, round(weight)))
        dot = weight / 2
        draw.ellipse((x2 - dot, y2 - dot, x2 + dot, y2 + dot), fill=255)


def _ring(mask: Image.Image, words: str, radius: float, height: float) -> None:
    """Letters standing on a circle, centred at its top, closed by a star at the bottom."""
    font = _font(round(height))
    widths = [font.getlength(letter) * 1.06 for letter in words]
    span = sum(widths) / radius
    squeeze = min(1.0, 5.6 / span)
    angle = -span * squeeze / 2
    middle = mask.width / 2
    box = round(height * 2.4)
    for letter, width in zip(words, widths, strict=True):
        angle += width * squeeze / radius / 2
        glyph = Image.new("L", (box, box), 0)
        ImageDraw.Draw(glyph).text((box / 2, box / 2), letter, font=font, fill=255, anchor="mm")
        glyph = glyph.rotate(-math.degrees(angle), resample=Image.Resampling.BICUBIC)
        x, y = middle + radius * math.sin(angle) - box / 2, middle - radius * math.cos(angle) - box / 2
        mask.paste(255, (round(x), round(y)), glyph)
        angle += width * squeeze / radius / 2


def _lines(draw: ImageDraw.ImageDraw, name: str, middle: float, size: int) -> None:
    """The name in the middle, in as many lines as it needs to stand inside the inner ring."""
    words, lines = name.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 11 and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    font = _font(round(size * 0.062))
    for place, line in enumerate(lines[:3]):
        draw.text((middle, middle + size * (0.065 + 0.075 * place)), line, font=font, fill=255, anchor="mm")


@lru_cache(maxsize=8)
def _font(height: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(_FONT), height)
    font.set_variation_by_name("Bold")
    return font


def _inked(mask: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    """The mask as ink: one colour everywhere, the mask as its transparency."""
    picture = Image.new("RGBA", mask.size, (*colour, 0))
    picture.putalpha(mask.point(lambda level: level * 9 // 10))
    return picture
