"""Marks and snippets: where in the original text the words of a query stand, in the accents of the text.

Nothing comes from an engine: places are offsets in the text as it was extracted, so that they fit its pages too. The
text is folded letter for letter once and searched for the folded words, which is some ten times faster than reading
it word by word again.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log2
from typing import NamedTuple

from repository.text.fold import fold
from search.query import Number, ParsedQuery, Phrase, Word, wanted
from search.text import numbers, tokens, word_forms
from search.text.words import INSIDE

_HAS_MARKS_INSIDE = re.compile(rf"[{INSIDE}]")
_BETWEEN_WORDS = r"[\W_]+"
_END_OF_WORD = r"(?![^\W_])"


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


def marks(text: str, query: ParsedQuery) -> list[Mark]:
    """Return every place in `text` that `query` asks for, in order, none inside another.

    Where a word stands with the marks it was typed with, only those places are taken; elsewhere all of its spellings.
    """
    return _without_overlap(_places(text, query))


def snippets(
    text: str, query: ParsedQuery, max: int = 3, width: int = 160, pages: Sequence[int] | None = None
) -> list[Snippet]:
    """Return up to `max` pieces of about `width` characters, in the order of the text, that show the most of `query`.

    `pages` are the offsets at which pages begin. Where nothing asked for is in the text, its beginning is returned
    without marks; of an empty text nothing.
    """
    if not text.strip() or max < 1:
        return []
    places = _places(text, query)
    if not places:
        return [_snippet(text, *_cut(text, 0, 0, width), [], pages)]
    chosen: list[tuple[int, int]] = []
    for first, last in _best_windows(places, width):
        start, end = _cut(text, first, last, width)
        if all(end <= other_start or start >= other_end for other_start, other_end in chosen):
            chosen.append((start, end))
        if len(chosen) == max:
            break
    found = _without_overlap(places)
    return [_snippet(text, start, end, found, pages) for start, end in sorted(chosen)]


def _places(text: str, query: ParsedQuery) -> list[_Place]:
    """Return all places in order of their beginning."""
    folded = fold(text)
    broken = bool(_HAS_MARKS_INSIDE.search(text))
    places: list[_Place] = []
    for at, leaf in enumerate(wanted(query.match)):
        match leaf:
            case Word(word, accented):
                spans = list(_spans(folded, [word], broken))
                as_typed = [s for s in spans if query.accented and word_forms(text[s.start : s.end])[1] == accented]
                spans = as_typed or spans
            case Phrase(words, exact):
                spans = list(_spans(folded, [word.folded for word in words], broken))
                if exact:
                    typed = [word.accented for word in words]
                    spans = [s for s in spans if [t.accented for t in tokens(text[s.start : s.end])] == typed]
            case Number(canonical):
                spans = [Mark(number.start, number.end) for number in numbers(text) if canonical in number.forms]
        places += [_Place(*span, at) for span in spans]
    return sorted(places)


def _spans(folded: str, words: list[str], broken: bool) -> Iterator[Mark]:
    """Yield where the folded words stand next to each other. A pattern that begins with plain letters is found fast."""
    # A text in NFD, or with soft hyphens, has other signs between and behind the letters of a word.
    between = f"[{INSIDE}]*" if broken else ""
    letters = ["".join(re.escape(letter) + between for letter in word) for word in words]
    # Figures are folded without their leading zeros.
    letters = [f"0*{pattern}" if word.isdigit() else pattern for word, pattern in zip(words, letters, strict=True)]
    for found in re.finditer(_BETWEEN_WORDS.join(letters) + _END_OF_WORD, folded):
        start = found.start()
        if not start or not (folded[start - 1].isalnum() or (broken and _HAS_MARKS_INSIDE.match(folded[start - 1]))):
            yield Mark(start, found.end())


def _best_windows(places: list[_Place], width: int) -> list[tuple[int, int]]:
    """Return (start, end) of the stretches of text that fit into `width`, the one that shows the most first.

    What is rare in the text weighs more than what stands everywhere in it; each word counts once in a stretch, and
    two that follow each other as they were typed count for more than the same two apart.
    """
    often: dict[int, int] = {}
    for place in places:
        often[place.wanted] = often.get(place.wanted, 0) + 1
    weight = {wanted: 1 / log2(1 + number) for wanted, number in often.items()}
    scored: list[tuple[float, int, int]] = []
    for first, place in enumerate(places):
        seen: set[int] = set()
        worth, end, before = 0.0, place.end, None
        for other in places[first:]:
            if other.end - place.start > width and seen:
                break
            end = other.end if other.end > end else end
            if other.wanted not in seen:
                seen.add(other.wanted)
                worth += weight[other.wanted]
            if before is not None and other.wanted == before.wanted + 1 and other.start - before.end <= 2:
                worth += weight[other.wanted] / 2
            before = other
        scored.append((-worth, place.start, end))
    return [(start, end) for _, start, end in sorted(scored)]


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
    for start, end, _ in sorted(places, key=lambda place: (place.start, -place.end)):
        if not found or start >= found[-1].end:
            found.append(Mark(start, end))
    return found
