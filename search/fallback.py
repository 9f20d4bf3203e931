"""Searching without the engine: numbers and the words that describe a document, found by the database while the engine is down.

The question is read as always and put to the columns as far as they go: words with or without marks, phrases, -without, OR, the
fields for number, subject, agency, signer, dossier and date, and the filters (`search.fallback_filters`). What stands in the text of
a file is not looked at.
Rows are read one after another, the newest first, until a page is full: slow over a million rows, and better than nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import add, and_, or_
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, Func, IntegerField, Q, Value, When
from django.db.models.functions import Concat
from django.db.models.lookups import GreaterThanOrEqual

from repository.access.querysets import dossiers_for
from repository.actors import Actor
from repository.models import Document, Placement
from repository.text.fold import fold, fold_character
from search import query as asked
from search.abbreviations import understand
from search.fallback_filters import condition
from search.query import Node, Part

DESCRIBING = ("code", "type_name", "subject", "organ_name", "signer_name", "keyword")
_START, _END, _BETWEEN = "(^|[^a-z0-9])", "([^a-z0-9]|$)", "[^a-z0-9]+"


@dataclass(frozen=True, slots=True)
class Fallen:
    """What the database found. `left_out`: a part of what was asked, that only the engine can answer, was not looked at; `unanswered`: all of it."""

    documents: list[Document]
    left_out: bool = False
    unanswered: bool = False


def find_without_engine(
    typed: str, *, actor: Actor, filters: Mapping[str, Sequence[str]] | None = None, limit: int = 20
) -> Fallen:
    """Return what the actor may see of what was asked, the newest first; `filters` as an engine takes them."""
    parsed = understand(typed)
    reader = _Reader(actor)
    wanted = reader.all_of(parsed.match, filters or {})
    if wanted is None:
        return Fallen([], left_out=reader.left_out, unanswered=reader.left_out)
    _teach_folding()
    rows = Document.objects.visible_to(actor).select_related("agency").alias(**_folded_columns())
    return Fallen(list(rows.filter(wanted).order_by("-pk")[:limit]), reader.left_out)


class _Folded(Func):
    """The text in lower case and without marks, as the words of a question are."""

    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="vk_fold", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        marked, plain = _letters()
        template = f"translate(lower(%(expressions)s), '{marked}', '{plain}')"
        return self.as_sql(compiler, connection, template=template, **context)


@cache
def _letters() -> tuple[str, str]:
    """Letters that fold to another one, and those."""
    latin = [chr(code) for block in (range(0xC0, 0x250), range(0x1E00, 0x1F00)) for code in block]
    pairs = [(letter, fold_character(letter)) for letter in latin]
    marked = [(letter, plain) for letter, plain in pairs if plain.isascii() and plain.isalnum()]
    return "".join(letter for letter, _ in marked), "".join(plain for _, plain in marked)


def _teach_folding() -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.create_function("vk_fold", 1, lambda text: fold(text or ""), deterministic=True)


def _folded_columns() -> dict[str, Any]:
    space = Value(" ")
    parts = [part for name in DESCRIBING for part in (name, space)]
    return {
        "told": _Folded(Concat(*parts, output_field=CharField())),
        "told_title": _Folded("subject"),
        "told_number": _Folded("code"),
        "told_agency": _Folded(Concat("organ_name", space, "agency__name", output_field=CharField())),
        "told_signer": _Folded("signer_name"),
        "told_type": _Folded("type_name"),
    }


COLUMN = {Part.TITLE: "told_title", Part.AGENCY: "told_agency", Part.SIGNER: "told_signer"}


class _Reader:
    """Writes a question out as a condition on documents; None where the database has nothing to say to it."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.left_out = False

    def read(self, node: Node) -> Q | None:
        match node:
            case asked.All(parts):
                return self._both(parts)
            case asked.Any(parts):
                sides = [self.read(part) for part in parts]
                # A side that cannot be read may hold for any document.
                return None if None in sides else reduce(or_, [side for side in sides if side is not None])
            case asked.AtLeast(least, parts):
                said = [one for part in parts if (one := self.read(part)) is not None]
                points = [Case(When(one, then=1), default=0, output_field=IntegerField()) for one in said]
                return Q(GreaterThanOrEqual(reduce(add, points), least)) if points else None
            case asked.Without(part):
                inside = _Reader(self.actor)
                inner = inside.read(part)
                self.left_out |= inside.left_out
                # Of what is to be left out, a part alone would leave out too much.
                return None if inner is None or inside.left_out else ~inner
            case asked.Same(typed, others):
                return reduce(or_, [_stands(each, "told") for each in (typed, *others)])
            case asked.Number():
                return _stands(node, "told_number")
            case asked.In(part, what):
                return self._in(part, what)
            case asked.Dated(first, last):
                return Q(issued_date__isnull=False, **_present(issued_date__gte=first, issued_date__lte=last))
            case asked.Value(facet, values):
                return self._valued(facet, values)
            case asked.Word() | asked.Phrase() | asked.Near() | asked.Prefix():
                return _stands(node, "told")
            case _:
                self.left_out = True
                return None

    def all_of(self, match: Node, filters: Mapping[str, Sequence[str]]) -> Q | None:
        """The question and every filter; None where the database can read nothing of them, or nothing was asked."""
        said = [self.read(match), *(self._valued(facet, values) for facet, values in filters.items())]
        return _every(said)

    def _both(self, parts: tuple[Node, ...]) -> Q | None:
        return _every([self.read(part) for part in parts])

    def _in(self, part: Part, what: asked.Leaf) -> Q:
        if part is Part.NUMBER:
            return _stands(what, "told_number")
        if part is Part.DOSSIER:
            # A dossier that may not be seen cannot be asked for, whatever of its documents may be.
            told = _Folded(Concat("dossier__code", Value(" "), "dossier__title", output_field=CharField()))
            places = Placement.objects.filter(dossiers_for(self.actor, "dossier__")).alias(told=told)
            return Q(pk__in=places.filter(_stands(what, "told")).values("document"))
        return _stands(what, COLUMN[part])

    def _valued(self, facet: str, values: Sequence[str]) -> Q | None:
        found = condition(facet, values, self.actor)
        self.left_out |= found is None
        return found


def _every(said: Iterable[Q | None]) -> Q | None:
    known = [one for one in said if one is not None]
    return reduce(and_, known) if known else None


def _present(**conditions: Any) -> dict[str, Any]:
    return {name: value for name, value in conditions.items() if value is not None}


def _stands(leaf: asked.Leaf, column: str) -> Q:
    """Whether it stands in the column."""
    match leaf:
        case asked.Word(folded, _):
            return Q(**{f"{column}__regex": f"{_START}{_written(folded)}{_END}"})
        case asked.Prefix(folded):
            return Q(**{f"{column}__regex": f"{_START}{_written(folded)}"})
        case asked.Phrase(words, _):
            run = _BETWEEN.join(_written(word.folded) for word in words)
            return Q(**{f"{column}__regex": f"{_START}{run}{_END}"})
        case asked.Near(words, _):
            return reduce(and_, [_stands(word, column) for word in words])
        case asked.Same(typed, others):
            return reduce(or_, [_stands(each, column) for each in (typed, *others)])
        case asked.Number(canonical):
            return Q(**{f"{column}__regex": _number(canonical)})


def _written(folded: str) -> str:
    # Figures are folded without the zeros that they may be printed with.
    return f"0*{folded}" if folded.isdecimal() else re.escape(folded)


def _number(canonical: str) -> str:
    """Return what finds the printed number that this is a form of (`search.text.numbers`): its year and its end may be left out."""
    figure, *rest = canonical.split("/")
    if not figure.isdecimal():
        return f"(^|[/-]){re.escape(canonical)}([/-]|$)"
    year = f"/{rest.pop(0)}" if rest and re.fullmatch(r"\d{4}", rest[0]) else "(/[0-9]{4})?"
    notation = "".join(f"/{re.escape(one)}" for one in rest)
    return f"^0*{figure}{year}{notation}([/-]|$)"
