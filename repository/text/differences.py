"""Two texts line by line: what is the same, what was changed, and which words of a changed line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_LINES = 6_000  # of each text; comparing takes the square of it at worst
AROUND = 3  # equal lines shown before and after a change
_WORDS = re.compile(r"\w+|\s+|[^\w\s]+")
_LONGEST = 2_000  # characters of a line whose words are compared

Span = tuple[int, int]


@dataclass(frozen=True)
class Row:
    """Both sides of one line. `kind`: same, changed, added, removed, or skipped (`count` equal lines left out).

    Numbers count from 1 and are 0 where a side has no such line; spans are what differs within the line.
    """

    kind: str
    old_number: int = 0
    old: str = ""
    new_number: int = 0
    new: str = ""
    old_spans: tuple[Span, ...] = ()
    new_spans: tuple[Span, ...] = ()
    count: int = 0


@dataclass(frozen=True)
class Comparison:
    rows: tuple[Row, ...]
    changed: int
    added: int
    removed: int
    cut_off: bool = False

    @property
    def same(self) -> bool:
        return not (self.changed or self.added or self.removed)


def compare(old: str, new: str) -> Comparison:
    before, after = _lines(old), _lines(new)
    cut_off = max(len(before), len(after)) > MOST_LINES
    before, after = before[:MOST_LINES], after[:MOST_LINES]
    rows = list(_rows(before, after))
    kinds = [row.kind for row in rows]
    return Comparison(
        tuple(_folded(rows)), kinds.count("changed"), kinds.count("added"), kinds.count("removed"), cut_off
    )


def _lines(text: str) -> list[str]:
    return [line for line in (" ".join(line.split()) for line in text.splitlines()) if line]


def _rows(before: Sequence[str], after: Sequence[str]) -> Iterator[Row]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            for shift in range(i2 - i1):
                yield Row("same", i1 + shift + 1, before[i1 + shift], j1 + shift + 1, after[j1 + shift])
            continue
        paired = min(i2 - i1, j2 - j1)
        for shift in range(paired):
            old, new = before[i1 + shift], after[j1 + shift]
            yield Row("changed", i1 + shift + 1, old, j1 + shift + 1, new, *_words_apart(old, new))
        for at in range(i1 + paired, i2):
            yield Row("removed", old_number=at + 1, old=before[at])
        for at in range(j1 + paired, j2):
            yield Row("added", new_number=at + 1, new=after[at])


def _words_apart(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    if max(len(old), len(new)) > _LONGEST:
        return ((0, len(old)),), ((0, len(new)),)
    left, right = _WORDS.findall(old), _WORDS.findall(new)
    at_left, at_right = _offsets(left), _offsets(right)
    gone, come = [], []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag != "equal":
            if i2 > i1:
                gone.append((at_left[i1], at_left[i2]))
            if j2 > j1:
                come.append((at_right[j1], at_right[j2]))
    return tuple(gone), tuple(come)


def _offsets(parts: Sequence[str]) -> list[int]:
    offsets = [0]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return offsets


def _folded(rows: list[Row]) -> Iterator[Row]:
    """Long stretches of equal lines as one row that counts them."""
    at = 0
    while at < len(rows):
        end = at
        while end < len(rows) and rows[end].kind == "same":
            end += 1
        if end == at:
            yield rows[at]
            at += 1
            continue
        head = AROUND if at else 0
        tail = AROUND if end < len(rows) else 0
        if end - at > head + tail + 1:
            yield from rows[at : at + head]
            yield Row("skipped", count=end - at - head - tail)
            yield from rows[end - tail : end]
        else:
            yield from rows[at:end]
        at = end
