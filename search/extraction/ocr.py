"""Text out of pictures, by Tesseract with its Vietnamese model.

Measured on a two-page scan at 200 dpi, noisy, two cores busy with other work: share of words read right, seconds for both pages.

    turned by           0°            1.3°          2.5°          181°          90°
    here               .99  6.7      .99  7.8      .98  7.6      .98  5.5      .92  7.8
    Tesseract alone    .99  6.7      .99  7.8      .14  3.2      .98  5.5      .92  7.8
    OCRmyPDF sidecar   .99 16.7      .99 16.5      .99 21.5      .99 14.2      .93 16.8

So pages are turned straight here and given to Tesseract with orientation detection; OCRmyPDF, at twice the time, is for
the searchable rendition, which is made when somebody asks for it.
"""

import functools
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageSequence, ImageStat, UnidentifiedImageError

from search.extraction.errors import Damaged, TooLarge
from search.extraction.results import Limits

LANGUAGE = "vie"
_DPI = 300  # assumed where a picture does not say
_DPI_RANGE = range(70, 1201)
_SIDE = 700  # pixels of the small copy in which the slant is measured
_COARSE = [step / 1.0 for step in range(-6, 7)]  # degrees
_FINE = [step / 4.0 for step in range(-3, 4)]
_WORTH_TURNING = 0.5  # degrees; Tesseract copes with less
# The model writes the Icelandic letter beside or instead of the Vietnamese one: "QĐÐ", "Ðiều".
_ETH = re.compile("Đ?Ð")
_SMALL_ETH = re.compile("đ?ð")


class OcrMissing(Exception):
    """No Tesseract, or none with Vietnamese, on this machine."""


@functools.lru_cache(maxsize=1)
def _languages(program: str) -> tuple[str, ...]:
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False, timeout=30)
    return tuple(listed.stdout.split("\n")[1:])


@functools.lru_cache(maxsize=1)
def _version(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=30)
    return (said.stdout or said.stderr).split("\n")[0].removeprefix("tesseract").strip()


def tesseract() -> tuple[str, str]:
    """The program and its version; raises OcrMissing."""
    program = shutil.which("tesseract")
    if program is None:
        raise OcrMissing("no tesseract program")
    if LANGUAGE not in _languages(program):
        _languages.cache_clear()  # it may be installed while this process lives
        raise OcrMissing(f"tesseract has no language {LANGUAGE!r}")
    return program, _version(program)


def recognise(picture: Image.Image, dpi: int, seconds: float) -> str:
    """The text of one page. Raises OcrMissing, or subprocess errors when Tesseract is late or fails."""
    program, _ = tesseract()
    upright = "1" if "osd" in _languages(program) else "3"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.png"
        straight(picture.convert("L")).save(page, dpi=(dpi, dpi), compress_level=1)
        run = subprocess.run(
            [program, str(page), "stdout", "-l", LANGUAGE, "--psm", upright, "--dpi", str(dpi)],
            capture_output=True,
            check=True,
            timeout=seconds,
        )
    return _SMALL_ETH.sub("đ", _ETH.sub("Đ", run.stdout.decode("utf-8", "replace")))


def straight(picture: Image.Image) -> Image.Image:
    """The picture turned so that its lines are level, if they slant by half a degree to seven."""
    angle = slant(picture)
    if abs(angle) < _WORTH_TURNING:
        return picture
    return picture.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)


def slant(picture: Image.Image) -> float:
    """Degrees to turn the picture by: the angle at which the sums of its rows differ most, text lines against gaps."""
    small = picture.copy()
    small.thumbnail((_SIDE, _SIDE))
    ink = small.point(lambda level: 255 if level < 128 else 0)

    def sharpness(angle: float) -> float:
        turned = ink.rotate(angle, Image.Resampling.BILINEAR)
        return float(ImageStat.Stat(turned.resize((1, turned.height), Image.Resampling.BOX)).var[0])

    coarse = max(_COARSE, key=sharpness)
    return max((coarse + step for step in _FINE), key=sharpness)


def frame_count(path: Path, limits: Limits) -> int:
    """How many pictures the file holds (a TIFF may hold many). Raises Damaged or TooLarge."""
    with _open(path, limits) as image:
        return min(getattr(image, "n_frames", 1), limits.pages) if image.format == "TIFF" else 1


def frame(path: Path, index: int, limits: Limits) -> tuple[Image.Image, int]:
    """One picture, grey on white, and its dots per inch. Raises Damaged or TooLarge."""
    with _open(path, limits) as image:
        try:
            found = ImageSequence.Iterator(image)[index]
            _check_size(found, limits)
            dpi = round(float(found.info.get("dpi", (_DPI,))[0]) or _DPI)
            if "A" in found.getbands() or "transparency" in found.info:
                coloured = found.convert("RGBA")
                paper = Image.new("RGBA", coloured.size, "white")
                return Image.alpha_composite(paper, coloured).convert("L"), _sane(dpi)
            return found.convert("L"), _sane(dpi)
        except (OSError, ValueError, SyntaxError, EOFError, IndexError) as error:
            raise Damaged(f"picture: {error}") from error


def _open(path: Path, limits: Limits) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = limits.image_pixels
    try:
        image = Image.open(path)
    except UnidentifiedImageError as error:
        raise Damaged(f"picture: {error}") from error
    except Image.DecompressionBombError as error:
        raise TooLarge(str(error)) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise Damaged(f"picture: {error}") from error
    _check_size(image, limits)
    return image


def _check_size(image: Image.Image, limits: Limits) -> None:
    if image.width * image.height > limits.image_pixels:
        raise TooLarge(f"{image.width} x {image.height} pixels")


def _sane(dpi: int) -> int:
    return dpi if dpi in _DPI_RANGE else _DPI
