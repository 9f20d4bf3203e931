"""One document as the engines store it: the same fields, whichever engine."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from search.engines.base import DOSSIER, IndexDocument, Sort
from search.engines.clauses import Field, behind
from search.text import ANALYSIS_VERSION, prepare
from search.text.numbers import own_forms

SCHEMA_VERSION = 4
"""To be raised with every change of the fields below or of how an engine declares them."""

LAYOUT = f"{SCHEMA_VERSION}.{ANALYSIS_VERSION}"
"""What an index was made by. One of another layout has to be rebuilt."""

_TIE_BITS = 40
_HEADING = 300
"""Letters of a first line that are looked at; some texts are one line."""
_FIGURE = re.compile(r"\d+")
_LAST_FIGURE = 2**22 - 1
_FIRST_YEAR, _YEARS = 1900, 2**8


@dataclass(frozen=True, slots=True)
class Row:
    """Words per field, one string per part of the document: a phrase never runs over from one part into the next."""

    words: Mapping[Field, tuple[str, ...]]
    facets: Mapping[str, tuple[str, ...]]
    by_date: int
    by_number: int
    by_filed: int


def row_of(document: IndexDocument) -> Row:
    """Turn a document into words, unless that was done."""
    if document.row is not None:
        return document.row
    title, number = prepare(document.title), prepare(document.number)
    parts = [title, number, *map(prepare, (document.text, *document.file_names, *document.more))]
    words = {
        Field.FOLDED: tuple(part.folded for part in parts),
        Field.ACCENTED: tuple(part.accented for part in parts),
        Field.PAIRS: tuple(part.pairs for part in parts),
        Field.TITLE: (title.folded,),
        Field.TITLE_PAIRS: (title.pairs or prepare(_heading(document.text)).pairs,),
        Field.NUMBERS: tuple(part.numbers for part in parts),
        Field.OWN_NUMBER: (" ".join(own_forms(document.number)),),
        Field.AGENCY: tuple(prepare(name).folded for name in document.agencies),
        Field.SIGNER: (prepare(document.signer).folded,),
        Field.DOSSIER: tuple(
            " ".join(behind(key, word) for word in prepare(name).folded.split())
            for home in document.dossiers
            for name in home.names
            for key in home.keys
        ),
    }
    present = {field: tuple(value for value in values if value) for field, values in words.items()}
    facets = {facet: tuple(dict.fromkeys(values)) for facet, values in document.facets.items()}
    if document.dossiers:
        facets[DOSSIER] = tuple(dict.fromkeys(behind(key, home.id) for home in document.dossiers for key in home.keys))
    return Row(
        present,
        facets,
        sort_key(document.date, document.id),
        _number_key(document),
        _filed_key(document),
    )


def _heading(text: str) -> str:
    """What stands in for a subject where none is recorded: the first line, which in most papers and articles says what they are about."""
    return text.lstrip()[:_HEADING].partition("\n")[0]


def sort_key(date: datetime.date | None, id: str = "") -> int:
    """Return the number by which documents are ordered by date: the day, then a figure of its own for each id.

    The order is thus total, and a page can go on where the last one ended. Undated documents come before day one.
    """
    return ((date.toordinal() if date else 0) << _TIE_BITS) | (_tie(id) if id else 0)


def digest_of(document: IndexDocument) -> int:
    """Return a figure of 63 bits for all that is told of a document, its version and the letters of its texts aside.

    The index keeps it beside the row, so that what a row was made of can be held against the database without the row.
    """
    told = [
        *(document.title, document.number, document.file_names, document.more, document.agencies, document.signer),
        *(document.dossiers, sorted(document.keys), sorted(document.facets.items()), document.texts),
        document.date.isoformat() if document.date else "",
        int(document.filed.timestamp()) if document.filed else 0,
    ]
    said = json.dumps(told, ensure_ascii=False).encode(errors="surrogatepass")
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest()) >> 1


def _tie(id: str) -> int:
    return int.from_bytes(hashlib.blake2b(id.encode(), digest_size=_TIE_BITS // 8).digest())


def _number_key(document: IndexDocument) -> int:
    """By figure, then by year, then by a figure of its own for each id; what has no figure comes last."""
    found = _FIGURE.search(document.number)
    figure = min(int(found[0][:9]), _LAST_FIGURE) if found else _LAST_FIGURE
    year = min(max((document.date.year if document.date else 0) - _FIRST_YEAR, 0), _YEARS - 1)
    return (figure * _YEARS + year) << 32 | _tie(document.id) >> (_TIE_BITS - 32)


def _filed_key(document: IndexDocument) -> int:
    """By the second it was received, then by a figure of its own for each id."""
    seconds = max(0, int(document.filed.timestamp())) if document.filed else 0
    return seconds << 30 | _tie(document.id) >> (_TIE_BITS - 30)


def sort_key_range(first: datetime.date | None, last: datetime.date | None) -> tuple[int, int]:
    """Return the half-open range of sort keys of the days from `first` to `last`, both included; never undated ones."""
    upper = (last or datetime.date.max).toordinal() + 1
    return sort_key(first or datetime.date.min), upper << _TIE_BITS


def sorted_by(sort: Sort) -> tuple[str, bool]:
    """Return the key that an order other than by relevance goes by, and whether it falls."""
    return {
        Sort.NEWEST: ("by_date", True),
        Sort.OLDEST: ("by_date", False),
        Sort.NUMBER: ("by_number", False),
        Sort.FILED: ("by_filed", True),
    }[sort]
