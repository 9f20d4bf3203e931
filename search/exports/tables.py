"""The rows as CSV and as a workbook: texts never become formulas, links or numbers."""

from __future__ import annotations

import base64
import csv
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from repository.lists.export import FORMULA
from search.exports.rows import lines

Heads = list[tuple[str, str, float]]
"""Of each column, the number first: its label, its kind (text, date or number) and its share of a line."""

PLAIN = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
HIDDEN = "sheet.json"
"""Name of the workbook's hidden sheet: column A holds the sheet's JSON in parts, column B the seal in base64."""
PART = 30_000
# Excel knows no day before 1900.
FIRST_DAY = date(1900, 1, 1)
Passed = Callable[[int], None]


def escaped(text: str) -> str:
    """What a spreadsheet would take for a formula, or what begins with the sign itself, gets an apostrophe before it."""
    return f"'{text}" if text.startswith((*FORMULA, "'")) else text


def write_csv(path: Path, heads: Heads, rows: Path, passed: Passed) -> None:
    # The mark tells Excel that this is UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([label for label, _kind, _share in heads])
        for cells in lines(rows):
            writer.writerow([escaped(cell) for cell in cells])
            passed(1)


def write_xlsx(
    path: Path,
    heads: Heads,
    rows: Path,
    facts: Iterable[Iterable[str]],
    sheet: bytes,
    seal: bytes | None,
    passed: Passed,
) -> None:
    """First the sheet for reading, then the rows; the sheet's data and the seal lie in a hidden one."""
    with path.open("wb") as stream:
        book = xlsxwriter.Workbook(stream, PLAIN)
        first, table, data = book.add_worksheet(_("Sheet")), book.add_worksheet(_("Rows")), book.add_worksheet(HIDDEN)
        data.hide()
        bold = book.add_format({"bold": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        first.set_column(0, 0, 44)
        first.set_column(1, 1, 90)
        for at, (label, value) in enumerate(facts):
            first.write_string(at, 0, label, bold)
            first.write_string(at, 1, value, wrapped)
        _table(book, table, heads, rows, passed)
        _hidden(data, sheet, seal)
        book.close()


def _table(book: Any, table: Any, heads: Heads, rows: Path, passed: Passed) -> None:
    bold, dated = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
    table.freeze_panes(1, 0)
    for at, (label, _kind, share) in enumerate(heads):
        table.set_column(at, at, max(8, round(share * 16)))
        table.write_string(0, at, label, bold)
    for line, cells in enumerate(lines(rows), start=1):
        for at, (cell, (_label, kind, _share)) in enumerate(zip(cells, heads, strict=True)):
            if not cell:
                continue
            if kind == "number":
                table.write_number(line, at, int(cell))
            elif kind == "date" and (day := date.fromisoformat(cell)) >= FIRST_DAY:
                table.write_datetime(line, at, day, dated)
            else:
                table.write_string(line, at, cell)
        passed(1)


def _hidden(data: Any, sheet: bytes, seal: bytes | None) -> None:
    text = sheet.decode()
    for at in range(0, len(text), PART):
        data.write_string(at // PART, 0, text[at : at + PART])
        if at == 0 and seal is not None:
            data.write_string(0, 1, base64.b64encode(seal).decode())
