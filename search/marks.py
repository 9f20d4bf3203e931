"""Marks and snippets: where in the original text the words of a query stand, in the accents of the text.

Nothing comes from an engine: places are offsets in the text as it was extracted, so that they fit its pages too. The
text is folded letter for letter once and searched for the folded words, which is some ten times faster than reading
it word by word again.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop
from itertools import pairwise
from math import log2
from typing import NamedTuple

from repository.text.fold import fold
from search.query import Leaf, Near, Number, ParsedQuery, Part, Phrase, Prefix, Same, Word, wanted
from search.text import numbers, repair, tokens, word_forms
from search.text.words import INSIDE, words

_HAS_MARKS_INSIDE = re.compile(rf"[{INSIDE}]")
_BETWEEN_WORDS = r"[\W_]+"
_END_OF_WORD = r"(?![^\W_])"
_REST_OF_WORD = r"[^\W_]*"
_OTHER_MARKS = 0.2
"""What a word with other marks than the typed ones is worth showing: mostly it is another word."""
_HEAD = 20_000
"""Characters of a long text that are looked at first."""
_NEXT_TO = 2
"""Characters between two words that count as neighbours: a space, or a comma and a space."""


class Mark(NamedTuple):
    """A place to be marked: `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of the text worth showing. Marks are offsets in the whole text; `page` counts from 1."""

    start: int
    end: int
    marks: tuple[Mark, ...] = ()
    page: int | None = None


class _Place(NamedTuple):
    start: int
    end: int
    wanted: int
    """Which word, phrase or number of the query stands here."""
    weight: float = 1.0


class _Window(NamedTuple):
    cost: float
    start: int
    end: int
    words: int


_Thing = int | tuple[int, int]


def marks(text: str, query: ParsedQuery, part: Part | None = None) -> list[Mark]:
    """Return every place in `text` that `query` asks for, in order, none inside another.

    Where a word stands with the marks it was typed with, only those places are taken; elsewhere all of its spellings.
    With `part` the text is that part of a document, and what was asked for in it is marked too.
    """
    return _without_overlap(_places(text, query, part))


def snippets(
    text: str, query: ParsedQuery, max: int = 3, width: int = 160, pages: Sequence[int] | None = None
) -> list[Snippet]:
    """Return up to `max` pieces of about `width` characters, in the order of the text, that show the most of `query`.

    `pages` are the offsets at which pages begin. Where nothing asked for is in the text, its beginning is returned
    without marks; of an empty text nothing.
    """
    if not text.strip() or max < 1:
        return []
    places, windows = _shown(text, query, width)
    if not places:
        return [_snippet(text, *_cut(text, 0, 0, width), [], pages)]
    chosen: list[tuple[int, int]] = []
    while windows and len(chosen) < max:
        window = heappop(windows)
        start, end = _cut(text, window.start, window.end, width)
        if all(end <= other_start or start >= other_end for other_start, other_end in chosen):
            chosen.append((start, end))
    found = _without_overlap(places)
    return [_snippet(text, start, end, found, pages) for start, end in sorted(chosen)]


def _shown(text: str, query: ParsedQuery, width: int) -> tuple[list[_Place], list[_Window]]:
    """Return the places, and the stretches to show as a heap: of a long text's head if that shows all there is to show."""
    if len(text) > _HEAD:
        # The head may end within a word, and that is no place.
        places = [place for place in _places(text[:_HEAD], query) if place.end < _HEAD]
        windows = _windows(places, width)
        if windows and windows[0].words == len(set(wanted(query.match))):
            return places, windows
    places = _places(text, query)
    return places, _windows(places, width)


def _places(text: str, query: ParsedQuery, part: Part | None = None) -> list[_Place]:
    """Return all places in order of their beginning."""
    reading = _Text(text, query.accented)
    return sorted(
        _Place(*span, at, weight)
        for at, leaf in enumerate(wanted(query.match, part))
        for weight, spans in reading.places(leaf)
        for span in spans
    )


class _Text:
    """A text put right and folded, once for all that is looked for in it."""

    def __init__(self, text: str, accented: bool) -> None:
        self.original = text
        self.right = repair(text)
        self.text = self.right.text
        self.folded = fold(self.text)
        self.broken = bool(_HAS_MARKS_INSIDE.search(text))
        self.accented = accented

    def places(self, leaf: Leaf) -> Iterator[tuple[float, list[Mark]]]:
        """Yield what places are worth, and the places, in the original text."""
        match leaf:
            case Number(canonical):
                # Figures are read as they were written: what is put right are words.
                yield 1.0, [Mark(n.start, n.end) for n in numbers(self.original) if canonical in n.forms]
            case Same(typed, others):
                for each in (typed, *others):
                    yield from self.places(each)
            case _:
                weight, spans = self.found(leaf)
                yield weight, [Mark(self.right.origin(start), self.right.origin(end)) for start, end in spans]

    def found(self, leaf: Word | Phrase | Near | Prefix) -> tuple[float, list[Mark]]:
        match leaf:
            case Word(word, accented):
                spans = self.spans([word])
                as_typed = [s for s in spans if self.accented and word_forms(self.text[s.start : s.end])[1] == accented]
                return (1.0 if as_typed or not self.accented else _OTHER_MARKS), as_typed or spans
            case Phrase(asked, exact):
                spans = self.spans([word.folded for word in asked])
                if exact:
                    typed = [word.accented for word in asked]
                    spans = [s for s in spans if [t.accented for t in tokens(self.text[s.start : s.end])] == typed]
                return 1.0, spans
            case Near(asked, distance):
                return 1.0, self.near([word.folded for word in asked], distance)
            case Prefix(word):
                spans = self.spans([word], _REST_OF_WORD)
                return 1.0, [s for s in spans if word_forms(self.text[s.start : s.end])[0].startswith(word)]

    def spans(self, words: list[str], end: str = _END_OF_WORD) -> list[Mark]:
        return list(_spans(self.folded, words, self.broken, end))

    def near(self, wanted_words: list[str], distance: int) -> list[Mark]:
        """The words of a pair where they stand near each other; nothing unless every pair does somewhere."""
        index_at = {
            start: index
            for index, start in enumerate(start for word, start, _ in words(self.text) if word_forms(word)[0])
        }
        places = {word: [(index_at[mark.start], mark) for mark in self.spans([word])] for word in wanted_words}
        close: set[Mark] = set()
        for first, second in pairwise(wanted_words):
            two = set()
            for index, mark in places[first]:
                near = places[second][
                    bisect_left(places[second], (index - distance - 1,)) : bisect_left(
                        places[second], (index + distance + 2,)
                    )
                ]
                if near:
                    two |= {mark, *(other for _, other in near)}
            if not two:
                return []
            close |= two
        return sorted(close)


def _spans(folded: str, words: list[str], broken: bool, end: str) -> Iterator[Mark]:
    """Yield where the folded words stand next to each other. A pattern that begins with plain letters is found fast."""
    # A text in NFD, or with soft hyphens, has other signs between and behind the letters of a word.
    between = f"[{INSIDE}]*" if broken else ""
    letters = ["".join(re.escape(letter) + between for letter in word) for word in words]
    # Figures are folded without their leading zeros.
    letters = [f"0*{pattern}" if word.isdigit() else pattern for word, pattern in zip(words, letters, strict=True)]
    for found in re.finditer(_BETWEEN_WORDS.join(letters) + end, folded):
        start = found.start()
        if not start or not (folded[start - 1].isalnum() or (broken and _HAS_MARKS_INSIDE.match(folded[start - 1]))):
            yield Mark(start, found.end())


def _windows(places: list[_Place], width: int) -> list[_Window]:
    """Return, as a heap, the stretches of text that fit into `width`; the one that shows the most comes first.

    What is rare in the text weighs more than what stands everywhere in it; each word counts once in a stretch, and
    two that follow each other as they were typed count for half as much again.
    """
    often = Counter(place.wanted for place in places)
    worth_of = {place.wanted: place.weight / log2(1 + often[place.wanted]) for place in places}
    brings = _brought(places)
    inside: Counter[_Thing] = Counter()
    windows: list[_Window] = []
    worth, words, last = 0.0, 0, 0
    for first, place in enumerate(places):
        while last < len(places) and (last == first or places[last].end - place.start <= width):
            for thing in brings[last]:
                inside[thing] += 1
                if inside[thing] == 1:
                    worth += _worth(thing, worth_of)
                    words += isinstance(thing, int)
            last += 1
        end = max(place.end, places[last - 1].end)
        windows.append(_Window(-round(worth, 6), place.start, end, words))
        for thing in brings[first]:
            inside[thing] -= 1
            if not inside[thing]:
                worth -= _worth(thing, worth_of)
                words -= isinstance(thing, int)
    heapify(windows)
    return windows


def _brought(places: list[_Place]) -> list[tuple[_Thing, ...]]:
    """Return what each place brings to a stretch: its word and, behind the word typed before it, the pair of both."""
    brought: list[tuple[_Thing, ...]] = [(place.wanted,) for place in places]
    for at, (before, place) in enumerate(pairwise(places), start=1):
        if place.wanted == before.wanted + 1 and place.start - before.end <= _NEXT_TO:
            brought[at] = (place.wanted, (place.wanted, before.wanted))
    return brought


def _worth(thing: _Thing, worth_of: dict[int, float]) -> float:
    return worth_of[thing] if isinstance(thing, int) else worth_of[thing[0]] / 2


def _cut(text: str, first: int, last: int, width: int) -> tuple[int, int]:
    """Return a stretch of about `width` around `text[first:last]` that begins and ends between words."""
    spare = max(width - (last - first), 0)
    start = max(0, min(first - spare // 3, len(text) - width))
    end = min(len(text), max(start + width, last))
    while start > 0 and start < first and not text[start - 1].isspace():
        start += 1
    while end < len(text) and end > last and not text[end].isspace():
        end -= 1
    while start < first and text[start].isspace():
        start += 1
    while end > last and end > start + 1 and text[end - 1].isspace():
        end -= 1
    return start, end if end > start else min(len(text), start + width)


def _snippet(text: str, start: int, end: int, found: list[Mark], pages: Sequence[int] | None) -> Snippet:
    inside = tuple(mark for mark in found if mark.start >= start and mark.end <= end)
    at = inside[0].start if inside else start
    return Snippet(start, end, inside, None if pages is None else max(1, bisect_right(pages, at)))


def _without_overlap(places: Sequence[_Place]) -> list[Mark]:
    found: list[Mark] = []
    for start, end, *_ in sorted(places, key=lambda place: (place.start, -place.end)):
        if not found or start >= found[-1].end:
            found.append(Mark(start, end))
    return found
