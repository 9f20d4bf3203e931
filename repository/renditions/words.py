"""The words of a PDF page with their places. Runs in the worker; the page is hostile."""

from __future__ import annotations

import ctypes
import re
import unicodedata

import pypdfium2
from pypdfium2 import raw

from repository.text import legacy
from repository.text.offsets import Traced

UNIT = 10_000  # places are in ten-thousandths of the page's width and height, as it is shown
MOST = 60_000  # characters of a page that are looked at
_DEVICE = 1_000_000
_MARKS = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"
# A word, or what stands between two words without being a space; then the space behind it.
_RUN = re.compile(rf"((?:[^\W_][{_MARKS}]*)+|[^\s\w]+|_+)(\s*)")
# In old typefaces letters of words are signs of other kinds: there only spaces part words.
_OLD_RUN = re.compile(r"(\S+)(\s*)")
# pdfium's signs for a hyphen at the end of a line.
_HYPHENS = {0x2: "-", 0xFFFE: "-"}
_NEW_LINE = 0.6  # of a letter's height: a word whose letters are further apart stands on two lines

Box = tuple[float, float, float, float]
Word = tuple[str, int, int, int, int]


def words_of(page: pypdfium2.PdfPage) -> list[Word]:
    """Each word in reading order: its text with the space or line break behind it, x, y, width, height (UNIT)."""
    textpage = page.get_textpage()
    count = min(raw.FPDFText_CountChars(textpage), MOST)
    text = "".join(_letter(raw.FPDFText_GetUnicode(textpage, index)) for index in range(count))
    charset = legacy.detect(text)
    place = _placing(page)
    found: list[Word] = []
    for run in (_RUN if charset is None else _OLD_RUN).finditer(text):
        space = run.group(2)
        after = "\n" if "\n" in space else " " if space else ""
        pieces = _pieces(textpage, *run.span(1))
        for number, (start, end, box) in enumerate(pieces, start=1):
            written = text[start:end]
            if charset is not None:
                written = legacy.decode(Traced(written), charset).text
            written = unicodedata.normalize("NFC", written)
            x, y, width, height = place(box)
            if width > 0 and height > 0:
                found.append((written + (after if number == len(pieces) else ""), x, y, width, height))
    return found


def _letter(code: int) -> str:
    """One character for one of pdfium's, so that numbers of characters stay the same."""
    if code in _HYPHENS:
        return _HYPHENS[code]
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return " "
    return chr(code)


def _pieces(textpage: pypdfium2.PdfTextPage, start: int, end: int) -> list[tuple[int, int, Box]]:
    """The run as one box, or as one for each line it stands on."""
    found: list[tuple[int, int, Box]] = []
    rectangle = raw.FS_RECTF()
    for index in range(start, end):
        if not raw.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(rectangle)):
            continue
        left, bottom, right, top = rectangle.left, rectangle.bottom, rectangle.right, rectangle.top
        if not (right > left or top > bottom):
            continue
        if found:
            first, _, (l0, b0, r0, t0) = found[-1]
            if abs((top + bottom) - (t0 + b0)) / 2 <= _NEW_LINE * max(t0 - b0, top - bottom):
                found[-1] = (first, index + 1, (min(l0, left), min(b0, bottom), max(r0, right), max(t0, top)))
                continue
        found.append((index if found else start, index + 1, (left, bottom, right, top)))
    if found:
        # What has no box of its own (a mark of two signs) belongs to the piece before it.
        found[-1] = (found[-1][0], end, found[-1][2])
    return found


def _placing(page: pypdfium2.PdfPage):  # type: ignore[no-untyped-def]
    """A function from a box in the page's own space to x, y, width and height as it is shown: turned and cropped."""

    def device(x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, _DEVICE, _DEVICE, 0, x, y, ctypes.byref(across), ctypes.byref(down))
        return across.value / _DEVICE, down.value / _DEVICE

    x0, y0 = device(0, 0)
    x1, y1 = device(1000, 0)
    x2, y2 = device(0, 1000)

    def place(box: Box) -> tuple[int, int, int, int]:
        left, bottom, right, top = box
        corners = [
            (
                x0 + (x1 - x0) * x / 1000 + (x2 - x0) * y / 1000,
                y0 + (y1 - y0) * x / 1000 + (y2 - y0) * y / 1000,
            )
            for x, y in ((left, bottom), (right, top))
        ]
        across, down = sorted(x for x, _ in corners), sorted(y for _, y in corners)
        if across[1] < 0 or down[1] < 0 or across[0] > 1 or down[0] > 1:
            return 0, 0, 0, 0
        x, y = max(0.0, across[0]), max(0.0, down[0])
        width, height = min(1.0, across[1]) - x, min(1.0, down[1]) - y
        return round(x * UNIT), round(y * UNIT), round(width * UNIT), round(height * UNIT)

    return place
