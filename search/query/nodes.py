"""What a typed query means: a tree that decides which documents are found, and the words that rank them.

Engines never see what was typed. They are given this, so that both of them, and the marks in the text, answer alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Part(StrEnum):
    """A part of a document that words can be asked for in, all of them folded: marks do not count there."""

    TITLE = "title"
    # Neighbouring syllables of the subject, joined: by them an unfinished subject is looked up fast. Nobody types them.
    TITLE_PAIRS = "title_pairs"
    NUMBER = "number"
    AGENCY = "agency"
    SIGNER = "signer"
    DOSSIER = "dossier"


@dataclass(frozen=True, slots=True)
class Word:
    """A word. It is found with or without its marks; as it was typed it ranks higher."""

    folded: str
    accented: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words next to each other, in order. With `exact` their marks must be the typed ones too."""

    words: tuple[Word, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class Near:
    """Each word at most `distance` words away from the one typed before it, on either side. Marks do not count."""

    words: tuple[Word, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin with these letters, without marks."""

    folded: str


@dataclass(frozen=True, slots=True)
class Number:
    """The number of a document in canonical form (`search.text.numbers`)."""

    canonical: str


@dataclass(frozen=True, slots=True)
class In:
    """Something to be found in one part of the document instead of anywhere in it."""

    part: Part
    what: Word | Phrase | Prefix | Number


@dataclass(frozen=True, slots=True)
class Value:
    """One of `values` of a facet (`search.engines.base.FACETS`)."""

    facet: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dated:
    """Issued from `first` to `last`, both included; None leaves an end open. Never the undated."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Shared:
    """`least` of these neighbouring syllables (folded, joined by `_`); each adds its weight to the score, however often it stands there."""

    pairs: tuple[tuple[str, float], ...]
    least: int


@dataclass(frozen=True, slots=True)
class Listed:
    """One of these documents, by identity. Nobody types this: it narrows a question to what another list has."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part must be found. Without parts it is every document."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of the parts must be found."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Same:
    """One thing in several writings: what was typed, and what an abbreviation makes of it. Any of them is enough."""

    typed: Word
    others: tuple[Word | Phrase, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`least` of the parts must be found: for long questions, no document of use has every word of them."""

    least: int
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The part must not be found."""

    part: Node


Leaf = Word | Phrase | Near | Prefix | Number | Same
"""What can stand in a text, and be marked there."""
Node = Leaf | In | Value | Dated | Shared | Listed | All | Any | AtLeast | Without


@dataclass(frozen=True, slots=True)
class Problem:
    """What was not understood as it was meant: a code, where it stands (`typed[start:end]`), and the words it is about."""

    code: str
    start: int
    end: int
    about: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query as it was understood.

    `match` decides what is found. `runs` are the wanted words in the order they were typed, cut where a phrase, a
    number or an excluded word stood between; `accented` tells that they were typed with marks. Both only rank.
    `problems` are the places that could not be obeyed; the rest was.
    """

    typed: str = ""
    match: Node = field(default_factory=All)
    runs: tuple[tuple[Word, ...], ...] = ()
    accented: bool = False
    problems: tuple[Problem, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether every document is found."""
        return self.match == All()


def wanted(node: Node, part: Part | None = None) -> list[Leaf]:
    """Return what a found document's text may show: words, phrases, numbers, without the excluded ones.

    With `part` also what was asked for in that part, for the marks in it.
    """
    match node:
        case All(parts) | AtLeast(_, parts) | Any(parts):
            return [leaf for each in parts for leaf in wanted(each, part)]
        case In(where, what):
            return [what] if where is part else []
        case Without() | Value() | Dated() | Shared() | Listed():
            return []
        case _:
            return [node]


def size_of(node: Node) -> tuple[int, int]:
    """Return how many nodes the tree has and how deep it is."""
    match node:
        case All(parts) | AtLeast(_, parts) | Any(parts):
            sizes = [size_of(each) for each in parts]
            return 1 + sum(size for size, _ in sizes), 1 + max((depth for _, depth in sizes), default=0)
        case Without(inner):
            size, depth = size_of(inner)
            return size + 1, depth + 1
        case _:
            return 1, 1
