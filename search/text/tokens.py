"""Words of a text, in the two forms that the index holds, with their places in the text as it was received.

One function serves documents, queries and marks, so that what matches and what is marked can never differ.
Engines are given the finished words and analyse nothing themselves.
"""

from typing import NamedTuple

from search.text.repair import repair
from search.text.words import word_forms, words


class Token(NamedTuple):
    """A word: without marks, with marks, and where it stands (`text[start:end]`, in characters)."""

    folded: str
    accented: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Return the words of `text` in order, put right where they were joined or broken. Nothing is a stop word."""
    right = repair(text)
    return [
        Token(*forms, right.origin(start), right.origin(end))
        for word, start, end in words(right.text)
        if (forms := word_forms(word))[0]
    ]
