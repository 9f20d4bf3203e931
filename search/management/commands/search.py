"""Search as a person would: the same words, the same rule, the same order. One question, or a file of them in one process."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from repository.actors import Actor
from repository.management.command import Command as Base
from search.engines.base import EngineError
from search.service import Hit, Results, find

FORMS = (
    "a file of queries: one a line as it would be typed, or a JSON object a line with `text` or `query`, and `id` where there is one; "
    "or one JSON list of such"
)
_MOST_TOLD = 5


@dataclass(frozen=True)
class Question:
    """What is asked; `id` is whatever the file calls it."""

    typed: str
    id: str | int | None = None


class Command(Base):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("query", nargs="*", metavar="QUERY", help="one query, as it would be typed")
        parser.add_argument("--queries", type=Path, metavar="FILE", help=FORMS)
        parser.add_argument("--limit", type=int, default=10)

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["query"]) == bool(options["queries"]):
            raise CommandError("Give one query, or a file of queries with --queries.")
        if not 1 <= options["limit"] <= 1000:
            raise CommandError("--limit takes a number from 1 to 1000.")
        actor = self.actor(options)
        try:
            for question in _questions(options):
                self._answer(question, actor, options)
        except EngineError as error:
            raise CommandError(f"The search engine does not answer: {error}") from error

    def _answer(self, question: Question, actor: Actor, options: dict[str, Any]) -> None:
        typed = question.typed
        found = find(typed, actor=actor, limit=options["limit"], facets=())
        if options["json"]:
            self.stdout.write(json.dumps(_figures(question, found), ensure_ascii=False))
            return
        self.stdout.write(f"{typed}: {found.total} documents, {found.took_ms:.0f} ms")
        for hit in found.hits:
            self.stdout.write(f"  {hit.document.code or '—':<20} {hit.document.subject}")
            for piece in _pieces(hit, "[", "]"):
                self.stdout.write(f"      {piece}")


def _questions(options: dict[str, Any]) -> list[Question]:
    """All questions, before the first is asked: a file with a mistake in its middle is told at once, with the line."""
    if options["query"]:
        return [Question(" ".join(options["query"]))]
    try:
        text = options["queries"].read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The file of queries cannot be read: {error}") from error
    lines: list[tuple[int, Any]] = list(enumerate(text.split("\n"), start=1))
    where = "line"
    if (rows := _as_list(text)) is not None:
        lines, where = list(enumerate(rows, start=1)), "entry"
    questions, wrong = [], []
    for number, line in lines:
        if isinstance(line, str) and not line.strip():
            continue
        try:
            questions.append(_question(line))
        except ValueError as error:
            wrong.append(f"{where} {number}: {error}")
    if wrong:
        more = f"; and {len(wrong) - _MOST_TOLD} more" if len(wrong) > _MOST_TOLD else ""
        raise CommandError(
            f"The file of queries is not right, nothing was asked. {'; '.join(wrong[:_MOST_TOLD])}{more}"
        )
    return questions


def _as_list(text: str) -> list[Any] | None:
    if not text.lstrip().startswith("["):
        return None
    try:
        rows = json.loads(text)
    except ValueError:
        # A question may begin with a bracket.
        return None
    return rows if isinstance(rows, list) else None


def _question(line: Any) -> Question:
    if isinstance(line, str):
        if not line.lstrip().startswith("{"):
            return Question(line.strip())
        try:
            line = json.loads(line)
        except ValueError as error:
            raise ValueError(f"begins like JSON and is none ({error})") from error
    if not isinstance(line, dict):
        raise ValueError("is neither words nor an object")
    typed = line.get("text", line.get("query"))
    if not isinstance(typed, str) or not typed.strip():
        raise ValueError("has no words under `text` or `query`")
    id = line.get("id")
    if id is not None and not isinstance(id, str | int):
        raise ValueError("has an `id` that is neither words nor a number")
    return Question(typed.strip(), id)


def _figures(question: Question, found: Results) -> dict[str, Any]:
    return {
        **({} if question.id is None else {"id": question.id}),
        "query": question.typed,
        "total": found.total,
        "took_ms": round(found.took_ms, 1),
        "problems": [
            {"code": one.code, "start": one.start, "end": one.end, "about": one.about} for one in found.parsed.problems
        ],
        "results": [
            {
                "rank": rank,
                "id": str(hit.document.pk),
                "code": hit.document.code,
                "title": str(hit.document),
                "file_names": hit.file_names,
                "score": round(hit.score, 4),
                "pages": sorted({piece.page for piece in hit.snippets if piece.page}),
                "snippets": _pieces(hit, "<mark>", "</mark>"),
            }
            for rank, hit in enumerate(found.hits, start=1)
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
