"""A page image cold and warm: a PDF of two hundred pages filed beside the rows, asked for through the page's own address."""

from __future__ import annotations

import shutil
import statistics
import time
from io import BytesIO
from typing import Any

import pikepdf
from django.test import Client
from django.urls import reverse

from demo import bulk
from demo.papers import pdf
from demo.visitors import signed_in
from repository import blobs
from repository.clock import now
from repository.codes import FileRole
from repository.models import Document, File, User
from repository.renditions import cache, pages

NAME = "bench-200.pdf"
PAGES = 200
COLD = 15
MOST_MS = 300  # by the clock: the picture is drawn in another process


def page_images() -> dict[str, Any]:
    """Milliseconds by the clock of a page's picture that was never drawn and of one that is kept, both sizes; the worker is running."""
    file = filed()
    client = signed_in(User.objects.get(username="archivist"))
    shutil.rmtree(cache.folder_of(file.sha256), ignore_errors=True)
    asked(client, file, 1, pages.THUMB)
    found: dict[str, Any] = {"problems": []}
    for width in (pages.ONCE, pages.TWICE):
        numbers = range(2, 2 + COLD * 10, 10)
        cold = [asked(client, file, number, width) for number in numbers]
        warm = [asked(client, file, number, width) for number in numbers]
        found[f"{width} cold"] = {"p50": round(statistics.median(cold), 1), "most": round(max(cold), 1)}
        found[f"{width} warm"] = {"p50": round(statistics.median(warm), 1), "most": round(max(warm), 1)}
        if statistics.median(cold) > MOST_MS:
            found["problems"].append(f"a page image {width} wide: {round(statistics.median(cold))} ms cold")
    return found


def asked(client: Client, file: File, number: int, width: int) -> float:
    began = time.perf_counter()
    answer = client.get(reverse("page_image", args=[file.pk, number, width]))
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    spent = (time.perf_counter() - began) * 1000
    if answer.status_code != 200 or content[:4] != b"RIFF":
        raise RuntimeError(f"no page image: {answer.status_code}")
    return spent


def filed() -> File:
    """The file, an appendix of the first document; made once."""
    found = File.objects.filter(name=NAME).first()
    if found is not None:
        return found
    book = pikepdf.new()
    for paper in bulk.papers(PAGES, seed=7, most_pages=3):
        with pikepdf.open(BytesIO(pdf(paper))) as part:
            book.pages.extend(part.pages)
        if len(book.pages) >= PAGES:
            break
    stream = BytesIO()
    book.save(stream)
    received = blobs.receive([stream.getvalue()])
    version = Document.objects.order_by("pk")[0].versions.get(current=True)
    return File.objects.create(
        version=version,
        role=FileRole.APPENDIX,
        name=NAME,
        sha256=received.sha256,
        sha512=received.sha512,
        size=received.size,
        mime="application/pdf",
        page_count=len(book.pages),
        received_at=now(),
    )
