"""Rows of an inventory as what they say of a document: fields by name, read with the mapping of the columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from repository.codes import DocumentType
from repository.inventory.headings import Layout, normal
from repository.text.days import read_day

_CODE = re.compile(r"(\d+[a-zA-Z]?)(?:/((?:19|20)\d\d))?\s*[/-]\s*(\S.*)")
_TYPES = sorted((str(label) for _code, label in DocumentType.choices if label != "Khác"), key=len, reverse=True)
_MORE_TYPES = ("Nghị định", "Thông tư", "Luật", "Pháp lệnh")
# Excel counts days from the last of December 1899, a leap day that never was included.
_EXCEL_BEGAN = date(1899, 12, 30)


@dataclass(frozen=True)
class Entry:
    """One row: `number` is its row in the sheet from 1, `values` the document's fields, `wrong` what could not be read {field: text}."""

    number: int
    file: str
    values: dict[str, Any]
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return str(self.values.get("code") or "")


def entries_of(rows: Sequence[Sequence[str]], layout: Layout) -> list[Entry]:
    """The list's rows; empty ones, and those that only count or sum up, are left out."""
    found = []
    for at in range(layout.first, len(rows)):
        row = rows[at]
        said = {key: row[column].strip() for column, key in layout.columns.items() if column < len(row)}
        entry = _entry(at + 1, said)
        if entry.file or {"code", "number", "subject"} & set(entry.values):
            found.append(entry)
    return found


def _entry(number: int, said: dict[str, str]) -> Entry:
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for key in ("number", "notation", "type_name", "subject", "organ_name", "signer_name", "description"):
        if said.get(key):
            values[key] = said[key]
    if said.get("code"):
        values |= split_code(said["code"])
    elif values.get("number"):
        values |= split_code("/".join(part for part in (values["number"], values.get("notation", "")) if part))
    if said.get("type_subject"):
        values = {**split_subject(said["type_subject"]), **values}
    if said.get("issued_date"):
        try:
            values["issued_date"] = day_of(said["issued_date"])
        except (ValueError, OverflowError):
            wrong["issued_date"] = said["issued_date"]
    pages = said.get("page_amount", "")
    if pages.isdecimal() and len(pages) < 6:
        values["page_amount"] = int(pages)
    elif pages:
        wrong["page_amount"] = pages
    return Entry(number, said.get("file", ""), values, wrong)


def split_code(code: str) -> dict[str, str]:
    """06/2022/QĐ-UBND is number 06 and notation QĐ-UBND; what does not look so is kept whole."""
    code = " ".join(code.split())[:60]
    found = _CODE.fullmatch(re.sub(r"^(?:số|so)\s*:?\s*", "", code, flags=re.IGNORECASE))
    if not found:
        return {"code": code}
    year = f"/{found[2]}" if found[2] else ""
    return {"code": f"{found[1]}{year}/{found[3]}", "number": found[1], "notation": found[3]}


def split_subject(text: str) -> dict[str, str]:
    """ "Kế hoạch tuyên truyền …" is the type Kế hoạch and the subject behind it."""
    for name in (*_TYPES, *_MORE_TYPES):
        if text.casefold().startswith(name.casefold()) and not text[len(name) : len(name) + 1].isalpha():
            rest = text[len(name) :].strip(" :,-–.")
            if rest:
                return {"type_name": name, "subject": rest[:1].upper() + rest[1:]}
    return {"subject": text}


def day_of(text: str) -> date | None:
    """A day as written, or as Excel's serial number where the cell had lost its format. Raises ValueError."""
    if re.fullmatch(r"[1-6]\d{4}", text):
        return _EXCEL_BEGAN + timedelta(days=int(text))
    return read_day(text.replace("//", "/"))


def plain_code(code: str) -> str:
    """A code for comparing: without marks, blanks, leading noughts, and without the year that some leave out."""
    text = normal(code)
    text = re.sub(r"^0+(?=\d)", "", text)
    return re.sub(r"^(\d+[a-z]?) (?:19|20)\d\d (?=\w)", r"\1 ", text)
