"""What both engines must find, said as plainly as Python can: a filter over the words of every document."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from search.engines.base import IndexDocument, Query
from search.query import All, AtLeast, Node, Number, Phrase, Without, Word
from search.text import numbers, tokens


class Reference:
    """Documents in a list."""

    def __init__(self, documents: Iterable[IndexDocument]) -> None:
        self.documents = list(documents)

    def found(self, query: Query, *, without_filter: str | None = None) -> list[IndexDocument]:
        return [d for d in self.documents if matches(query.parsed.match, d) and may_be_found(d, query, without_filter)]

    def ids(self, query: Query) -> set[str]:
        return {document.id for document in self.found(query)}

    def counts(self, query: Query, facet: str) -> dict[str, int]:
        found = self.found(query, without_filter=facet)
        return dict(Counter(value for d in found for value in set(d.facets.get(facet, ()))))


def may_be_found(document: IndexDocument, query: Query, without_filter: str | None) -> bool:
    if not query.keys & set(document.keys):
        return False
    if query.date_from and (document.date is None or document.date < query.date_from):
        return False
    if query.date_to and (document.date is None or document.date > query.date_to):
        return False
    wanted = {facet: values for facet, values in query.filters.items() if facet != without_filter}
    return all(set(values) & set(document.facets.get(facet, ())) for facet, values in wanted.items())


def matches(node: Node, document: IndexDocument) -> bool:
    parts = words_of(document.title, document.number, document.text, *document.file_names, *document.more)
    match node:
        case Word(folded, _):
            return any(folded == word.folded for part in parts for word in part)
        case Phrase(words, exact):
            return any(stand_together(words, part, exact) for part in parts)
        case Number(canonical):
            texts = (document.title, document.number, document.text, *document.file_names, *document.more)
            return any(canonical in number.forms for text in texts for number in numbers(text))
        case All(wanted):
            return all(matches(part, document) for part in wanted)
        case AtLeast(least, wanted):
            return sum(matches(part, document) for part in wanted) >= least
        case Without(part):
            return not matches(part, document)


def stand_together(words: tuple[Word, ...], part: tuple[Word, ...], exact: bool) -> bool:
    def form(word: Word) -> str:
        return word.accented if exact else word.folded

    wanted, there = [form(word) for word in words], [form(word) for word in part]
    return any(there[at : at + len(wanted)] == wanted for at in range(len(there) - len(wanted) + 1))


@lru_cache(maxsize=10_000)
def words_of(*texts: str) -> tuple[tuple[Word, ...], ...]:
    return tuple(tuple(Word(token.folded, token.accented) for token in tokens(text)) for text in texts)
