"""A file without pages as text with headings, lists and tables; a stretch at a time, so that a long one opens at once.

A block is {"kind": "heading", "level": 2, "text": …}, {"kind": "paragraph" | "item", "text": …, "strong": True},
{"kind": "table", "rows": [[text, …], …], "head": True} or {"kind": "cut"} where more stands in the file. Nothing of the
file's own markup gets through: text only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from repository.component_tags.words import marked
from repository.registry import find_words

STRETCH = 60_000  # characters of one page of text
ROWS = 400  # rows of a table that stand together
_PARAGRAPHS = re.compile(r"\n\s*\n")


@dataclass
class Stretch:
    """One page of text: blocks ready to be shown; `before` counts the places found ahead of it."""

    blocks: list[dict[str, Any]] = field(default_factory=list)
    number: int = 1
    total: int = 1
    before: int = 0
    hits: int = 0


def plain_blocks(text: str) -> list[dict[str, Any]]:
    """Plain text as paragraphs; its line breaks stay."""
    return [{"kind": "paragraph", "text": part.strip("\n")} for part in _PARAGRAPHS.split(text) if part.strip()]


def stretch_of(blocks: list[dict[str, Any]], number: int, typed: str) -> Stretch:
    """The stretch of that number (the nearest there is), with what was typed marked."""
    parts = list(_parts(blocks))
    if not parts:
        return Stretch()
    number = min(max(number, 1), len(parts))
    texts = [_text(part) for part in parts]
    counts = [len(find_words(text, typed)) if typed.strip() else 0 for text in texts]
    shown = _marked(parts[number - 1], find_words(texts[number - 1], typed) if counts[number - 1] else [])
    return Stretch(shown, number, len(parts), sum(counts[: number - 1]), sum(counts))


def _parts(blocks: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    part: list[dict[str, Any]] = []
    size = 0
    for block in _cut(blocks):
        length = sum(len(text) for text in _texts(block))
        if part and size + length > STRETCH:
            yield part
            part, size = [], 0
        part.append(block)
        size += length
    if part:
        yield part


def _cut(blocks: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Long tables in pieces that repeat no row."""
    for block in blocks:
        rows = block.get("rows", [])
        if len(rows) <= ROWS:
            yield block
            continue
        for start in range(0, len(rows), ROWS):
            yield {**block, "rows": rows[start : start + ROWS], "head": block.get("head") and not start}


def _texts(block: dict[str, Any]) -> Iterator[str]:
    if "rows" in block:
        for row in block["rows"]:
            yield from map(str, row)
    else:
        yield str(block.get("text", ""))


def _text(part: list[dict[str, Any]]) -> str:
    return "\n".join(text for block in part for text in _texts(block))


def _marked(part: list[dict[str, Any]], spans: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """The blocks with their texts escaped and marked; a place that goes on in the next block is marked in both."""
    at, first = 0, 0

    def one(text: str) -> SafeString:
        nonlocal at, first
        start, end = at, at + len(text)
        at = end + 1
        while first < len(spans) and spans[first][1] <= start:
            first += 1
        inside = []
        for left, right in spans[first:]:
            if left >= end:
                break
            inside.append((max(left, start) - start, min(right, end) - start))
        return marked(text, inside)

    shown, above = [], 1
    for block in part:
        if block["kind"] == "heading":
            # Under the page's own title no level is left out, whatever the file's author did.
            above = min(int(block["level"]) + 1, above + 1, 6)
            shown.append({**block, "tag": f"h{above}", "text": one(str(block["text"]))})
        elif "rows" in block:
            shown.append({**block, "rows": [[one(str(cell)) for cell in row] for row in block["rows"]]})
        else:
            shown.append({**block, "text": one(str(block.get("text", "")))})
    return shown
