"""What runs in the worker processes: one function for text, one for a page of a picture. Both return JSON data.

Errors cross the border by the names of their classes (`search.extraction.errors`).
"""

import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from search.extraction import formats, ocr, pdf, plain
from search.extraction.backends import Backend
from search.extraction.errors import Damaged, Empty, TooLarge
from search.extraction.messages import CUT_OFF, OTHER_FORMAT
from search.extraction.packages import check_package
from search.extraction.results import Limits
from search.extraction.xhtml import normal, page_texts

_METADATA = {
    "dc:title": "title",
    "dc:subject": "subject",
    "dc:creator": "author",
    "dcterms:created": "created",
    "dcterms:modified": "modified",
    "pdf:docinfo:producer": "producer",
    "xmp:CreatorTool": "tool",
    "extended-properties:Application": "tool",
    "Message-From": "from",
    "Message-To": "to",
    "Content-Type": "content_type",
    "dc:language": "language",
}
_METADATA_LENGTH = 500


def read_text(
    path: str, media_type: str, url: str, password: str | None, seconds: float, limits: Limits
) -> dict[str, Any]:
    """Text by page, and which pages are pictures (`scanned`, numbers from 0)."""
    source = Path(path)
    if source.stat().st_size == 0:
        raise Empty("0 bytes")
    claimed = formats.format_of(media_type)
    name = formats.true_format(source, claimed)
    warnings = [] if name == claimed else [OTHER_FORMAT]
    if name == "txt":
        answer = _read_plain(source, limits)
    elif name in formats.IMAGES:
        count = ocr.frame_count(source, limits)
        answer = {"pages": [""] * count, "page_count": count, "scanned": list(range(count)), "picture": True}
    else:
        with tempfile.TemporaryDirectory() as folder:
            answer = _read_by_tika(source, name, Path(folder), url, password, seconds, limits)
    answer["warnings"] = warnings + answer.get("warnings", [])
    return answer


def read_picture(
    path: str, index: int, picture: bool, password: str | None, seconds: float, limits: Limits
) -> dict[str, str]:
    """The text of one page by OCR. Raises OcrMissing where there is no Tesseract with Vietnamese."""
    _program, version = ocr.tesseract()
    source = Path(path)
    image, dpi = ocr.frame(source, index, limits) if picture else pdf.render(source, index, password, limits)
    return {"text": normal(ocr.recognise(image, dpi, seconds)), "version": version}


def _read_plain(source: Path, limits: Limits) -> dict[str, Any]:
    with source.open("rb") as stream:
        data = stream.read(limits.text_characters + 1)
    text, encoding = plain.decode(data[: limits.text_characters])
    return {
        "pages": [normal(text)],
        "engine": "plain",
        "version": encoding,
        "metadata": {"encoding": encoding},
        "warnings": [CUT_OFF] if len(data) > limits.text_characters else [],
    }


def _read_by_tika(
    source: Path, name: str, folder: Path, url: str, password: str | None, seconds: float, limits: Limits
) -> dict[str, Any]:
    page_count = None
    if name == "pdf":
        opened = pdf.open_pdf(source, folder, password)
        source, page_count = opened.path, opened.page_count
        if page_count > limits.pages:
            raise TooLarge(f"{page_count} pages")
    elif name in formats.PACKED:
        check_package(source, limits)
    # Stored files have no names; Tika tells mail and web pages from plain text by the ending.
    named = folder / f"document.{name}"
    named.symlink_to(source.resolve())
    backend = _backend(url)
    media_type = next(kind for kind, ending in formats.FORMATS.items() if ending == name)
    answer = backend.read(named, media_type=media_type, seconds=seconds, characters=limits.text_characters)
    pages = page_texts(answer.text, collapse=name == "html")
    scanned: list[int] = []
    if name == "pdf":
        if page_count and not any(pages) and len(pages) < page_count:
            raise Damaged("no page could be read")
        scanned = pdf.pages_to_recognise(source, pages)
    elif name == "eml" and answer.metadata.get("dc:subject"):
        pages[0] = normal(f"{answer.metadata['dc:subject']}\n{pages[0]}")
    return {
        "pages": pages,
        "page_count": page_count or _stated_pages(answer.metadata),
        "scanned": scanned,
        "picture": False,
        "engine": backend.name,
        "version": backend.version,
        "metadata": _small(answer.metadata),
        "warnings": [CUT_OFF] if answer.cut_off else [],
    }


@lru_cache(maxsize=2)
def _backend(url: str) -> Backend:
    # Imported here: the native library is 100 MB that the other profile does not need.
    if url:
        from search.extraction.tika_server import TikaServer

        return TikaServer(url)
    from search.extraction.tika_embedded import TikaEmbedded

    return TikaEmbedded()


def _stated_pages(metadata: dict[str, str]) -> int | None:
    stated = metadata.get("xmpTPg:NPages") or metadata.get("meta:page-count") or ""
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 7 else None


def _small(metadata: dict[str, str]) -> dict[str, str]:
    kept = {
        ours: normal(metadata[theirs])[:_METADATA_LENGTH] for theirs, ours in _METADATA.items() if theirs in metadata
    }
    return {key: value for key, value in kept.items() if value and os.linesep not in value}
