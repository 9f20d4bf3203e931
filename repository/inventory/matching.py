"""Rows of an inventory and documents of a dossier brought together, and what the rows would change."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from repository import formats
from repository.inventory.entries import Entry, plain_code
from repository.inventory.headings import normal
from repository.models import Document

FIELDS = (
    "code", "number", "notation", "issued_date", "type_name", "subject", "organ_name", "signer_name", "page_amount", "description",
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    field: str
    label: str
    was: str
    will: str
    value: Any


@dataclass(frozen=True)
class Match:
    """A row and its document; `by` says how they were found to belong together: "file" or "code"."""

    entry: Entry
    document: Document
    file: str
    by: str
    differences: list[Difference]

    @property
    def applies(self) -> bool:
        """What a person has confirmed is not changed by a table."""
        return bool(self.differences) and self.document.confirmed_at is None


@dataclass
class Matching:
    matches: list[Match] = field(default_factory=list)
    rows_left: list[Entry] = field(default_factory=list)
    documents_left: list[tuple[Document, str]] = field(default_factory=list)


def match(entries: Sequence[Entry], documents: Iterable[tuple[Document, str]]) -> Matching:
    """By the file's name first, then by number and notation, with the date where several have the same. What two could be is nobody's."""
    left = {document.pk: (document, name) for document, name in documents}
    found: dict[int, tuple[Any, str]] = {}
    by_name = _unique((plain_name(name), pk) for pk, (_document, name) in left.items())
    names = _unique((plain_name(entry.file), entry.number) for entry in entries if entry.file)
    for name, number in names.items():
        if name in by_name:
            found[number] = (by_name[name], "file")
    taken = {pk for pk, _by in found.values()}
    rest = [entry for entry in entries if entry.number not in found and entry.code]
    for dated in (True, False):
        open_documents = _unique(
            (_sign(document.code, document.issued_date, dated), pk)
            for pk, (document, _name) in left.items()
            if pk not in taken and document.code
        )
        signs = _unique((_sign(entry.code, entry.values.get("issued_date"), dated), entry.number) for entry in rest)
        for sign, number in signs.items():
            if number not in found and sign in open_documents and open_documents[sign] not in taken:
                found[number] = (open_documents[sign], "code")
                taken.add(open_documents[sign])
    result = Matching()
    for entry in entries:
        if entry.number not in found:
            result.rows_left.append(entry)
            continue
        pk, by = found[entry.number]
        document, name = left[pk]
        result.matches.append(Match(entry, document, name, by, differences(entry, document)))
    result.documents_left = [pair for pk, pair in left.items() if pk not in taken]
    return result


def _unique(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """{key: value} of the keys that stand once."""
    seen: dict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        seen[key].append(value)
    return {key: values[0] for key, values in seen.items() if len(values) == 1 and key}


def _sign(code: str, day: date | None, dated: bool) -> Any:
    plain = plain_code(code)
    return (plain, day) if dated and day else None if dated else plain


def plain_name(name: str) -> str:
    """A file's name for comparing: without folder and ending, marks, and what stands between words."""
    base = PurePosixPath(name.replace("\\", "/")).name
    return normal(re.sub(r"\.[A-Za-z0-9]{1,5}$", "", base).replace("(", " ").replace(")", " "))


def differences(entry: Entry, document: Document) -> list[Difference]:
    """What the row says otherwise than the document stands. An empty cell says nothing."""
    found = []
    for name in FIELDS:
        value = entry.values.get(name)
        now = getattr(document, name)
        if value in (None, "") or _same(name, value, now):
            continue
        label = str(Document._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        found.append(Difference(name, label[:1].upper() + label[1:], shown(now), shown(value), value))
    return found


def _same(name: str, value: Any, now: Any) -> bool:
    if name == "code":
        return plain_code(str(value)) == plain_code(str(now or ""))
    if isinstance(value, str):
        return " ".join(value.split()).casefold() == " ".join(str(now or "").split()).casefold()
    return bool(value == now)


def shown(value: Any) -> str:
    return formats.day(value) if isinstance(value, date) else str(value or "")
