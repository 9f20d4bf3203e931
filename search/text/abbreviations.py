"""Abbreviations of offices and papers, both ways: `UBND` finds "Ủy ban nhân dân", and its words find `UBND`.

They are put into questions, not into the index: a changed list answers the next question. The list is the archive's own
(`search.abbreviations`); what it begins with stands in `abbreviations.tsv`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from search.text.syllables import is_syllable
from search.text.tokens import Token, tokens
from search.text.words import has_accents, word_forms

LONGEST = 8
"""Words of a long form that are looked for."""


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """A list, ready to be looked up in. The words of a long form are tokens, as the words of a question are."""

    by_short: dict[str, tuple[tuple[Token, ...], ...]] = field(default_factory=dict)
    by_long: dict[tuple[str, ...], tuple[tuple[str, tuple[Token, ...]], ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Abbreviations:
        """Return the list of (short form, long form)."""
        by_short: dict[str, list[tuple[Token, ...]]] = defaultdict(list)
        by_long: dict[tuple[str, ...], list[tuple[str, tuple[Token, ...]]]] = defaultdict(list)
        for short, long in pairs:
            words = tuple(tokens(long))
            folded, accented = word_forms(short)
            if not folded or not 1 < len(words) <= LONGEST:
                continue
            for form in dict.fromkeys((folded, accented)):
                by_short[form].append(words)
            by_long[tuple(word.folded for word in words)].append((short, words))
        return cls(
            {form: tuple(dict.fromkeys(longs)) for form, longs in by_short.items()},
            {form: tuple(found) for form, found in by_long.items()},
        )

    def long_forms(self, written: str) -> tuple[tuple[Token, ...], ...]:
        """Return what `written` is short for. What could be a word of its own (CA, TU) has to be in capitals."""
        _folded, accented = word_forms(written)
        if not written.isupper() and is_syllable(accented):
            return ()
        return self.by_short.get(accented, ())

    def short_forms(self, words: Sequence[Token]) -> list[tuple[int, int, tuple[str, ...]]]:
        """Return (first, end, short forms) of the long forms in `words`, the longest first where two begin together.

        Words typed with marks must have the marks of the long form.
        """
        found = []
        at = 0
        while at < len(words):
            for length in range(min(LONGEST, len(words) - at), 1, -1):
                stretch = words[at : at + length]
                known = self.by_long.get(tuple(word.folded for word in stretch), ())
                shorts = tuple(short for short, long in known if all(map(_fits, stretch, long)))
                if shorts:
                    found.append((at, at + length, shorts))
                    at += length - 1
                    break
            at += 1
        return found


def _fits(typed: Token, listed: Token) -> bool:
    return typed.accented == listed.accented or not has_accents(typed.accented)


def defaults() -> list[tuple[str, str]]:
    """Return the pairs that a new archive begins with."""
    lines = (Path(__file__).parent / "abbreviations.tsv").read_text(encoding="utf-8").splitlines()
    return [(short, long) for short, _, long in (line.partition("\t") for line in lines) if long]


NONE = Abbreviations()
