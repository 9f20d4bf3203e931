"""What was asked, in one form: the words and filters of an address, in a fixed order, and a sentence for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.http import QueryDict
from django.utils.translation import gettext as _

from search.pages.words import agency_names, word
from search.service import COUNTED

LONGEST = 2000


def canonical(asked: QueryDict) -> str:
    """The query of the address that asks the same again: words, filters and order, without the place in the list. Empty for no question."""
    kept = QueryDict(mutable=True)
    words = asked.get("q", "").strip()
    if words:
        kept["q"] = words
    for name in sorted(COUNTED):
        values = sorted(set(filter(None, asked.getlist(name))))
        if values:
            kept.setlist(name, values)
    if kept and asked.get("sort"):
        kept["sort"] = asked.get("sort", "")
    query = kept.urlencode()
    return query if len(query) <= LONGEST else ""


def titles_of(queries: Iterable[str]) -> dict[str, str]:
    """How each search is called where nobody gave it a name: its words, then its filters. One query for all."""
    asked = {query: QueryDict(query) for query in queries}
    names = agency_names(serial for one in asked.values() for serial in one.getlist("agency"))
    return {query: _title(one, names) for query, one in asked.items()}


def _title(asked: QueryDict, names: Mapping[str, str]) -> str:
    said: list[str] = list(filter(None, [asked.get("q", "")]))
    said += [word(name, value, names) for name in COUNTED for value in asked.getlist(name)]
    return ", ".join(said)[:120] or str(_("All documents"))
