"""What might be meant, while it is typed: never anything with nothing visible behind it.

Own searches, agencies, types and values are thought of here, from what the person or everybody knows, and counted by the engine under
her keys; numbers and titles come out of an answer under her keys. Three questions to the engine at most, whatever is typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import chain, zip_longest
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from repository.access import keys_of_actor
from repository.head.types import TYPES
from repository.models import Agency, Document
from repository.text.fold import fold
from search.abbreviations import understand
from search.engines.base import Query
from search.facets import filters_of
from search.indexer import engine
from search.pages.asked import titles_of
from search.pages.saved import own_searches, recent
from search.pages.words import word
from search.query import All, In, Node, ParsedQuery, Part, Prefix, Value, Word, relaxed
from search.query.fields import NAMES, VALUES, squeezed
from search.text import pairs, tokens
from search.text.words import word_forms

if TYPE_CHECKING:
    from repository.actors import Actor
    from search.engines.base import Engine

LONGEST = 200
SHORTEST = 2
"""Letters before anything but one's own searches is thought of."""
MOST_AGENCIES = 5_000
_MOST_WORDS = 8
_EACH = 3
_OWN = 30
_FIELD = re.compile(r"(?:^|(?<=[\s(-]))([^\W\d_]+):(\S*)$")
_LAST = re.compile(r"[^\W\d_]+$")
_NUMBER = re.compile(r"0*(\d{1,7})\s*(?:/\s*(.*))?")
# As they are written in help and suggestions; the other names of a field are understood as well.
_SAID = (
    "so",
    "tieude",
    "coquan",
    "nguoiky",
    "hoso",
    "ngay",
    "loai",
    "chuky",
    "mat",
    "trangthai",
    "dinhdang",
    "baoquan",
)


class Kind(StrEnum):
    """What a suggestion is, in the words of the page's template."""

    NUMBER = "number"
    TITLE = "title"
    RECENT = "recent"
    SAVED = "saved"
    AGENCY = "agency"
    TYPE = "type"
    FIELD = "field"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`url` is where it leads; without one it is `query`, what the box then holds, to be typed on."""

    kind: Kind
    label: str
    url: str = ""
    detail: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class _Thought:
    """A suggestion with the question that must find something before it is shown."""

    suggestion: Suggestion
    question: Node


def suggestions(typed: str, *, actor: Actor, limit: int = 8) -> list[Suggestion]:
    """Return at most `limit` suggestions for what stands in the box so far. Raises EngineError where the engine does not answer."""
    typed = typed.replace("\0", "").lstrip()[:LONGEST]
    keys = keys_of_actor(actor)
    if not keys:
        return []
    asked = engine()
    field = _FIELD.search(typed)
    long_enough = sum(letter.isalnum() for letter in typed) >= SHORTEST
    thoughts: list[list[_Thought]] = [_own(typed, actor)]
    found: list[list[Suggestion]] = []
    names: list[Suggestion] = []
    if field:
        thoughts = [_values(typed, field)]
    elif long_enough:
        thoughts += [_agencies(typed), _types(typed)]
        names = _fields(typed)
        found = [_numbers(typed, keys, actor, asked), _titles(typed, keys, actor, asked)]
    counted = iter(asked.counts(keys, [ParsedQuery(match=one.question) for one in chain(*thoughts)]))
    kept = [[one.suggestion for one in group if next(counted)] for group in thoughts]
    number, own, *others = [*found[:1], *kept, *found[1:], names]
    # A number is a direct hit and goes first; of the rest each kind gets its turn.
    rest = (one for turn in zip_longest(own, *others) for one in turn if one is not None)
    return list({(one.kind, one.label): one for one in chain(number, rest)}.values())[:limit]


def _own(typed: str, actor: Actor) -> list[_Thought]:
    """Saved searches and the latest ones whose name has the typed words; the latest where nothing is typed."""
    named = [(Kind.SAVED, one.name, one.query) for one in own_searches(actor, _OWN)] if typed else []
    latest = [one for one in recent(actor) if one not in {query for _, _, query in named}]
    titles = titles_of(latest)
    named += [(Kind.RECENT, titles[query], query) for query in latest]
    fitting = [one for one in named if _fits(typed, one[1]) and fold(one[1]) != fold(typed.strip())][:_EACH]
    return [
        _Thought(Suggestion(kind, name, url=f"{reverse('search')}?{query}"), _question(query))
        for kind, name, query in fitting
    ]


def _question(query: str) -> Node:
    """What a search, as an address has it, finds at the most: where nothing has all of its words, those with most of them."""
    asked = QueryDict(query)
    filters = (Value(facet, values) for facet, values in filters_of(asked).items())
    return All((relaxed(understand(asked.get("q", ""))).match, *filters))


def _agencies(typed: str) -> list[_Thought]:
    rows = Agency.objects.order_by("path").values_list("serial", "name", "short_name")[:MOST_AGENCIES]
    fitting = [row for row in rows if _fits(typed, f"{row[1]} {row[2]}")][:_EACH]
    return [
        _Thought(
            Suggestion(Kind.AGENCY, name, url=f"{reverse('search')}?{urlencode({'agency': serial})}"),
            Value("agency", (str(serial),)),
        )
        for serial, name, _short in fitting
    ]


def _types(typed: str) -> list[_Thought]:
    fitting = [name for name, short in TYPES.items() if _fits(typed, f"{name} {short}")][:_EACH]
    return [
        _Thought(
            Suggestion(Kind.TYPE, name, url=f"{reverse('search')}?{urlencode({'type': name})}"), Value("type", (name,))
        )
        for name in fitting
    ]


def _values(typed: str, found: re.Match[str]) -> list[_Thought]:
    """Values of a closed list behind the name of a field."""
    field = NAMES.get(squeezed(found[1]), "")
    begun = squeezed(found[2])
    thoughts = []
    for value in dict.fromkeys(value for values in VALUES.get(field, {}).values() for value in values):
        label = word(field, value)
        if squeezed(label).startswith(begun):
            plain = label if value in VALUES[field].get(squeezed(label), ()) else _typed_as(field, value)
            written = f'"{plain}"' if " " in plain else plain
            query = f"{typed[: found.start(2)]}{written} "
            thoughts.append(_Thought(Suggestion(Kind.VALUE, label, query=query), Value(field, (value,))))
    return thoughts[: 2 * _EACH]


def _typed_as(field: str, value: str) -> str:
    return min((key for key, values in VALUES[field].items() if values == (value,)), key=len, default=value)


def _fields(typed: str) -> list[Suggestion]:
    """Names of fields that the last word begins. They belong to the language, not to the archive."""
    last = _LAST.search(typed)
    begun = fold(last[0]) if last else ""
    if last is None or len(begun) < SHORTEST:
        return []
    return [
        Suggestion(Kind.FIELD, f"{name}:", detail=NAMES[name], query=f"{typed[: last.start()]}{name}:")
        for name in _SAID
        if name.startswith(begun)
    ][:2]


def _numbers(typed: str, keys: frozenset[str], actor: Actor, asked: Engine) -> list[Suggestion]:
    found = _NUMBER.fullmatch(typed.strip())
    if not found:
        return []
    rest = "/".join("-".join(_folded(part) for part in piece.split("-")) for piece in (found[2] or "").split("/"))
    begun = In(Part.NUMBER, Prefix(f"{found[1]}/{rest}"))
    rows = _visible(asked, keys, actor, begun)
    return [
        Suggestion(Kind.NUMBER, row.code, url=row.get_absolute_url(), detail=row.subject) for row in rows if row.code
    ]


def _folded(part: str) -> str:
    return word_forms(part.strip())[0]


def _titles(typed: str, keys: frozenset[str], actor: Actor, asked: Engine) -> list[Suggestion]:
    """Subjects that have the typed words beside each other, the last of them perhaps unfinished; of one word those that have it whole.

    By pairs, since few of them begin alike: the words that begin with two letters stand in half of all subjects.
    """
    words = [token.folded for token in tokens(typed)][:_MOST_WORDS]
    if not words or _NUMBER.fullmatch(typed.strip()):
        return []
    *whole, last = pairs(words) or [""]
    if last:
        parts = [Word(pair, pair) for pair in dict.fromkeys(whole)]
        ending = Prefix(last) if typed[-1:].isalnum() else Word(last, last)
        title = All(tuple(In(Part.TITLE_PAIRS, one) for one in (*parts, ending)))
    else:
        title = All((In(Part.TITLE, Word(words[0], words[0])),))
    return [
        Suggestion(Kind.TITLE, row.subject, url=row.get_absolute_url(), detail=row.code)
        for row in _visible(asked, keys, actor, title)
    ]


def _visible(asked: Engine, keys: frozenset[str], actor: Actor, match: Node) -> list[Document]:
    """The newest documents that are found, by the engine under the person's keys and by the rule in the database."""
    hits = asked.search(Query(keys=keys, parsed=ParsedQuery(match=match), limit=_EACH)).hits
    ids = [UUID(hit.id) for hit in hits]
    rows = Document.objects.visible_to(actor).filter(pk__in=ids).only("code", "subject").in_bulk() if ids else {}
    return [rows[pk] for pk in ids if pk in rows]


def _fits(typed: str, name: str) -> bool:
    """Whether each typed word begins a word of the name, in any order. Marks do not count."""
    there = _words(name)
    return all(any(one.startswith(begun) for one in there) for begun in _words(typed))


@lru_cache(maxsize=20_000)
def _words(text: str) -> tuple[str, ...]:
    return tuple(token.folded for token in tokens(text))
