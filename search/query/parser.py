"""From what a person types to what it means. Nothing typed is an error.

quyết định đất đai        every word must be found (long questions: most of them)
"đất đai"                 next to each other, as typed: marks count if there are any
-dự thảo  -"dự thảo"      must not be found
06/2022/QĐ-UBND           the number of a document, also written small or without leading zeros
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from math import ceil

from search.query.nodes import All, AtLeast, Node, Number, ParsedQuery, Phrase, Without, Word
from search.text import has_accents, numbers, tokens

MOST_LETTERS = 2_000
"""Of what is typed, so much is read: a pasted page costs no more than a long question."""
ALL_UP_TO = 5
"""Up to so many different words, each must be found."""
SHARE_OF_LONG = 0.35
"""Of a longer question so many must be found (rounded up). Measured in docs/search.md."""

_QUOTES = '"“”„'
_PIECE = re.compile(
    rf"(?P<minus>(?<!\S)[-−](?=[^\s\-−]))?"
    rf"(?:[{_QUOTES}](?P<quoted>[^{_QUOTES}]*)[{_QUOTES}]|(?P<plain>[^\s{_QUOTES}]+))"
)


def parse(typed: str) -> ParsedQuery:
    """Return the meaning of `typed`. Raises nothing, whatever is in it."""
    if len(typed) > MOST_LETTERS:
        # Cut between words: half a word would be found nowhere.
        typed = typed[: MOST_LETTERS + 1].rpartition(" ")[0] or typed[:MOST_LETTERS]
    required: list[Node] = []
    runs: list[tuple[Word, ...]] = []
    for text, quoted, excluded in _pieces(typed):
        nodes, run = _quoted(text) if quoted else _words(text)
        if excluded:
            # A word with hyphens is one thing: "-hòa-bình" does not mean "neither hòa nor bình".
            required += [Without(node) for node in (nodes if len(run) < 2 else [_phrase(run)])]
            continue
        runs.append(run)
        required += nodes
    accented = any(has_accents(word.accented) for run in runs for word in run)
    match = _combine(required)
    return ParsedQuery(typed, match, tuple(run for run in runs if run), accented)


def relaxed(query: ParsedQuery) -> ParsedQuery:
    """Return `query` asking for most of its words instead of all: the second try where the first found nothing."""
    parts = query.match.parts if isinstance(query.match, All) else (query.match,)
    words = tuple(part for part in parts if isinstance(part, Word | Number))
    if len(words) < 2:
        return query
    rest = tuple(part for part in parts if not isinstance(part, Word | Number))
    return replace(query, match=All((AtLeast(_share(len(words)), words), *rest)))


def _pieces(typed: str) -> Iterator[tuple[str, bool, bool]]:
    """Yield (text, quoted, excluded); plain words that follow each other come as one piece, for numbers and runs."""
    start = end = 0
    for found in _PIECE.finditer(typed):
        if found["quoted"] is None and not found["minus"]:
            end = found.end()
            continue
        if typed[start:end].strip():
            yield typed[start:end], False, False
        text = found["plain"] if found["quoted"] is None else found["quoted"]
        yield text, found["quoted"] is not None, bool(found["minus"])
        start = end = found.end()
    if typed[start:end].strip():
        yield typed[start:end], False, False


def _quoted(text: str) -> tuple[list[Node], tuple[Word, ...]]:
    inside = numbers(text)
    if len(inside) == 1 and text[inside[0].start : inside[0].end] == text.strip():
        return [Number(inside[0].canonical)], ()
    words = tuple(Word(token.folded, token.accented) for token in tokens(text))
    return [_phrase(words)] if words else [], words


def _phrase(words: tuple[Word, ...]) -> Phrase:
    return Phrase(words, exact=any(has_accents(word.accented) for word in words))


def _words(text: str) -> tuple[list[Node], tuple[Word, ...]]:
    inside = numbers(text)
    nodes: list[Node] = [Number(number.canonical) for number in inside]
    # The words of a number are not asked for one by one: "6" and "2022" are in every document.
    outside = [token for token in tokens(text) if not any(n.start <= token.start < n.end for n in inside)]
    words = tuple(Word(token.folded, token.accented) for token in outside)
    return [*nodes, *words], words


def _combine(nodes: list[Node]) -> Node:
    words = [node for node in nodes if isinstance(node, Word | Number)]
    # The same word twice asks for nothing more, whatever its marks.
    asked = tuple({(node.folded if isinstance(node, Word) else node.canonical): node for node in words}.values())
    rest = tuple(dict.fromkeys(node for node in nodes if not isinstance(node, Word | Number)))
    if len(asked) > ALL_UP_TO:
        return All((AtLeast(_share(len(asked)), asked), *rest))
    return All((*asked, *rest))


def _share(words: int) -> int:
    return max(1, ceil(words * SHARE_OF_LONG))
