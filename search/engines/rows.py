"""One document as the engines store it: the same fields, whichever engine."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from search.engines.base import IndexDocument
from search.engines.clauses import Field
from search.text import ANALYSIS_VERSION, prepare
from search.text.numbers import own_forms

SCHEMA_VERSION = 2
"""To be raised with every change of the fields below or of how an engine declares them."""

LAYOUT = f"{SCHEMA_VERSION}.{ANALYSIS_VERSION}"
"""What an index was made by. One of another layout has to be rebuilt."""

_TIE_BITS = 40


@dataclass(frozen=True, slots=True)
class Row:
    """Words per field, one string per part of the document: a phrase never runs over from one part into the next."""

    words: Mapping[Field, tuple[str, ...]]
    by_date: int


def row_of(document: IndexDocument) -> Row:
    """Turn a document into words."""
    title, number = prepare(document.title), prepare(document.number)
    parts = [title, number, *map(prepare, (document.text, *document.file_names, *document.more))]
    words = {
        Field.FOLDED: tuple(part.folded for part in parts),
        Field.ACCENTED: tuple(part.accented for part in parts),
        Field.PAIRS: tuple(part.pairs for part in parts),
        Field.TITLE: (title.folded,),
        Field.TITLE_PAIRS: (title.pairs,),
        Field.NUMBERS: tuple(part.numbers for part in parts),
        Field.OWN_NUMBER: (" ".join(own_forms(document.number)),),
        Field.AGENCY: tuple(prepare(name).folded for name in document.agencies),
        Field.SIGNER: (prepare(document.signer).folded,),
        Field.DOSSIER: tuple(prepare(name).folded for name in document.dossiers),
    }
    present = {field: tuple(value for value in values if value) for field, values in words.items()}
    return Row(present, sort_key(document.date, document.id))


def sort_key(date: datetime.date | None, id: str = "") -> int:
    """Return the number by which documents are ordered by date: the day, then a figure of its own for each id.

    The order is thus total, and a page can go on where the last one ended. Undated documents come before day one.
    """
    tie = int.from_bytes(hashlib.blake2b(id.encode(), digest_size=_TIE_BITS // 8).digest()) if id else 0
    return ((date.toordinal() if date else 0) << _TIE_BITS) | tie


def sort_key_range(first: datetime.date | None, last: datetime.date | None) -> tuple[int, int]:
    """Return the half-open range of sort keys of the days from `first` to `last`, both included; never undated ones."""
    upper = (last or datetime.date.max).toordinal() + 1
    return sort_key(first or datetime.date.min), upper << _TIE_BITS
