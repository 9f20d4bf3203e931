"""A query written out in terms of the index's fields: the one place where meaning becomes look-ups.

Each engine only spells these few clauses in its own words, so both find the same documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from search.engines import weights
from search.query.nodes import All, AtLeast, Node, Number, ParsedQuery, Phrase, Without, Word
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
class Bool:
    """All of `must`, none of `must_not`, and `least` of `should`."""

    must: tuple[Clause, ...] = ()
    should: tuple[Clause, ...] = ()
    must_not: tuple[Clause, ...] = ()
    least: int = 0


Clause = Term | Adjacent | Bool


def matching(query: ParsedQuery) -> Clause:
    """Return what decides whether a document is found."""
    # Words typed without marks have nothing else to be ranked by.
    return _clause(query.match, weights.FOLDED if query.accented else weights.FOLDED + weights.ACCENTED)


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


def _clause(node: Node, weight: float) -> Clause:
    match node:
        case Word(folded, _):
            return Term(Field.FOLDED, folded, weight)
        case Number(canonical):
            return Term(Field.NUMBERS, canonical, weights.CITED_NUMBER)
        case Phrase(words, exact):
            return _phrase(words, exact)
        case All(parts):
            return Bool(
                must=tuple(_clause(part, weight) for part in parts if not isinstance(part, Without)),
                must_not=tuple(_clause(part.part, weight) for part in parts if isinstance(part, Without)),
            )
        case AtLeast(least, parts):
            return Bool(should=tuple(_clause(part, weight) for part in parts), least=least)
        case Without(part):
            return Bool(must_not=(_clause(part, weight),))


def _phrase(words: tuple[Word, ...], exact: bool) -> Clause:
    folded = [word.folded for word in words]
    field = Field.ACCENTED if exact else Field.FOLDED
    values = tuple(word.accented if exact else word.folded for word in words)
    if len(values) == 1:
        return Term(field, values[0], weights.PHRASE)
    neighbours = tuple(Term(Field.PAIRS, pair, weights.PHRASE) for pair in dict.fromkeys(pairs(folded)))
    if len(values) == 2 and not exact:
        return neighbours[0]
    # The pairs are rare and narrow the field down cheaply; positions are read only of what they leave.
    return Bool(must=(*neighbours, Adjacent(field, values, weights.PHRASE)))


def _numbers(node: Node) -> list[str]:
    match node:
        case Number(canonical):
            return [canonical]
        case All(parts) | AtLeast(_, parts):
            return [number for part in parts for number in _numbers(part)]
        case _:
            return []
