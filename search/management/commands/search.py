"""Search as a person would: the same words, the same rule, the same order."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from repository.actors import Actor
from repository.management.command import Command as Base
from search.engines.base import EngineError
from search.service import Hit, Results, find


class Command(Base):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("query", nargs="*", metavar="QUERY", help="one query, as it would be typed")
        parser.add_argument("--queries", type=Path, metavar="FILE", help="a file of queries, one a line")
        parser.add_argument("--limit", type=int, default=10)

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["query"]) == bool(options["queries"]):
            raise CommandError("Give one query, or a file of queries with --queries.")
        if not 1 <= options["limit"] <= 1000:
            raise CommandError("--limit takes a number from 1 to 1000.")
        actor = self.actor(options)
        try:
            for typed in _queries(options):
                self._answer(typed, actor, options)
        except EngineError as error:
            raise CommandError(f"The search engine does not answer: {error}") from error

    def _answer(self, typed: str, actor: Actor, options: dict[str, Any]) -> None:
        found = find(typed, actor=actor, limit=options["limit"], facets=())
        if options["json"]:
            self.stdout.write(json.dumps(_figures(typed, found), ensure_ascii=False))
            return
        self.stdout.write(f"{typed}: {found.total} documents, {found.took_ms:.0f} ms")
        for hit in found.hits:
            self.stdout.write(f"  {hit.document.code or '—':<20} {hit.document.subject}")
            for piece in _pieces(hit, "[", "]"):
                self.stdout.write(f"      {piece}")


def _queries(options: dict[str, Any]) -> Iterator[str]:
    if options["query"]:
        yield " ".join(options["query"])
        return
    try:
        with options["queries"].open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield line.strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The file of queries cannot be read: {error}") from error


def _figures(typed: str, found: Results) -> dict[str, Any]:
    return {
        "query": typed,
        "total": found.total,
        "took_ms": round(found.took_ms, 1),
        "problems": [
            {"code": one.code, "start": one.start, "end": one.end, "about": one.about} for one in found.parsed.problems
        ],
        "results": [
            {
                "id": str(hit.document.pk),
                "title": str(hit.document),
                "file_names": hit.file_names,
                "score": round(hit.score, 4),
                "snippets": _pieces(hit, "<mark>", "</mark>"),
            }
            for hit in found.hits
        ],
    }


def _pieces(hit: Hit, opening: str, closing: str) -> list[str]:
    pieces = []
    for piece in hit.snippets:
        shown, at = "", piece.start
        for mark in piece.marks:
            shown += hit.text[at : mark.start] + opening + hit.text[mark.start : mark.end] + closing
            at = mark.end
        pieces.append(" ".join((shown + hit.text[at : piece.end]).split()))
    return pieces
