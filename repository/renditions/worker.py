"""What runs in the worker process: how large the pages of a file are, a picture of one, its words. No Django, no database."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image, ImageOps
from pypdfium2 import raw

from repository.renditions.words import words_of

PDF, PICTURE = "pdf", "picture"
MOST_PAGES = 20_000
MOST_PIXELS = 12_000_000  # of a picture that is made
MOST_SOURCE_PIXELS = 120_000_000  # A3 at 600 dpi has 70 million
QUALITY = 80
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP")
_SCREEN_DPI = 96
_POINTS = 72


class Locked(Exception):
    """The file asks for a password."""


class Damaged(Exception):
    """The file is not what it says."""


class TooManyPixels(Exception):
    """The picture is larger than any page."""


def work(task: str, path: str, kind: str, *args: Any) -> Any:
    """The one door, so that one worker process serves every kind of question."""
    return _TASKS[task, kind](Path(path), *args)


def _open(path: Path) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise Locked(str(error)) from error
        raise Damaged(str(error)) from error


def pdf_sizes(path: Path) -> list[list[int]]:
    """[how many, width, height] for each stretch of pages of one size, in CSS pixels at 100 %."""
    with _open(path) as document:
        count = min(len(document), MOST_PAGES)
        if not count:
            raise Damaged("no pages")
        return _runs([_shown(*document.get_page_size(index)) for index in range(count)])


def picture_sizes(path: Path) -> list[list[int]]:
    with _picture(path) as image:
        sizes = []
        for index in range(min(getattr(image, "n_frames", 1) if image.format == "TIFF" else 1, MOST_PAGES)):
            image.seek(index)
            width, height = _turned(image)
            dpi = _dpi(image)
            sizes.append(_shown(width * _POINTS / dpi, height * _POINTS / dpi))
        return _runs(sizes)


def pdf_picture(path: Path, page: int, width: int, target: str) -> list[int]:
    """The page, number from 0, written as WebP to `target`; its width and height."""
    with _open(path) as document:
        try:
            found = document[page]
        except pypdfium2.PdfiumError as error:
            raise Damaged(str(error)) from error
        across, down = found.get_size()
        if not (across > 0 and down > 0):
            raise Damaged("a page without a size")
        scale = min(width / across, math.sqrt(MOST_PIXELS / (across * down)))
        bitmap = found.render(scale=scale, rev_byteorder=True, prefer_bgrx=True)
        return _write(bitmap.to_pil().convert("RGB"), target)


def picture_picture(path: Path, page: int, width: int, target: str) -> list[int]:
    with _picture(path) as image:
        try:
            image.seek(page)
            _check(image)
            across, _down = _turned(image)
            if image.format == "JPEG" and across > 2 * width:
                image.draft("RGB", (2 * width, 2 * width * image.height // image.width))
            upright = ImageOps.exif_transpose(_coloured(image))
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise Damaged(str(error)) from error
        height = max(1, round(width * upright.height / upright.width))
        shrink = min(1.0, width / upright.width, math.sqrt(MOST_PIXELS / (width * height)))
        size = (max(1, round(upright.width * shrink)), max(1, round(upright.height * shrink)))
        reduced = upright.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0) if size != upright.size else upright
        return _write(reduced, target)


def pdf_words(path: Path, page: int) -> list[Any]:
    with _open(path) as document:
        try:
            found = document[page]
        except pypdfium2.PdfiumError as error:
            raise Damaged(str(error)) from error
        return words_of(found)


def picture_words(path: Path, page: int) -> list[Any]:
    return []


_TASKS: dict[tuple[str, str], Any] = {
    ("sizes", PDF): pdf_sizes,
    ("sizes", PICTURE): picture_sizes,
    ("picture", PDF): pdf_picture,
    ("picture", PICTURE): picture_picture,
    ("words", PDF): pdf_words,
    ("words", PICTURE): picture_words,
}


def _shown(across: float, down: float) -> tuple[int, int]:
    """Points as CSS pixels; what has no size, or one that no paper has, is shown as A4."""
    factor = _SCREEN_DPI / _POINTS
    width, height = round(across * factor), round(down * factor)
    return (width, height) if 8 <= width <= 60_000 and 8 <= height <= 60_000 else (794, 1123)


def _runs(sizes: list[tuple[int, int]]) -> list[list[int]]:
    runs: list[list[int]] = []
    for width, height in sizes:
        if runs and runs[-1][1:] == [width, height]:
            runs[-1][0] += 1
        else:
            runs.append([1, width, height])
    return runs


def _picture(path: Path) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = MOST_SOURCE_PIXELS
    try:
        image = Image.open(path, formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise TooManyPixels(str(error)) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise Damaged(str(error)) from error
    _check(image)
    return image


def _check(image: Image.Image) -> None:
    if image.width * image.height > MOST_SOURCE_PIXELS:
        raise TooManyPixels(f"{image.width} x {image.height}")


def _turned(image: Image.Image) -> tuple[int, int]:
    """Width and height after the camera's note which side is up."""
    turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    return (image.height, image.width) if turned else (image.width, image.height)


def _dpi(image: Image.Image) -> float:
    """Dots per inch as the picture says; a photograph's 72 would make a wall of it, so a page is 8.27 inches wide at most."""
    stated = image.info.get("dpi", (0,))[0] or 0
    dpi = float(stated) if 70 <= float(stated) <= 1200 else 0.0
    return max(dpi, _turned(image)[0] / 8.27)


def _coloured(image: Image.Image) -> Image.Image:
    """Red, green, blue or grey on white, keeping the note which side is up."""
    if image.mode.startswith(("I", "F")):
        grey = image.convert("F")
        low, high = (float(value) for value in grey.getextrema())  # type: ignore[arg-type]
        return grey.point(lambda level: (level - low) * (255 / ((high - low) or 1))).convert("L")
    if "A" in image.getbands() or "transparency" in image.info:
        layered = image.convert("RGBA")
        paper = Image.new("RGBA", layered.size, "white")
        flat = Image.alpha_composite(paper, layered).convert("RGB")
        flat.info.update({key: image.info[key] for key in ("exif",) if key in image.info})
        return flat
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _write(image: Image.Image, target: str) -> list[int]:
    image.info.clear()
    image.save(target, "WEBP", quality=QUALITY, method=0)
    return [image.width, image.height]
