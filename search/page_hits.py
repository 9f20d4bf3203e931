"""Where the words of a query stand in a text, for pages that know nothing of queries."""

from __future__ import annotations

import re

from search.abbreviations import understand
from search.marks import marks
from search.query import Near, Phrase, Prefix, wanted

# What may stand between two words that belong together: spaces, a comma, one line break.
_JOIN = re.compile(r"[^\w\n]{0,3}\n?[^\w\n]{0,3}")


def spans(text: str, typed: str) -> list[tuple[int, int]]:
    """Each place to be led to for what was typed, with or without accents, numbers in all their forms.

    Words that follow each other are one place. Of a question of several words the lone ones ("an" in every line) are left
    out as soon as the text has places with two of them and half of all; where it has none, each word is a place.
    """
    query = understand(typed)
    if query.is_empty:
        return []
    places: list[tuple[int, int, int]] = []  # start, end, how many words of the question
    for start, end in marks(text, query):
        if places and _JOIN.fullmatch(text, places[-1][1], start):
            first, _end, words = places[-1]
            places[-1] = (first, end, words + 1)
        else:
            places.append((start, end, 1))
    leaves = wanted(query.match)
    enough = max(2, (len(leaves) + 1) // 2)
    # A phrase, or the beginning of a word, was asked for as one thing, so each of its places counts.
    if len(leaves) > 1 and not any(isinstance(leaf, Phrase | Near | Prefix) for leaf in leaves):
        full = [place for place in places if place[2] >= enough]
        places = full or places
    return [(start, end) for start, end, _words in places]
