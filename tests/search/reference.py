"""What both engines must find, said as plainly as Python can: a filter over the words of every document."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from search.engines.base import IndexDocument, Query
from search.query import (
    All,
    Any,
    AtLeast,
    Dated,
    In,
    Near,
    Node,
    Number,
    Part,
    Phrase,
    Prefix,
    Same,
    Shared,
    Value,
    Without,
    Word,
)
from search.text import numbers, pairs, tokens
from search.text.numbers import own_forms


class Reference:
    """Documents in a list."""

    def __init__(self, documents: Iterable[IndexDocument]) -> None:
        self.documents = list(documents)

    def found(self, query: Query, *, without_filter: str | None = None) -> list[IndexDocument]:
        return [
            d
            for d in self.documents
            if matches(query.parsed.match, d, query.keys) and may_be_found(d, query, without_filter)
        ]

    def ids(self, query: Query) -> set[str]:
        return {document.id for document in self.found(query)}

    def counts(self, query: Query, facet: str) -> dict[str, int]:
        found = self.found(query, without_filter=facet)
        return dict(Counter(value for d in found for value in values_of(d, facet, query.keys)))


def may_be_found(document: IndexDocument, query: Query, without_filter: str | None) -> bool:
    if not query.keys & set(document.keys):
        return False
    if query.date_from and (document.date is None or document.date < query.date_from):
        return False
    if query.date_to and (document.date is None or document.date > query.date_to):
        return False
    wanted = {facet: values for facet, values in query.filters.items() if facet != without_filter}
    return all(set(values) & values_of(document, facet, query.keys) for facet, values in wanted.items())


def values_of(document: IndexDocument, facet: str, keys: frozenset[str]) -> set[str]:
    """The values of a facet that whoever holds the keys may know of."""
    if facet == "dossier":
        return {home.id for home in document.dossiers if keys & set(home.keys)}
    return set(document.facets.get(facet, ()))


def matches(node: Node, document: IndexDocument, keys: frozenset[str] = frozenset()) -> bool:
    parts = words_of(document.title, document.number, document.text, *document.file_names, *document.more)
    match node:
        case Word(folded, _):
            return any(folded == word.folded for part in parts for word in part)
        case Phrase(words, exact):
            return any(stand_together(words, part, exact) for part in parts)
        case Number(canonical):
            texts = (document.title, document.number, document.text, *document.file_names, *document.more)
            return any(canonical in number.forms for text in texts for number in numbers(text))
        case Near(words, distance):
            return all(
                any(are_near(first.folded, second.folded, distance, part) for part in parts)
                for first, second in pairwise(words)
            )
        case Prefix(beginning):
            return any(word.folded.startswith(beginning) for part in parts for word in part)
        case Same(typed, others):
            return any(matches(each, document, keys) for each in (typed, *others))
        case In(part, what):
            return stands_in(part, what, document, keys)
        case Value(facet, values):
            return bool(set(values) & values_of(document, facet, keys))
        case Dated(first, last):
            day = document.date
            return day is not None and (first is None or first <= day) and (last is None or day <= last)
        case Any(wanted):
            return any(matches(part, document, keys) for part in wanted)
        case All(wanted):
            return all(matches(part, document, keys) for part in wanted)
        case AtLeast(least, wanted):
            return sum(matches(part, document, keys) for part in wanted) >= least
        case Shared(shared, least):
            there = {pair for part in parts for pair in pairs([word.folded for word in part])}
            return len(there & {pair for pair, _ in shared}) >= least
        case Without(part):
            return not matches(part, document, keys)


def stand_together(words: tuple[Word, ...], part: tuple[Word, ...], exact: bool) -> bool:
    def form(word: Word) -> str:
        return word.accented if exact else word.folded

    wanted, there = [form(word) for word in words], [form(word) for word in part]
    return any(there[at : at + len(wanted)] == wanted for at in range(len(there) - len(wanted) + 1))


def are_near(first: str, second: str, distance: int, part: tuple[Word, ...]) -> bool:
    there = [word.folded for word in part]
    ones = [at for at, word in enumerate(there) if word == first]
    others = [at for at, word in enumerate(there) if word == second]
    return any(abs(one - other) - 1 <= distance for one in ones for other in others)


def stands_in(part: Part, what: Word | Phrase | Prefix | Number, document: IndexDocument, keys: frozenset[str]) -> bool:
    if part is Part.NUMBER:
        forms = own_forms(document.number)
        match what:
            case Number(canonical):
                return canonical in forms
            case Prefix(beginning):
                return any(form.startswith(beginning) for form in forms)
    if part is Part.TITLE_PAIRS:
        there = pairs([token.folded for token in tokens(document.title)])
        return any(one.startswith(what.folded) if isinstance(what, Prefix) else one == what.folded for one in there)
    texts = {
        Part.TITLE: (document.title,),
        Part.AGENCY: document.agencies,
        Part.SIGNER: (document.signer,),
        Part.DOSSIER: tuple(name for home in document.dossiers if keys & set(home.keys) for name in home.names),
    }[part]
    found = words_of(*texts)
    match what:
        case Word(folded, _):
            return any(folded == word.folded for one in found for word in one)
        case Prefix(beginning):
            return any(word.folded.startswith(beginning) for one in found for word in one)
        case Phrase(words, _):
            return any(stand_together(words, one, exact=False) for one in found)
    raise TypeError(what)


@lru_cache(maxsize=10_000)
def words_of(*texts: str) -> tuple[tuple[Word, ...], ...]:
    return tuple(tuple(Word(token.folded, token.accented) for token in tokens(text)) for text in texts)
