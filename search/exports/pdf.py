"""The rows as a PDF: set in type a stretch at a time, and the stretches put together, so that neither is ever whole in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pikepdf
from django.utils import translation
from django.utils.translation import gettext as _

from repository.printing.letters import printable
from repository.printing.make import typeset
from search.exports.rows import lines
from search.exports.tables import Heads, Passed

SOURCE = Path(__file__).with_name("pdf.typ")
STRETCH = 1_000


def write_pdf(path: Path, heads: Heads, rows: Path, title: str, facts: Iterable[Iterable[str]], passed: Passed) -> None:
    """One stretch is PDF/A-2b as it is set; several are put together without a claim to it."""
    data = {
        "lang": (translation.get_language() or "vi")[:2],
        "title": printable(title),
        "page": _("Page"),
        "heads": [printable(label) for label, _kind, _share in heads],
        "shares": [share for _label, _kind, share in heads],
        "facts": [[printable(label), printable(value)] for label, value in facts],
    }
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".pdf-") as folder:
        parts, pages = [], 1
        for number, stretch in enumerate(_stretches(rows)):
            part = Path(folder) / f"{number}.pdf"
            shown = [[printable(cell) for cell in cells] for cells in stretch]
            part.write_bytes(typeset(SOURCE, {**data, "first": number == 0, "start": pages, "rows": shown}))
            with pikepdf.open(part) as made:
                pages += len(made.pages)
            parts.append(part)
            passed(len(stretch))
        if len(parts) == 1:
            parts[0].replace(path)
        else:
            _join(parts, path)


def _stretches(rows: Path) -> Iterator[list[list[str]]]:
    """At least one, which may be empty: the first carries the sheet."""
    source = lines(rows)
    stretch = list(islice(source, STRETCH))
    yield stretch
    while stretch := list(islice(source, STRETCH)):
        yield stretch


def _join(parts: list[Path], path: Path) -> None:
    opened: list[Any] = []
    with pikepdf.open(parts[0]) as whole:
        for part in parts[1:]:
            # Pages are read from their file when the whole is written: each stays open until then.
            opened.append(pikepdf.open(part))
            whole.pages.extend(opened[-1].pages)
        with whole.open_metadata() as told:
            for name in ("pdfaid:part", "pdfaid:conformance"):
                if name in told:
                    del told[name]
        whole.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    for one in opened:
        one.close()
