"""What must be known of a PDF beside its text: may it be opened, is it whole, which pages are pictures."""

from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pypdfium2
from PIL import Image
from pypdfium2 import raw

from search.extraction.errors import Damaged, Encrypted
from search.extraction.results import Limits

_TAIL = 4096  # bytes in which the end mark of a whole file stands
_FEW_LETTERS = 20  # a page number, a stamp's word
_STAMP_LETTERS = 400  # what the visible signatures put on a scan add up to
_HALF = 0.5  # of the page, covered by pictures
_OUTLINES = 100  # drawn paths: letters turned into curves
_SCAN_DPI = 200
_FINE_DPI = 300
_INCH = 72


@dataclass(frozen=True, slots=True)
class OpenedPdf:
    """`path` is the file to read text from: the original, or a copy without its password in the worker's own folder."""

    path: Path
    page_count: int


def open_pdf(path: Path, folder: Path, password: str | None) -> OpenedPdf:
    """Raises Encrypted (no or a wrong password) or Damaged (cut off, or not a PDF)."""
    _check_whole(path)
    try:
        with pypdfium2.PdfDocument(path) as document:
            return OpenedPdf(path, len(document))
    except pypdfium2.PdfiumError as error:
        if error.err_code != raw.FPDF_ERR_PASSWORD:
            raise Damaged(f"pdfium: {error}") from error
    if not password:
        raise Encrypted("pdfium: password needed")
    decrypted = folder / "decrypted.pdf"
    try:
        with pikepdf.open(path, password=password) as document:
            document.save(decrypted)
            return OpenedPdf(decrypted, len(document.pages))
    except pikepdf.PasswordError as error:
        raise Encrypted("wrong password") from error
    except pikepdf.PdfError as error:
        raise Damaged(f"qpdf: {error}") from error


def pages_to_recognise(path: Path, texts: list[str]) -> list[int]:
    """Numbers, from 0, of the pages whose text is in a picture.

    Such a page has hardly a letter and a picture or drawn letters on it; or it is covered by a picture and has no more
    letters than visible signatures bring. A scan that someone has already recognised has its letters and is left alone.
    """
    doubtful = [index for index, text in enumerate(texts) if sum(map(str.isalnum, text)) < _STAMP_LETTERS]
    if not doubtful:
        return []
    with pypdfium2.PdfDocument(path) as document:
        return [index for index in doubtful if index < len(document) and _is_picture(document, index, texts[index])]


def render(path: Path, index: int, password: str | None, limits: Limits) -> tuple[Image.Image, int]:
    """The page as a grey picture and its dots per inch: those of the scan within 200 and 300, fewer for huge pages."""
    with pypdfium2.PdfDocument(path, password=password) as document:
        page = document[index]
        width, height = page.get_size()
        dpi = max(_SCAN_DPI, min(_FINE_DPI, _finest_picture(page)))
        while dpi > 1 and (width * dpi / _INCH) * (height * dpi / _INCH) > limits.image_pixels:
            dpi //= 2
        return page.render(scale=dpi / _INCH, grayscale=True).to_pil(), dpi


def _check_whole(path: Path) -> None:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL))
        if b"%%EOF" not in stream.read():
            raise Damaged("no end mark: the file is cut off")


def _is_picture(document: pypdfium2.PdfDocument, index: int, text: str) -> bool:
    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return False  # Tika is the more forgiving of the two: what it read stands
    width, height = page.get_size()
    letters = sum(map(str.isalnum, text))
    pictures, outlines = 0.0, 0
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH], max_depth=4):
        if item.type == raw.FPDF_PAGEOBJ_PATH:
            outlines += 1
            continue
        left, bottom, right, top = item.get_bounds()
        pictures += max(0.0, right - left) * max(0.0, top - bottom) / max(1.0, width * height)
    if letters < _FEW_LETTERS:
        return pictures > 0 or outlines >= _OUTLINES
    return pictures >= _HALF


def _finest_picture(page: pypdfium2.PdfPage) -> int:
    finest = 0.0
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        left, _bottom, right, _top = item.get_bounds()
        if right - left > page.get_width() / 4:
            finest = max(finest, item.get_px_size()[0] * _INCH / (right - left))
    return round(finest)
