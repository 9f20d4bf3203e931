"""A table out of an Excel or CSV file, as plain text cells. Runs in a worker process: the file comes from anybody.

Dates become dd/mm/yyyy, whole numbers lose their ".0", formulas give the value the spreadsheet last computed. Of merged cells the first holds
the text and the others are empty, as the format has it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

MOST_ROWS = 5000
MOST_COLUMNS = 60
LONGEST = 1000  # characters of a cell
# So many empty rows in a run are taken for the end: sheets are formatted down to row 1,048,576.
EMPTY_RUN = 200
SHEETS_LOOKED_AT = 8


def read(path: str) -> dict[str, Any]:
    """{"rows": [[text]], "cut": whether there were more rows}. Raises ValueError for what is neither Excel (xlsx) nor text."""
    with Path(path).open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK\x03\x04"):
        tables = list(_workbook(path))
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValueError("old excel")
    else:
        tables = [_taken(csv_rows(Path(path).read_bytes()))]
    # Of several sheets the fullest is the list.
    rows, cut = max(tables, key=lambda table: sum(map(_filled, table[0])), default=([], False))
    return {"rows": rows, "cut": cut}


def _workbook(path: str) -> Iterator[tuple[list[list[str]], bool]]:
    from openpyxl import load_workbook

    # A stream, because a path is judged by its ending, and this one has none that says anything.
    with Path(path).open("rb") as stream:
        book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets[:SHEETS_LOOKED_AT]:
            # The size that the file claims is often wrong.
            sheet.reset_dimensions()
            yield _taken(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True))


def csv_rows(content: bytes) -> Iterator[list[str]]:
    text = decoded(content)
    sample = text[:4096]
    separator = max("\t;,", key=sample.count)
    return csv.reader(io.StringIO(text.replace("\0", "")), delimiter=separator)


def decoded(content: bytes) -> str:
    """UTF-8 or UTF-16 by their marks, else UTF-8, else Windows' Vietnamese code page."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1258", "replace")


def _taken(given: Iterable[Iterable[Any]]) -> tuple[list[list[str]], bool]:
    rows: list[list[str]] = []
    empty = 0
    for row in given:
        if len(rows) >= MOST_ROWS:
            return rows, True
        cells = [plain(value) for value, _n in zip(row, range(MOST_COLUMNS), strict=False)]
        while cells and not cells[-1]:
            cells.pop()
        empty = 0 if cells else empty + 1
        if empty >= EMPTY_RUN:
            break
        rows.append(cells)
    while rows and not rows[-1]:
        rows.pop()
    return rows, False


def plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return f"{value.day:02}/{value.month:02}/{value.year:04}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return " ".join(str(value).replace("\0", "").split())[:LONGEST]


def _filled(row: list[str]) -> int:
    return sum(1 for cell in row if cell)
