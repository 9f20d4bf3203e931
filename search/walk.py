"""All that a search finds, by stretches of identities: for what is done with the whole of a result, however long it is.

The walk goes by date, newest first: the engines follow that order by key, a page as quick as the first, where by relevance each page
would be ranked anew. A document that is dated anew meanwhile may be met twice or not at all; who must not count twice keeps identities.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.http import QueryDict

from repository.access import keys_of_actor
from repository.actors import Actor
from search.abbreviations import understand
from search.engines.base import LONGEST_PAGE, Answer, Query, Sort
from search.facets import filters_of
from search.indexer import engine
from search.query import ParsedQuery, relaxed


def walk(query: str, actor: Actor, after: str = "") -> Iterator[tuple[list[UUID], str]]:
    """Stretches of at most 1,000 identities, each with the place to go on from. `query` is a search as an address has it.

    What is found is what the actor's keys open; the caller asks the rule in the database once more. Raises EngineError.
    """
    keys = keys_of_actor(actor)
    if not keys:
        return
    asked = QueryDict(query)
    filters = filters_of(asked)
    question = understand(asked.get("q", ""))

    def ask(parsed: ParsedQuery, limit: int) -> Answer:
        wanted = Query(keys=keys, parsed=parsed, filters=filters, sort=Sort.NEWEST, limit=limit, after=after or None)
        return engine().search(wanted)

    looser = relaxed(question)
    if looser != question and not ask(question, 1).total:
        # As the page of results does it: where no document has all the words, those with most of them.
        question = looser
    while True:
        answer = ask(question, LONGEST_PAGE)
        after = answer.after or ""
        if answer.hits:
            yield [UUID(hit.id) for hit in answer.hits], after
        if not after:
            return
