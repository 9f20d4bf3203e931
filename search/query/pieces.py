"""What is typed, cut into pieces: words, quotes, brackets, OR, fields. What each means is the parser's business."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from repository.text.fold import fold
from search.query.fields import NAMES

QUOTES = '"“”„'
_WORDS_END = rf"\s(){QUOTES}"
_MINUS = re.compile(r"[-−](?=[^\s\-−)])")
_FIELD = re.compile(rf"([^\W\d_]+):(?=[^\s:/()]|[{QUOTES}])")
_QUOTED = re.compile(rf"[{QUOTES}](?P<inside>[^{QUOTES}]*)[{QUOTES}](?:~(?P<distance>\d{{1,4}})(?![^\s()]))?")
_PLAIN = re.compile(rf"[^{_WORDS_END}]+")
_PREFIX = re.compile(r"[^*/]*[^\W_]\*")
_OR = re.compile("(?:OR|HO\u1eb6C|HOA\u0323\u0306C)(?!\\S)")


class Kind(Enum):
    WORDS = auto()
    QUOTED = auto()
    PREFIX = auto()
    FIELD = auto()
    OPEN = auto()
    CLOSE = auto()
    OR = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of `typed[start:end]`. `text` is what is asked for, which stands from `at` on; `minus`: it is not wanted."""

    kind: Kind
    start: int
    end: int
    text: str = ""
    at: int = 0
    minus: bool = False
    field: str = ""
    quoted: bool = False
    distance: int | None = None


def pieces(typed: str) -> list[Piece]:
    """Return the pieces in order. Plain words that follow each other are one piece, for numbers and runs of words."""
    return list(_joined(typed, _cut(typed)))


def _cut(typed: str) -> Iterator[Piece]:
    at = 0
    while at < len(typed):
        letter = typed[at]
        if letter.isspace():
            at += 1
            continue
        piece = _piece(typed, at)
        if piece is not None:
            yield piece
        at = piece.end if piece else at + 1


def _piece(typed: str, start: int) -> Piece | None:
    """Return the piece that begins here; None where the sign here means nothing: a lone quote, a bracket without words."""
    at = start
    begins = start == 0 or typed[start - 1].isspace() or typed[start - 1] in "(−-"
    minus = bool((start == 0 or typed[start - 1].isspace() or typed[start - 1] == "(") and _MINUS.match(typed, start))
    at += minus
    if typed[at] == "(":
        return Piece(Kind.OPEN, start, at + 1, minus=minus)
    if typed[at] == ")":
        return Piece(Kind.CLOSE, start, at + 1)
    if found := _QUOTED.match(typed, at):
        distance = int(found["distance"]) if found["distance"] else None
        inside = found.start("inside")
        return Piece(Kind.QUOTED, start, found.end(), found["inside"], inside, minus, quoted=True, distance=distance)
    if typed[at] in QUOTES:
        return None
    if begins and (found := _FIELD.match(typed, at)) and (name := NAMES.get(fold(found[1]))):
        return _field(typed, start, found.end(), name, minus)
    if begins and not minus and (found := _OR.match(typed, at)):
        return Piece(Kind.OR, start, found.end(), found.group())
    plain = _PLAIN.match(typed, at)
    if plain is None:
        return None
    kind = Kind.PREFIX if _PREFIX.fullmatch(plain.group()) else Kind.WORDS
    return Piece(kind, start, plain.end(), plain.group(), at, minus)


def _field(typed: str, start: int, at: int, name: str, minus: bool) -> Piece | None:
    if found := _QUOTED.match(typed, at):
        return Piece(
            Kind.FIELD, start, found.end(), found["inside"], found.start("inside"), minus, field=name, quoted=True
        )
    plain = _PLAIN.match(typed, at)
    if plain is None:
        # A quote that nothing closes: the field's name is a word like any other.
        return Piece(Kind.WORDS, start, at, typed[start + minus : at], start + minus, minus)
    return Piece(Kind.FIELD, start, plain.end(), plain.group(), at, minus, field=name)


def _joined(typed: str, cut: Iterator[Piece]) -> Iterator[Piece]:
    first: Piece | None = None
    last: Piece | None = None
    for piece in cut:
        if piece.kind is Kind.WORDS and not piece.minus:
            first, last = first or piece, piece
            continue
        if first and last:
            yield Piece(Kind.WORDS, first.start, last.end, typed[first.start : last.end], first.start)
            first = last = None
        yield piece
    if first and last:
        yield Piece(Kind.WORDS, first.start, last.end, typed[first.start : last.end], first.start)
