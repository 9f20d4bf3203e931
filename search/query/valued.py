"""What a field in a question asks for: `so:12/QĐ`, `loai:quyết định`, `ngay:2019..2021`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from search.query.fields import MOST_WORDS, PARTS, VALUES, read_days, squeezed
from search.query.nodes import All, Any, Dated, In, Node, Number, Part, Phrase, Prefix, Problem, Value, Word
from search.query.pieces import Kind, Piece
from search.text import numbers, tokens
from search.text.abbreviations import Abbreviations

_WORD_BEHIND = re.compile(r"\s+([^\s()\"“”„:*]+)(?=[\s()]|$)")
SHORTEST_PREFIX = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """A piece in what was typed, and where to note what is wrong with it."""

    typed: str
    piece: Piece
    abbreviations: Abbreviations
    problems: list[Problem]

    def wrong(self, code: str, about: str = "") -> None:
        """Point at the value."""
        piece = self.piece
        at = piece.at if piece.end > piece.at else piece.start
        self.problems.append(Problem(code, at, piece.end, about or piece.text, piece.field))


def field_node(reading: Reading, follows: Piece | None) -> tuple[Node | None, int]:
    """Return what the field asks for, and where the value ended if it went on into the words that follow, else 0.

    None where the value cannot be understood; then the problem is noted.
    """
    piece = reading.piece
    node: Node | None
    taken = 0
    if piece.field == "date":
        node = _dated(reading)
    elif piece.field in PARTS:
        node = _in_part(reading, PARTS[piece.field])
    else:
        node, taken = _listed(reading, follows)
    return node, taken


def _dated(reading: Reading) -> Node | None:
    days = read_days("".join(reading.piece.text.split()).rstrip(",;"))
    if days is None:
        reading.wrong("no-date")
        return None
    if days.first and days.last and days.first > days.last:
        reading.wrong("upside-down")
        return None
    return Dated(days.first, days.last)


def _listed(reading: Reading, follows: Piece | None) -> tuple[Node | None, int]:
    piece, known = reading.piece, VALUES[reading.piece.field]
    *whole, last = piece.text.split(",") if not piece.quoted else [piece.text]
    end = taken = 0
    found = known.get(squeezed(last))
    if not piece.quoted and follows and follows.kind is Kind.WORDS and not follows.minus:
        # The longest value that the words behind complete: "thông tư liên tịch" before "thông tư".
        at, words = piece.end, last
        for _ in range(MOST_WORDS - 1):
            behind = _WORD_BEHIND.match(reading.typed, at, follows.end)
            if behind is None:
                break
            at, words = behind.end(), words + behind[1]
            if squeezed(words) in known:
                found, end = known[squeezed(words)], at
        taken = end
    values: list[str] = []
    for one in whole:
        if squeezed(one) in known:
            values += known[squeezed(one)]
        elif one.strip():
            reading.wrong("no-such-value", one)
    if found:
        values += found
    elif last.strip():
        reading.wrong("no-such-value", last)
    return (Value(piece.field, tuple(dict.fromkeys(values))) if values else None), taken


def _in_part(reading: Reading, part: Part) -> Node | None:
    text = reading.piece.text
    if part is Part.NUMBER:
        return _number(text)
    found = tokens(text)
    if not found:
        return None
    words = tuple(Word(token.folded, token.accented) for token in found)
    if text.endswith("*") and not reading.piece.quoted and len(words[-1].folded) >= SHORTEST_PREFIX:
        return _all(part, [*words[:-1], Prefix(words[-1].folded)])
    typed = _one(part, words)
    longs = reading.abbreviations.long_forms(text) if len(words) == 1 else ()
    written = [_one(part, tuple(Word(token.folded, token.accented) for token in long)) for long in longs]
    shorts = [
        _one(part, tuple(Word(token.folded, token.accented) for token in tokens(short)))
        for first, end, forms in reading.abbreviations.short_forms(found)
        if (first, end) == (0, len(found))
        for short in forms
    ]
    others = tuple(dict.fromkeys((*written, *shorts)))
    return Any((typed, *others)) if others else typed


def _all(part: Part, what: list[Word | Prefix]) -> Node:
    nodes = tuple(In(part, each) for each in what)
    return nodes[0] if len(nodes) == 1 else All(nodes)


def _one(part: Part, words: tuple[Word, ...]) -> Node:
    return In(part, words[0] if len(words) == 1 else Phrase(words, exact=False))


def _number(text: str) -> Node | None:
    """A number in any of its forms, the figure alone, or the notation alone."""
    found = numbers(text)
    if found:
        return In(Part.NUMBER, Number(found[0].canonical))
    folded = [token.folded for token in tokens(text)]
    if not folded:
        return None
    if text.rstrip().endswith("*") and len(folded) == 1:
        return In(Part.NUMBER, Prefix(folded[0]))
    return In(Part.NUMBER, Number("-".join(folded)))
