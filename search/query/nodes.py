"""What a typed query means: a tree that decides which documents are found, and the words that rank them.

Engines never see what was typed. They are given this, so that both of them, and the marks in the text, answer alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field


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
class Number:
    """The number of a document in canonical form (`search.text.numbers`)."""

    canonical: str


@dataclass(frozen=True, slots=True)
class All:
    """Every part must be found. Without parts it is every document."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`least` of the parts must be found: for long questions, no document of use has every word of them."""

    least: int
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The part must not be found."""

    part: Node


Node = Word | Phrase | Number | All | AtLeast | Without


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query as it was understood.

    `match` decides what is found. `runs` are the wanted words in the order they were typed, cut where a phrase, a
    number or an excluded word stood between; `accented` tells that they were typed with marks. Both only rank.
    """

    typed: str = ""
    match: Node = field(default_factory=All)
    runs: tuple[tuple[Word, ...], ...] = ()
    accented: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether every document is found."""
        return self.match == All()


def wanted(node: Node) -> list[Word | Phrase | Number]:
    """Return the words, phrases and numbers that a found document may have, without the excluded ones."""
    match node:
        case All(parts) | AtLeast(_, parts):
            return [leaf for part in parts for leaf in wanted(part)]
        case Without():
            return []
        case _:
            return [node]
