"""The rows of a file plan's table that came from outside. Runs in a worker without Django: imports nothing that needs settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from repository.text.fold import fold

MOST_ROWS = 20_000
# What a column may be headed with, folded, in the order of TITLES; the first that fits wins.
HEADS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("notation", ("so, ky hieu", "so ky hieu", "so va ky hieu", "ky hieu", "ma ho so", "notation")),
    ("period", ("thoi han", "thbq", "retention")),
    ("unit", ("nguoi lap", "don vi", "unit", "creator", "made by")),
    ("note", ("ghi chu", "note")),
    ("class", ("ma nhom", "ma loai", "record class")),
    ("title", ("tieu de", "de muc", "ten ho so", "heading", "title")),
)


def read_rows(path: str) -> list[dict[str, str]]:
    """The first sheet whose head names a notation or a title; rows under it that have a title."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets[:5]:
            if rows := list(_rows(sheet.iter_rows(max_row=MOST_ROWS + 50, max_col=20, values_only=True))):
                return rows
    finally:
        book.close()
    return []


def _rows(lines: Iterator[tuple[Any, ...]]) -> Iterator[dict[str, str]]:
    columns: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        cells = ["" if value is None else str(value).strip() for value in line]
        if not columns:
            columns = _columns(cells) if number <= 30 else {}
            continue
        found = {name: cells[at][:600].removeprefix("'") for name, at in columns.items() if at < len(cells)}
        if found.get("title") and not fold(found["title"]).startswith("ban danh muc nay co"):
            yield {**found, "line": str(number)}


def _columns(cells: list[str]) -> dict[str, int]:
    """Which column is which, from a line that names at least the title and one more; empty for any other line."""
    columns: dict[str, int] = {}
    for at, cell in enumerate(cells):
        said = " ".join(fold(cell).split())
        name = next((name for name, words in HEADS if name not in columns and any(word in said for word in words)), "")
        if name and said:
            columns[name] = at
    return columns if "title" in columns and len(columns) > 1 else {}
