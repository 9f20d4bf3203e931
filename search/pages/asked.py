"""What was asked, in one form: the words and filters of an address, in a fixed order, and a sentence for people."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import QueryDict
from django.utils.translation import gettext as _

from search.facets import FILTERS, given
from search.pages.words import Names, names_of, word

LONGEST = 2000


def canonical(asked: QueryDict) -> str:
    """The query of the address that asks the same again: words, filters and order, without the place in the list. Empty for no question."""
    kept = QueryDict(mutable=True)
    words = asked.get("q", "").strip()
    if words:
        kept["q"] = words
    for name, values in sorted(given(asked).items()):
        kept.setlist(name, sorted(values))
    if kept and asked.get("sort"):
        kept["sort"] = asked.get("sort", "")
    query = kept.urlencode()
    return query if len(query) <= LONGEST else ""


def titles_of(queries: Iterable[str]) -> dict[str, str]:
    """How each search is called where nobody gave it a name: its words, then its filters. Two queries for all."""
    asked = {query: QueryDict(query) for query in queries}
    names = names_of({name: [v for one in asked.values() for v in one.getlist(name)] for name in FILTERS})
    return {query: _title(one, names) for query, one in asked.items()}


def _title(asked: QueryDict, names: Names) -> str:
    said: list[str] = list(filter(None, [asked.get("q", "")]))
    said += [word(name, value, names) for name, values in given(asked).items() for value in values]
    return ", ".join(said)[:120] or str(_("All documents"))
