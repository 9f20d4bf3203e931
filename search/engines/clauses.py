"""A query written out in terms of the index's fields: the one place where meaning becomes look-ups.

Each engine only spells these few clauses in its own words, so both find the same documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from search.engines import weights
from search.engines.base import DOSSIER, FACET_VALUES
from search.query.nodes import (
    All,
    Any,
    AtLeast,
    Dated,
    In,
    Listed,
    Near,
    Node,
    Number,
    ParsedQuery,
    Part,
    Phrase,
    Prefix,
    Same,
    Shared,
    Value,
    Without,
    Word,
)
from search.text import pairs


class Field(StrEnum):
    """Fields that hold words, each indexed as words joined by spaces."""

    FOLDED = "folded"
    ACCENTED = "accented"
    PAIRS = "pairs"
    TITLE = "title"
    TITLE_PAIRS = "title_pairs"
    NUMBERS = "numbers"
    OWN_NUMBER = "own_number"
    AGENCY = "agency"
    SIGNER = "signer"
    DOSSIER = "dossier"


FIELD_OF = {
    Part.TITLE: Field.TITLE,
    Part.TITLE_PAIRS: Field.TITLE_PAIRS,
    Part.NUMBER: Field.OWN_NUMBER,
    Part.AGENCY: Field.AGENCY,
    Part.SIGNER: Field.SIGNER,
    Part.DOSSIER: Field.DOSSIER,
}


@dataclass(frozen=True, slots=True)
class Term:
    field: Field
    value: str
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Adjacent:
    """The values at consecutive positions of the field."""

    field: Field
    values: tuple[str, ...]
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Close:
    """Two different values at most `distance` positions apart that others may hold, in either order."""

    field: Field
    first: str
    second: str
    distance: int
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Fixed:
    """The value in the field, for `weight` points however rare it is and however often it stands there."""

    field: Field
    value: str
    weight: float


@dataclass(frozen=True, slots=True)
class Starts:
    """A value that begins with these letters. It ranks nothing."""

    field: Field
    value: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of the values of a facet. It ranks nothing."""

    facet: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """Dated from `first` to `last`, both included. It ranks nothing."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Identified:
    """One of these documents. It ranks nothing."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unranked:
    """Found by the clause, ranked by nothing of it."""

    clause: Clause


@dataclass(frozen=True, slots=True)
class Bool:
    """All of `must`, none of `must_not`, and `least` of `should`."""

    must: tuple[Clause, ...] = ()
    should: tuple[Clause, ...] = ()
    must_not: tuple[Clause, ...] = ()
    least: int = 0


Clause = Term | Fixed | Adjacent | Close | Starts | OneOf | Between | Identified | Unranked | Bool


def behind(key: str, value: str) -> str:
    """Return a value that is only looked up by who holds the key."""
    return f"{key}|{value}"


def one_of(facet: str, values: Iterable[str], keys: Iterable[str]) -> OneOf:
    """Return the look-up of a facet. Dossiers are looked up behind the asker's keys to the dossier itself."""
    wanted = tuple(values)
    if facet == DOSSIER:
        wanted = tuple(behind(key, value) for key in sorted(keys) for value in wanted)
    return OneOf(facet, wanted)


def counted(facet: str, counts: Mapping[str, int], keys: frozenset[str]) -> dict[str, int]:
    """Return the counts of a facet as the asker may know them: of dossiers those that one of her keys opens.

    All documents in a dossier stand behind the same keys, so each of them counts the same documents.
    """
    if facet != DOSSIER:
        return dict(counts)
    known: dict[str, int] = {}
    for value, number in counts.items():
        key, _, dossier = value.rpartition("|")
        if key in keys and len(known) < FACET_VALUES:
            known[dossier] = number
    return known


def most_of(facet: str) -> int:
    """Return how many values of a facet to ask an engine for: dossiers stand there once for each of their keys."""
    return FACET_VALUES * 5 if facet == DOSSIER else FACET_VALUES


def matching(query: ParsedQuery, keys: Iterable[str]) -> Clause:
    """Return what decides whether a document is found. `keys` are the asker's."""
    # Words typed without marks have nothing else to be ranked by.
    weight = weights.FOLDED if query.accented else weights.FOLDED + weights.ACCENTED
    return _clause(query.match, weight, tuple(sorted(keys)))


def ranking(query: ParsedQuery) -> list[Clause]:
    """Return what only orders the documents found: marks, neighbours, title, own number."""
    words = dict.fromkeys(word for run in query.runs for word in run)
    folded = dict.fromkeys(word.folded for word in words)
    neighbours = dict.fromkeys(pair for run in query.runs for pair in pairs([word.folded for word in run]))
    accented = dict.fromkeys(word.accented for word in words) if query.accented else ()
    return [
        *(Term(Field.ACCENTED, word, weights.ACCENTED) for word in accented),
        *(Term(Field.PAIRS, pair, weights.PAIRS) for pair in neighbours),
        *(Term(Field.TITLE, word, weights.TITLE) for word in folded),
        *(Term(Field.TITLE_PAIRS, pair, weights.TITLE_PAIRS) for pair in neighbours),
        *(Term(Field.OWN_NUMBER, number, weights.OWN_NUMBER) for number in _numbers(query.match)),
    ]


def _clause(node: Node, weight: float, keys: tuple[str, ...]) -> Clause:
    match node:
        case Word(folded, _):
            return Term(Field.FOLDED, folded, weight)
        case Number(canonical):
            return Term(Field.NUMBERS, canonical, weights.CITED_NUMBER)
        case Phrase(words, exact):
            return _phrase(words, exact)
        case Near(words, distance):
            return _near(words, distance)
        case Prefix(folded):
            return Starts(Field.FOLDED, folded)
        case Same(typed, others):
            return Bool(should=(_clause(typed, weight, keys), *(_other(each) for each in others)), least=1)
        case In(part, what):
            if part is Part.DOSSIER:
                # A title stands in the index behind each key that opens its dossier: who holds none cannot ask for its words.
                return Unranked(Bool(should=tuple(_in_part(FIELD_OF[part], what, key) for key in keys), least=1))
            return Unranked(_in_part(FIELD_OF[part], what))
        case Value(facet, values):
            return one_of(facet, values, keys)
        case Dated(first, last):
            return Between(first, last)
        case Shared(shared, least):
            return Bool(should=tuple(Fixed(Field.PAIRS, pair, points) for pair, points in shared), least=least)
        case Listed(ids):
            return Identified(ids)
        case All(parts):
            return Bool(
                must=tuple(_clause(part, weight, keys) for part in parts if not isinstance(part, Without)),
                must_not=tuple(_clause(part.part, weight, keys) for part in parts if isinstance(part, Without)),
            )
        case Any(parts):
            return Bool(should=tuple(_clause(part, weight, keys) for part in parts), least=1)
        case AtLeast(least, parts):
            return Bool(should=tuple(_clause(part, weight, keys) for part in parts), least=least)
        case Without(part):
            return Bool(must_not=(_clause(part, weight, keys),))


def _other(writing: Word | Phrase) -> Clause:
    """Another writing of a word: it finds as well as the typed one, and ranks less."""
    if isinstance(writing, Word):
        return Term(Field.FOLDED, writing.folded, weights.OTHER_WRITING)
    return _phrase(writing.words, writing.exact, weights.OTHER_WRITING)


def _phrase(words: tuple[Word, ...], exact: bool, boost: float = weights.PHRASE) -> Clause:
    folded = [word.folded for word in words]
    field = Field.ACCENTED if exact else Field.FOLDED
    values = tuple(word.accented if exact else word.folded for word in words)
    if len(values) == 1:
        return Term(field, values[0], boost)
    neighbours = tuple(Term(Field.PAIRS, pair, boost) for pair in dict.fromkeys(pairs(folded)))
    if len(values) == 2 and not exact:
        return neighbours[0]
    # The pairs are rare and narrow the field down cheaply; positions are read only of what they leave.
    return Bool(must=(*neighbours, Adjacent(field, values, boost)))


def _near(words: tuple[Word, ...], distance: int) -> Clause:
    values = [word.folded for word in words]
    close = (Close(Field.FOLDED, *two, distance, weights.PHRASE) for two in pairwise(values))
    # The words themselves are looked up first: positions are read only where all of them stand.
    return Bool(must=(*(Term(Field.FOLDED, value, weights.PHRASE) for value in values), *close))


def _in_part(field: Field, what: Word | Phrase | Prefix | Number, key: str = "") -> Clause:
    def value(word: str) -> str:
        return behind(key, word) if key else word

    match what:
        case Word(folded, _):
            return Term(field, value(folded))
        case Number(canonical):
            return Term(field, value(canonical))
        case Prefix(folded):
            return Starts(field, value(folded))
        case Phrase(words, _):
            values = tuple(value(word.folded) for word in words)
            return Adjacent(field, values) if len(values) > 1 else Term(field, values[0])


def _numbers(node: Node) -> list[str]:
    match node:
        case Number(canonical):
            return [canonical]
        case All(parts) | AtLeast(_, parts) | Any(parts):
            return [number for part in parts for number in _numbers(part)]
        case _:
            return []
