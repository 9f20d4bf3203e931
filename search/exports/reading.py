"""Read an exported table back: its rows as they were hashed, and the sheet that it holds. For files that may come from anywhere.

Runs in an isolated worker (`repository.isolation`): it is given paths and answers with figures and short texts only.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from search.exports.rows import ROWS, digest_of

SHEET, SEAL = "sheet.json", "sheet.p7s"
# Bytes of the sheet, of a seal, and of a table once it is unpacked.
LARGEST_SHEET, LARGEST_TABLE = 4 << 20, 4 << 30
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class NoExport(ValueError):
    """The file is none of ours; the text says what is missing."""


def read(path: str) -> dict[str, Any]:
    """What a file says and holds: `sheet` and `seal` (base64 or None), `rows`, `rows_sha256`, `heads`, `facts`, `file_sha256` (None where
    there is none). Raises NoExport."""
    try:
        if path.lower().endswith(".xlsx"):
            return _of_workbook(Path(path))
        return _of_package(Path(path))
    except (OSError, zipfile.BadZipFile, KeyError, IndexError, UnicodeDecodeError, csv.Error) as error:
        raise NoExport(f"{type(error).__name__}: {error}") from error


# ── a workbook ──
def _of_workbook(path: Path) -> dict[str, Any]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    try:
        first, table, hidden = book.worksheets[:3]
        parts = list(hidden.iter_rows(values_only=True))
        sheet = "".join(_cell(row[0]) for row in parts if row and row[0] is not None).encode()
        seal = parts[0][1] if parts and len(parts[0]) > 1 else None
        rows = table.iter_rows(values_only=True)
        heads = [_cell(value) for value in next(rows)]
        digest = digest_of(_filled(row, len(heads)) for row in rows)
        facts = [[_cell(value) for value in row[:2]] for row in first.iter_rows(values_only=True)]
    finally:
        book.close()
    return _answer(sheet, base64.b64decode(seal) if seal else None, heads, digest, facts=facts)


def _filled(row: Any, width: int) -> list[str]:
    """Cells at the end of a row that are empty are not in the file."""
    cells = [_cell(value) for value in row]
    return cells + [""] * (width - len(cells))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    from openpyxl.utils.escape import unescape

    # A workbook writes `_x0041_` as `_x005F_x0041_` (ECMA-376 part 1, 22.9.2.19).
    return unescape(str(value))


# ── a package ──
def _of_package(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as package:
        sheet = _small(package, SHEET)
        seal = _small(package, SEAL) if SEAL in package.namelist() else None
        try:
            name = json.loads(sheet)["file"]["name"]
        except (TypeError, ValueError) as error:
            raise NoExport(f"{SHEET} names no table") from error
        with package.open(name) as stream:
            sha256 = _hashed(stream)
        heads: list[str] | None = None
        if name.endswith(".pdf"):
            with package.open(ROWS) as stream:
                digest = digest_of(_lines(stream))
        elif name.endswith(".csv"):
            with package.open(name) as stream:
                rows = _csv(stream)
                heads = next(rows)
                digest = digest_of(rows)
        else:
            with package.open(name) as outer, tempfile.TemporaryFile() as inner:
                _copied(outer, inner)
                with zipfile.ZipFile(inner) as document, document.open("word/document.xml") as stream:
                    rows = _word(stream)
                    heads = next(rows)
                    digest = digest_of(rows)
    return _answer(sheet, seal, heads, digest, file_sha256=sha256)


def _small(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as stream:
        data = stream.read(LARGEST_SHEET + 1)
    if len(data) > LARGEST_SHEET:
        raise NoExport(f"{name} is too large")
    return data


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    read = 0
    while block := stream.read(1 << 20):
        read += len(block)
        if read > LARGEST_TABLE:
            raise NoExport("the table is too large")
        yield block


def _hashed(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for block in _blocks(stream):
        digest.update(block)
    return digest.hexdigest()


def _copied(source: IO[bytes], target: Any) -> None:
    for block in _blocks(source):
        target.write(block)
    target.seek(0)


def _lines(stream: IO[bytes]) -> Iterator[list[str]]:
    for line in stream:
        yield [str(cell) for cell in json.loads(line)]


def _csv(stream: IO[bytes]) -> Iterator[list[str]]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    for number, row in enumerate(csv.reader(text)):
        # An apostrophe was put before what a spreadsheet would take for a formula; the heads have none.
        yield [cell.removeprefix("'") for cell in row] if number else row


def _word(stream: IO[bytes]) -> Iterator[list[str]]:
    """The rows of the document's last table, the heads first. Tables are told apart by their end: the first is the sheet."""
    from lxml import etree

    tables = 0
    events = etree.iterparse(
        stream,
        events=("end",),
        tag=(f"{WORD}tr", f"{WORD}tbl"),
        resolve_entities=False,
        no_network=True,
        huge_tree=True,
    )
    for _event, element in events:
        if element.tag == f"{WORD}tbl":
            tables += 1
        elif tables == 1:
            yield ["".join(part.text or "" for part in cell.iter(f"{WORD}t")) for cell in element.iterfind(f"{WORD}tc")]
            element.clear()
            while element.getprevious() is not None and element.getprevious().tag == f"{WORD}tr":
                del element.getparent()[0]


def _answer(
    sheet: bytes,
    seal: bytes | None,
    heads: list[str] | None,
    digest: Any,
    *,
    facts: list[list[str]] | None = None,
    file_sha256: str | None = None,
) -> dict[str, Any]:
    return {
        "sheet": base64.b64encode(sheet).decode(),
        "seal": base64.b64encode(seal).decode() if seal else None,
        "heads": heads,
        "rows": digest.count,
        "rows_sha256": digest.hex,
        "facts": facts,
        "file_sha256": file_sha256,
    }
