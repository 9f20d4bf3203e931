"""Words that a scanner or a line's end joined or broke, put right: `quyếtđịnh`, `qu yết`, `Q U Y Ế T`, `docu-` `ment`.

One repair serves documents, questions and marks, with the way back to the places of the text as it was received. It changes
little: about one word in a thousand of born-digital texts. What two readings are possible of is left as it stands.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from search.text.syllables import fall_apart, is_syllable, known, times
from search.text.words import MARKS_INSIDE, PLAIN_WORD, word_forms

_GAP = r"(?: |-\n[ \t]*)"
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_] ){2,40}[^\W\d_](?![^\W_])")
_HYPHENATED = re.compile(r"(?<![^\W_])([^\W\d_]{2,})-\n[ \t]*([^\W\d_]{2,})(?![^\W_])")
_FEWEST = 6
"""A word of two pieces has to be this common, and this much commoner than a piece that is a word too (powers of two)."""
_CONSONANTS = frozenset("bcdđghklmnpqrstvx")


@dataclass(frozen=True, slots=True)
class Repaired:
    """`text`, and the way back: from `here[i]` on, its characters are those of the original from `there[i]` on."""

    text: str
    here: tuple[int, ...] = (0,)
    there: tuple[int, ...] = (0,)

    def origin(self, at: int) -> int:
        """Return the offset in the original."""
        stretch = bisect_right(self.here, at) - 1
        return self.there[stretch] + at - self.here[stretch]


@dataclass(frozen=True, slots=True)
class _Change:
    start: int
    end: int
    stretches: tuple[tuple[int, int], ...]
    """What is kept of the original, in order."""
    between: str = ""
    """What is put between the stretches."""


def repair(text: str) -> Repaired:
    """Return `text` with its words put right. A text in NFD is left as it is: extraction gives NFC."""
    if MARKS_INSIDE.search(text):
        return Repaired(text)
    changes = sorted(_changes(text), key=lambda change: (change.start, -change.end))
    pieces: list[str] = []
    here, there = [0], [0]
    length = position = 0
    for change in changes:
        if change.start < position:
            continue
        pieces.append(text[position : change.start])
        length += change.start - position
        for index, (start, end) in enumerate(change.stretches):
            if index:
                pieces.append(change.between)
                length += len(change.between)
                here.append(length)
                there.append(start)
            pieces.append(text[start:end])
            length += end - start
        position = change.end
    if not pieces:
        return Repaired(text)
    pieces.append(text[position:])
    return Repaired("".join(pieces), tuple(here), tuple(there))


def _changes(text: str) -> Iterator[_Change]:
    if "-\n" in text:
        yield from _hyphenated(text)
    written = {word for word in PLAIN_WORD.findall(text) if not _is_whole(word)}
    if not written:
        return
    joined = {word: lengths for word in written if (lengths := _pieces_of(word))}
    if joined:
        for found in _any_of(joined).finditer(text):
            at, stretches = found.start(), []
            for length in joined[found.group()]:
                stretches.append((at, at + length))
                at += length
            yield _Change(found.start(), found.end(), tuple(stretches), " ")
    if any(len(word) == 1 for word in written):
        yield from _spaced(text)
    broken = [word for word in written if word not in joined and _can_be_piece(word)]
    if broken:
        either = _either(broken)
        for pattern in (rf"(?<![^\W_])({either}){_GAP}([^\W\d_]+)", rf"(?<![^\W_])([^\W\d_]+){_GAP}({either})"):
            for found in re.finditer(rf"{pattern}(?![^\W_])", text):
                if _belong_together(found[1], found[2]):
                    yield _Change(found.start(), found.end(), (found.span(1), found.span(2)))


def _spaced(text: str) -> Iterator[_Change]:
    """Headings set letter by letter."""
    for found in _SPACED.finditer(text):
        word = word_forms(found.group().replace(" ", ""))[1]
        pieces = (word,) if is_syllable(word) else fall_apart(word)
        if word.isascii() or not pieces or len(word) != (found.end() - found.start() + 1) // 2:
            continue
        at, stretches = found.start(), []
        for piece in pieces:
            stretches.append([(at + 2 * index, at + 2 * index + 1) for index in range(len(piece))])
            at += 2 * len(piece)
        for letters in stretches:
            yield _Change(letters[0][0], letters[-1][1], tuple(letters))


def _hyphenated(text: str) -> Iterator[_Change]:
    """A word divided at the end of a line. Two syllables beside a hyphen are two words anyway."""
    for found in _HYPHENATED.finditer(text):
        first, second = found.groups()
        if second.islower() and (not (_is_whole(first) and _is_whole(second)) or _was_one(first, second)):
            yield _Change(found.start(), found.end(), (found.span(1), found.span(2)))


def _was_one(first: str, second: str) -> bool:
    """Whether a common syllable was divided into two of which one is hardly a word: `quy-` `ết`."""
    forms = [word_forms(word)[1] for word in (first + second, first, second)]
    whole, *alone = map(times, forms)
    return whole >= _FEWEST and min(alone) <= whole - _FEWEST


@lru_cache(maxsize=200_000)
def _is_whole(word: str) -> bool:
    """Whether nothing is to be put right: a syllable, or no word of letters."""
    return not word.isalpha() or is_syllable(word_forms(word)[1])


@lru_cache(maxsize=50_000)
def _pieces_of(word: str) -> tuple[int, ...]:
    """The lengths of the syllables that were joined."""
    accented = word_forms(word)[1]
    # A compatibility letter may have become two: then nothing says where it falls apart.
    return tuple(map(len, fall_apart(accented))) if len(accented) == len(word) else ()


@lru_cache(maxsize=50_000)
def _can_be_piece(word: str) -> bool:
    """Whether a common syllable begins or ends with it. Capitals alone are an abbreviation."""
    accented = word_forms(word)[1]
    if len(word) == 1:
        return accented in _CONSONANTS and word.islower()
    return not word.isupper() and accented in _ends_of_syllables()


@cache
def _ends_of_syllables() -> frozenset[str]:
    common = [word for word in known() if times(word) >= _FEWEST and not word.isascii()]
    return frozenset(
        piece for word in common for at in range(1, len(word)) for piece in (word[:at], word[at:]) if len(piece) > 1
    )


@lru_cache(maxsize=50_000)
def _belong_together(first: str, second: str) -> bool:
    whole = word_forms(first + second)[1]
    often = times(whole)
    if whole.isascii() or often < _FEWEST or len(whole) != len(first) + len(second):
        return False
    one, other = word_forms(first)[1], word_forms(second)[1]
    alone = [times(piece) for piece in (one, other) if is_syllable(piece) and len(piece) > 1]
    if min(len(one), len(other)) > 1:
        # "th ông": a piece of two letters or more that is no syllable stands nowhere by itself.
        return len(alone) < 2
    return all(each <= often - _FEWEST for each in alone)


def _either(words: list[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def _any_of(words: dict[str, tuple[int, ...]]) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{_either(list(words))})(?![^\W_])")
