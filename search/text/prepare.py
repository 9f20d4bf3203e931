"""What the index is given of a text: words joined by spaces, ready for an analyzer that only splits at white space."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from search.text.numbers import numbers
from search.text.repair import repair
from search.text.words import word_forms, written

ANALYSIS_VERSION = 2
"""To be raised with every change of what the same text is turned into: an index of another version must be rebuilt."""

_SHORT = 120
"""Letters of what is remembered."""
PAIR = "_"
"""Joins the syllables of a pair. No word has it."""


class Prepared(NamedTuple):
    """The index's view of one text. Each is words joined by single spaces, in the order of the text."""

    folded: str
    accented: str
    pairs: str
    numbers: str


def prepare(text: str) -> Prepared:
    """Turn `text` into what engines index. Same words as `tokens`, without their places."""
    return _remembered(text) if len(text) <= _SHORT else _prepared(text)


@lru_cache(maxsize=20_000)
def _remembered(text: str) -> Prepared:
    """Names of agencies and people, types and places come again with every document."""
    return _prepared(text)


def _prepared(text: str) -> Prepared:
    forms = [forms for word in written(repair(text).text) if (forms := word_forms(word))[0]]
    folded = [form for form, _ in forms]
    return Prepared(
        folded=" ".join(folded),
        accented=" ".join(form for _, form in forms),
        pairs=" ".join(pairs(folded)),
        numbers=" ".join(number_forms(text)),
    )


def pairs(words: Sequence[str]) -> list[str]:
    """Return each two neighbours joined: most Vietnamese words have two syllables, written apart."""
    return [f"{left}{PAIR}{right}" for left, right in pairwise(words)]


def number_forms(text: str) -> Iterable[str]:
    """Return every form by which a number in `text` can be found, each once."""
    return dict.fromkeys(form for number in numbers(text) for form in number.forms)
