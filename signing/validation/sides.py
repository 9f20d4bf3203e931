"""Pages as they were signed and as the file shows them now: runs in a worker process, for the page that shows both."""

import base64
import io
from pathlib import Path
from typing import Any

from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.validation.coverage import covered_end
from signing.validation.document import BLANKS, filled_fields, open_pdf
from signing.validation.pages import compare_pages, opened
from signing.validation.policy import ARCHIVE

BEFORE, AFTER = "before", "after"


def differing(path: str, password: str | None) -> dict[str, Any]:
    """`pages`: numbers (from 1) that look different since the oldest signature that has something after it; `compared`.

    Raises NotReadable, PdfiumError or LookupError where there is nothing to compare.
    """
    data = Path(path).read_bytes()
    found = compare_pages(data[: signed_end(data, password)], data, {}, ARCHIVE, password)
    return {"pages": [number + 1 for number in found.changed], "compared": found.compared}


def picture(path: str, password: str | None, side: str, number: int, pixels: int) -> str:
    """One page as PNG in Base64, `pixels` on the longer side. Raises LookupError where that side has no such page."""
    data = Path(path).read_bytes()
    if side == BEFORE:
        data = data[: signed_end(data, password)]
    with opened(data, password) as document:
        if not 1 <= number <= len(document):
            raise LookupError("no such page")
        page = document[number - 1]
        drawn = page.render(scale=pixels / max(*page.get_size(), 1.0), may_draw_forms=True).to_pil()
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode("ascii")


def signed_end(data: bytes, password: str | None) -> int:
    """Where the bytes of the oldest signature end that does not cover the whole file. Raises NotReadable, LookupError."""
    pdf = open_pdf(data, password)
    ends = []
    for field in filled_fields(pdf):
        try:
            end = covered_end(EmbeddedPdfSignature(pdf, field.field, field.name), data)
        except Exception:  # noqa: S112 - a field that holds no signature covers nothing
            continue
        if end is not None and data[end:].strip(BLANKS):
            ends.append(end)
    if not ends:
        raise LookupError("nothing was written after a signature")
    return min(ends)
