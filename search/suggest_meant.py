"""Did you mean: a question as it would be written by the documents that its asker may see.

Letters that went wrong are put right by the syllables of Vietnamese, and only where documents she may see have the word; marks are read out
of the documents that were found. Every question to the engine is asked under her keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise

from repository.text.fold import fold
from search.abbreviations import understand
from search.engines.base import Engine
from search.query import All, ParsedQuery, Phrase, Word
from search.text import Token, tokens
from search.text.syllables import known, times
from search.text.words import has_accents

MOST_WORDS = 12
MOST_WRONG = 3
MOST_CANDIDATES = 16
SURE = 0.6
"""Share of the places in which a word must have the same marks, for them to be offered."""
RARE = 3
"""Powers of two by which a syllable is seldomer without marks than with them."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def put_right(parsed: ParsedQuery, *, engine: Engine, keys: frozenset[str]) -> str:
    """What was typed, with the words that no visible document has replaced by the likeliest that some have. Two questions at most."""
    places = places_of(parsed)
    words = [place.folded for place in places]
    if not words:
        return parsed.typed
    counts = engine.counts(keys, [_asked(Word(word, word)) for word in words])
    wrong = [at for at, count in enumerate(counts) if not count and words[at].isascii() and words[at].isalpha()]
    tried = [(at, other) for at in wrong[:MOST_WRONG] for other in _near(words[at])[:MOST_CANDIDATES]]
    if not tried:
        return parsed.typed
    asked = [_asked(_beside(words, counts, at, other)) for at, other in tried]
    best: dict[int, tuple[int, str]] = {}
    for (at, other), count in zip(tried, engine.counts(keys, asked), strict=True):
        if count and count > best.get(at, (0, ""))[0]:
            best[at] = (count, other)
    return _replaced(parsed.typed, {places[at]: other for at, (_count, other) in best.items()})


def with_marks(parsed: ParsedQuery, texts: Iterable[str]) -> str:
    """What was typed, with the marks that its words have in these texts, where they stand beside each other as they were typed.

    A word that was typed with marks keeps them if any of the texts has it so. Where the marks of one word stay open, the others get
    none either: a question that is half marked is worth nothing to who asked it.
    """
    places = places_of(parsed)
    seen: list[Counter[str]] = [Counter() for _ in places]
    neighbours = [(at, at + 1) for at in range(len(places) - 1) if _follow(parsed, places[at], places[at + 1])]
    alone = {at for at in range(len(places)) if not any(at in pair for pair in neighbours)}
    for text in texts:
        there = tokens(text)
        for token in there:
            for at in alone:
                if token.folded == places[at].folded:
                    seen[at][token.accented] += 1
        for one, two in pairwise(there):
            for first, second in neighbours:
                if (one.folded, two.folded) == (places[first].folded, places[second].folded):
                    seen[first][one.accented] += 1
                    seen[second][two.accented] += 1
    better: dict[Token, str] = {}
    for place, forms in zip(places, seen, strict=True):
        [(form, count)] = forms.most_common(1) or [("", 0)]
        settled = has_accents(place.accented) and place.accented in forms
        if form and form != place.accented and not settled and count >= SURE * forms.total():
            better[place] = form
    if any(_wants_marks(place.accented) for place in places if place not in better):
        return parsed.typed
    return _replaced(parsed.typed, better)


def _wants_marks(word: str) -> bool:
    """Whether a word without marks is hardly ever written so: `giao` is, `thong` is not."""
    return not has_accents(word) and times(word) < syllables().get(word, -1) - RARE


def unmarked(typed: str) -> ParsedQuery:
    """The question as it is understood when nobody typed a mark: quotes then ask for the words alone."""
    return understand(fold(typed))


def places_of(parsed: ParsedQuery) -> list[Token]:
    """Where the wanted words stand in what was typed; not those of fields, numbers, and what is to be left out."""
    there = iter(tokens(parsed.typed))
    found = []
    for word in (word for run in parsed.runs for word in run):
        place = next((token for token in there if token.accented == word.accented), None)
        if place is None:
            break
        found.append(place)
    return found[:MOST_WORDS]


def _follow(parsed: ParsedQuery, one: Token, two: Token) -> bool:
    return parsed.typed[one.end : two.start].strip(" -") == ""


def _asked(match: Word | Phrase) -> ParsedQuery:
    return ParsedQuery(match=All((match,)))


def _beside(words: Sequence[str], counts: Sequence[int], at: int, other: str) -> Word | Phrase:
    """The other word beside its neighbour, where that one is known: `dinnh` after `nghi` is rather `dinh` than `sinh`."""
    if at and counts[at - 1]:
        return Phrase((Word(words[at - 1], ""), Word(other, "")), exact=False)
    if at + 1 < len(words) and counts[at + 1]:
        return Phrase((Word(other, ""), Word(words[at + 1], "")), exact=False)
    return Word(other, other)


def _near(word: str) -> list[str]:
    """Syllables one letter away, the commonest first: one too many, one missing, another one, two that changed places."""
    often = syllables()
    return sorted({one for one in _edits(word) if one in often and one != word}, key=lambda one: (-often[one], one))


def _edits(word: str) -> Iterator[str]:
    if len(word) > MOST_WORDS:
        return
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    for left, right in splits:
        if right:
            yield left + right[1:]
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]
        for letter in _LETTERS:
            yield left + letter + right
            if right:
                yield left + letter + right[1:]


@cache
def syllables() -> Mapping[str, int]:
    """Folded syllables, and how common the commonest of those behind each is."""
    often: dict[str, int] = {}
    for syllable, count in known().items():
        folded = fold(syllable)
        often[folded] = max(count, often.get(folded, 0))
    return often


def _replaced(typed: str, better: Mapping[Token, str]) -> str:
    for place in sorted(better, key=lambda one: -one.start):
        typed = typed[: place.start] + better[place] + typed[place.end :]
    return typed
