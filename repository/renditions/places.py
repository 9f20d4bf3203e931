"""From words and where they stand to what is marked on the picture of a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Place = tuple[int, int, int, int]
_SAME_LINE = 0.5  # of the lower word's height


def text_of(words: Sequence[Sequence[Any]]) -> str:
    return "".join(str(word[0]) for word in words)


def is_layer_of(layer: str, text: str) -> bool:
    """Whether the page's own letters are its text: on a scan they are a stamp or nothing, and the text was recognised."""
    return 2 * sum(map(str.isalnum, layer)) >= sum(map(str.isalnum, text))


def boxes(words: Sequence[Sequence[Any]], spans: Iterable[tuple[int, int]]) -> list[list[Place]]:
    """For each span of `text_of(words)`, in order, one box on every line it stands on: x, y, width, height."""
    found: list[list[Place]] = []
    at, start = 0, 0  # the word looked at, and the offset of its first letter
    for first, last in spans:
        while at < len(words) and start + len(words[at][0].rstrip()) <= first:
            start += len(words[at][0])
            at += 1
        lines: list[Place] = []
        ahead, offset = at, start
        while ahead < len(words) and offset < last:
            place: Place = tuple(words[ahead][1:5])  # type: ignore[assignment]
            if lines and _one_line(lines[-1], place):
                lines[-1] = _around(lines[-1], place)
            else:
                lines.append(place)
            offset += len(words[ahead][0])
            ahead += 1
        found.append(lines)
    return found


def _one_line(one: Place, other: Place) -> bool:
    middle, here = one[1] + one[3] / 2, other[1] + other[3] / 2
    return abs(middle - here) <= _SAME_LINE * min(one[3], other[3]) and other[0] + other[2] > one[0]


def _around(one: Place, other: Place) -> Place:
    left, top = min(one[0], other[0]), min(one[1], other[1])
    right, bottom = max(one[0] + one[2], other[0] + other[2]), max(one[1] + one[3], other[1] + other[3])
    return left, top, right - left, bottom - top
