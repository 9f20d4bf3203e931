"""What goes out: a workbook that holds its sheet itself, or a ZIP of the table, the sheet's data and the seal."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from repository.registry import Sealer, registry
from search.exports import sheet
from search.exports.docx import write_docx
from search.exports.pdf import write_pdf
from search.exports.rows import ROWS
from search.exports.tables import Heads, Passed, write_csv, write_xlsx

FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "application/zip",
    "docx": "application/zip",
    "pdf": "application/zip",
}
SHEET, SEAL, READ_ME = "sheet.json", "sheet.p7s", "README.txt"
README = """Search results of Van Kho, a records archive

{table}  the rows
sheet.json  who asked for what, when, in what scope, and the digests of the table and of its rows (canonical JSON, RFC 8785)
{more}
Recompute:  python manage.py verify_export FILE    (this ZIP; docs/search-exports.md says how to do it without the program)
Table:      sha256sum "{table}"    stands in sheet.json as file.sha256
"""
SEALED = """sheet.p7s   the archive's seal over sheet.json (detached CMS)
Seal:       openssl cms -verify -inform DER -in sheet.p7s -content sheet.json -CAfile roots.pem -purpose any
"""
UNSEALED = "Not signed: no key for the archive's seal was set up.\n"


@dataclass(frozen=True)
class Table:
    """What is to be written: name without ending, heads, the file of rows, the title for people."""

    name: str
    format: str
    heads: Heads
    rows: Path
    title: str


def sealer() -> Sealer | None:
    """The archive's seal, where a key for it is set up."""
    return next((one for one in registry.sealers if one.ready()), None)


def ending(format: str) -> str:
    return "xlsx" if format == "xlsx" else "zip"


def write(table: Table, data: dict[str, Any], path: Path, passed: Passed) -> None:
    """Write the product at `path`. `data` is the sheet without its lines for reading.

    Raises what the seal raises (`repository.registry.Sealer`).
    """
    seal = sealer()
    told = sheet.with_facts(data, signed=seal is not None)
    if table.format == "xlsx":
        whole = sheet.json_of(told)
        write_xlsx(path, table.heads, table.rows, told["facts"], whole, _sealed(seal, whole), passed)
        return
    written = path.with_name(f".{table.format}.table")
    try:
        _table(table, told["facts"], written, passed)
        name = f"{table.name}.{table.format}"
        file = {"name": name, "size": written.stat().st_size, "sha256": _sha256(written)}
        whole = sheet.json_of({**told, "file": file})
        _zip(path, table, name, written, whole, _sealed(seal, whole))
    finally:
        written.unlink(missing_ok=True)


def _table(table: Table, facts: Iterable[Iterable[str]], path: Path, passed: Passed) -> None:
    if table.format == "csv":
        write_csv(path, table.heads, table.rows, passed)
    elif table.format == "docx":
        write_docx(path, table.heads, table.rows, table.title, facts, passed)
    else:
        write_pdf(path, table.heads, table.rows, table.title, facts, passed)


def _sealed(seal: Sealer | None, data: bytes) -> bytes | None:
    return seal.seal(data, sheet.PURPOSE) if seal is not None else None


def _zip(path: Path, table: Table, name: str, written: Path, whole: bytes, seal: bytes | None) -> None:
    more = SEALED if seal is not None else UNSEALED
    if table.format == "pdf":
        more += f"{ROWS}  the rows as they were hashed, as a PDF gives no texts back exactly\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.write(written, name)
        package.writestr(SHEET, whole)
        if seal is not None:
            package.writestr(SEAL, seal)
        if table.format == "pdf":
            package.write(table.rows, ROWS)
        package.writestr(READ_ME, README.format(table=name, more=more))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def title() -> str:
    return _("Search results")
