"""Files to look at: PDFs of many pages, locked and broken ones, scans; and documents made of them."""

from __future__ import annotations

import functools
import io
from typing import Any

import pikepdf
from PIL import Image, ImageDraw

from demo import papers
from demo.texts import paper_of
from repository.clock import now
from repository.codes import FileRole, Ocr
from repository.models import Document, Extraction, File, FileStatus, Version

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@functools.cache
def pdf(name: str = "viewer-1") -> bytes:
    return papers.pdf(paper_of(name))


@functools.cache
def many(count: int, name: str = "viewer-1") -> bytes:
    """`count` pages; the first of A3 across, all others A4 upright."""
    with pikepdf.open(io.BytesIO(pdf(name))) as source, pikepdf.new() as made:
        for _number in range(count):
            made.pages.append(source.pages[0])
        made.pages[0].mediabox = [0, 0, 1190, 842]
        written = io.BytesIO()
        made.save(written)
    return written.getvalue()


def locked(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as source:
        written = io.BytesIO()
        source.save(written, encryption=pikepdf.Encryption(owner="chu", user="mat-khau"))
    return written.getvalue()


def scan(*, frames: int = 1, kind: str = "TIFF") -> bytes:
    pictures = []
    for number in range(frames):
        picture = Image.new("L", (1240, 1754), "white")
        ImageDraw.Draw(picture).rectangle((200, 200, 400 + number, 300), fill="black")
        pictures.append(picture)
    written = io.BytesIO()
    more = {"save_all": True, "append_images": pictures[1:]} if kind == "TIFF" else {}
    pictures[0].save(written, kind, dpi=(150, 150), **more)
    return written.getvalue()


def shelve(
    records: Any,
    content: bytes,
    *,
    mime: str = PDF,
    pages: tuple[str, ...] = (),
    ocr: str = Ocr.NONE,
    dossier: Any = None,
    **fields: Any,
) -> tuple[Document, File]:
    """A document of these bytes, its text already read: `pages` are the texts of its pages."""
    document = records.document(dossier or records.dossier(), content=content, mime=mime, **fields)
    file = File.objects.get(version__document=document, role=FileRole.MAIN)
    if pages:
        starts, text = [], ""
        for page in pages:
            starts.append(len(text))
            text += page + "\n"
        Extraction.objects.create(file=file, text=text, pages=starts, engine="test", ocr=ocr, made_at=now())
    return document, file


def replace(document: Document, first: File, text: str) -> File:
    """A second version of the document, of the same bytes, that reads `text`."""
    Version.objects.filter(document=document).update(current=False)
    version = Version.objects.create(document=document, number=2, made_at=now(), reason="Sửa lỗi chính tả")
    kept = {name: getattr(first, name) for name in ("name", "sha256", "sha512", "size", "mime", "received_at")}
    second = File.objects.create(version=version, **kept)
    FileStatus.objects.create(file=second)
    Extraction.objects.create(file=second, text=text, pages=[0], engine="test", made_at=now())
    return second
