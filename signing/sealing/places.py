"""Where a signature goes on the page (Nghị định 30/2020/NĐ-CP, annex I, part II). Boxes are (left, bottom, right, top) in points.

The person's is centred between title and name; the seal covers the left third of the person's; an annex's or a copy's text stands
top right of the first page. Runs in the worker process: page text is read with pypdfium2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image, ImageDraw, ImageFont

FONT = Path(__file__).parent / "fonts" / "LiberationSerif-Regular.ttf"
SIZE, LEADING = 10, 11.5  # points; Times New Roman 10, upright, black (annex I, part II, 8)
MOST_PIXELS = 16_000_000  # of a picture
POINTS_PER_MM = 72 / 25.4
MOST_PAGES = 5_000  # that are looked through for signatures
Box = tuple[float, float, float, float]

# The handwritten signature's room: as high as the gap allows, within these.
LOWEST, HIGHEST, WIDEST = 28.0, 71.0, 160.0
BETWEEN = 4 * POINTS_PER_MM  # from one such text to the next
# The text of an annex or copy: its right edge and top on A4, within the margin (annex I, part I: right 15 to 20 mm).
RIGHT_MARGIN, TOP_MARGIN, TEXT_WIDTH = 15 * POINTS_PER_MM, 5 * POINTS_PER_MM, 110 * POINTS_PER_MM


def find(path: str, name: str, title: str) -> dict[str, Any] | None:
    """The room between the signer's title and name, the last such place in the file: page (from 0) and box. None where the name stands nowhere."""
    with pypdfium2.PdfDocument(Path(path)) as document:
        for index in range(len(document) - 1, -1, -1):
            text = document[index].get_textpage()
            named = _last(text, name)
            if named is None:
                continue
            left, _bottom, right, top = named
            middle = (left + right) / 2
            over = _above(text, title, top, middle) if title else None
            ceiling = over if over is not None else top + HIGHEST + 4
            height = min(max(ceiling - top - 6, LOWEST), HIGHEST)
            centre = (ceiling + top) / 2
            # Between the two where there is room; otherwise it stands on the name and overlaps the title, as by hand.
            low = max(centre - height / 2, top + 2)
            return {
                "page": index,
                "box": [middle - WIDEST / 2, low, middle + WIDEST / 2, low + height],
                "found": "between" if over is not None else "over",
            }
    return None


def shown(path: str) -> list[dict[str, Any]]:
    """The filled signature fields that show something, in the order of the pages: field, page, box."""
    found = []
    with pikepdf.Pdf.open(path) as pdf:
        for index, page in enumerate(pdf.pages[:MOST_PAGES]):
            for annotation in page.obj.get("/Annots", []):
                field = annotation if "/T" in annotation else annotation.get("/Parent", pikepdf.Dictionary())
                if field.get("/FT") != "/Sig" or "/V" not in field or "/Rect" not in annotation:
                    continue
                x, y, to_x, to_y = (float(edge) for edge in annotation["/Rect"])
                box = [min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y)]
                if box[2] - box[0] > 1 and box[3] - box[1] > 1:
                    found.append({"field": str(field.get("/T", "")), "page": index, "box": box})
    return found


def sizes(path: str, page: int) -> dict[str, Any]:
    """How many pages there are, and the size of one in points."""
    with pypdfium2.PdfDocument(Path(path)) as document:
        page = min(max(page, 0), len(document) - 1)
        width, height = document.get_page_size(page)
        return {"pages": len(document), "width": width, "height": height}


def draw(path: str, page: int, out: str, pixels: int, look: dict[str, Any] | None = None) -> None:
    """One page with its annotations as PNG, `pixels` wide; `look`: what a signature would show there (box, and picture or lines)."""
    with pypdfium2.PdfDocument(Path(path)) as document:
        document.init_forms()
        one = document[page]
        scale, height = pixels / one.get_width(), one.get_height()
        image = one.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    if look is not None:
        _lay_over(image, look, scale, height)
    image.save(out, "PNG")


def _lay_over(image: Image.Image, look: dict[str, Any], scale: float, height: float) -> None:
    left, bottom, right, top = look["box"]
    edges = [round(left * scale), round((height - top) * scale), round(right * scale), round((height - bottom) * scale)]
    if look.get("lines"):
        draw = ImageDraw.Draw(image)
        font = ImageFont.truetype(str(FONT), SIZE * scale)
        for index, line in enumerate(look["lines"]):
            draw.text((edges[2], edges[1] + (SIZE + index * LEADING) * scale), line, "black", font, anchor="rs")
        return
    with Image.open(look["picture"], formats=("PNG",)) as opened:
        size = max(edges[2] - edges[0], 1), max(edges[3] - edges[1], 1)
        picture = opened.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
    image.paste(picture, (edges[0], edges[1]), picture)


def cleaned(path: str, out: str) -> list[int]:
    """A picture as it will be kept: a PNG of its pixels alone, at most 1600 wide; its size. Raises for what is no transparent PNG."""
    with Image.open(path, formats=("PNG",)) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError("the picture is too large")
        picture = opened.convert("RGBA")
    if picture.getextrema()[3][0] > 0:
        raise ValueError("the picture is not transparent")
    # Empty edges would be counted as signature.
    picture = picture.crop(picture.getchannel("A").getbbox() or (0, 0, 1, 1))
    picture.thumbnail((1600, 1600), Image.Resampling.LANCZOS)
    picture.save(out, "PNG", optimize=True)
    return list(picture.size)


def work(task: str, *arguments: Any) -> Any:
    """The one door, so that one worker process serves every question."""
    return _TASKS[task](*arguments)


def _last(text: Any, wanted: str) -> Box | None:
    found = None
    search = text.search(wanted, match_case=True)
    while place := search.get_next():
        found = place
    return _edges(text, *found) if found else None


def _above(text: Any, title: str, top: float, middle: float) -> float | None:
    """The lower edge of the lowest place of the title above the name and over its middle."""
    lowest = None
    search = text.search(title)
    while place := search.get_next():
        left, bottom, right, _top = _edges(text, *place)
        # Over the name, and within a hand's breadth of it.
        if bottom > top and left - 20 <= middle <= right + 20 and bottom - top < 200:
            lowest = bottom if lowest is None else min(lowest, bottom)
    return lowest


def _edges(text: Any, start: int, count: int) -> Box:
    boxes = [text.get_charbox(index) for index in range(start, start + count) if text.get_text_range(index, 1).strip()]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def fitted(room: Box, width: float, height: float) -> Box:
    """The largest box of this shape within the room, centred."""
    scale = min((room[2] - room[0]) / width, (room[3] - room[1]) / height)
    x, y = (room[0] + room[2]) / 2, (room[1] + room[3]) / 2
    return (x - width * scale / 2, y - height * scale / 2, x + width * scale / 2, y + height * scale / 2)


def over_left_third(person: Box, width_mm: float, height_mm: float) -> Box:
    """Where the seal goes at its true size: its right edge one third into the person's signature, at the same height."""
    width, height = width_mm * POINTS_PER_MM, height_mm * POINTS_PER_MM
    edge = person[0] + (person[2] - person[0]) / 3
    middle = (person[1] + person[3]) / 2
    return (edge - width, middle - height / 2, edge, middle + height / 2)


def top_right(
    page_width: float, page_height: float, width: float, lines: int, leading: float, taken: Sequence[Box] = ()
) -> Box:
    """Where the lines of an annex or copy go. `taken`: what stands at the top already; the next stands left of it, for below it the
    document's own head begins. Where the page is too narrow for that, it stands on the page's left edge.
    """
    right = min([page_width - RIGHT_MARGIN, *(box[0] - BETWEEN for box in taken)])
    left, top = max(right - width, BETWEEN), page_height - TOP_MARGIN
    return (left, top - lines * leading - 1, left + width, top)


_TASKS: dict[str, Callable[..., Any]] = {"find": find, "shown": shown, "sizes": sizes, "draw": draw, "cleaned": cleaned}
