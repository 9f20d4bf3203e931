"""Text rewritten piece by piece, with the way back: which offset of the original each character came from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# A letter with combining marks behind it, or a character that only says where a word may break.
_COMPOSABLE = re.compile("[^\u0300-\u036f][\u0300-\u036f]{1,8}|[\u200b-\u200d\u2060\ufeff\u00ad]", re.DOTALL)
_MARK = re.compile("[\u0300-\u036f\u200b-\u200d\u2060\ufeff\u00ad]")


@dataclass(frozen=True, slots=True)
class Traced:
    """`text`, and for each of its offsets (its end included) the offset in the original; None when they are equal."""

    text: str
    origin: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open span of the original that `text[start:end]` was made from."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end]


def rewrite(traced: Traced, pattern: re.Pattern[str], replace: Callable[[str], str]) -> Traced:
    """Replace every match of `pattern`; a replacement may be shorter or longer than what it replaces."""
    text, before = traced.text, traced.origin
    pieces: list[str] = []
    origin: list[int] = []
    position = 0
    for match in pattern.finditer(text):
        start, end = match.span()
        pieces.append(text[position:start])
        origin.extend(range(position, start))
        replaced = replace(match.group())
        pieces.append(replaced)
        origin.extend([start] * len(replaced))
        position = end
    if not pieces:
        return traced
    pieces.append(text[position:])
    origin.extend(range(position, len(text) + 1))
    return Traced("".join(pieces), origin if before is None else [before[at] for at in origin])


def compose(traced: Traced) -> Traced:
    """NFC, and without soft hyphens and zero-width characters, which would tear words and numbers apart."""
    if _MARK.search(traced.text) is None:
        return traced
    return rewrite(traced, _COMPOSABLE, _composed)


def _composed(cluster: str) -> str:
    return unicodedata.normalize("NFC", cluster) if len(cluster) > 1 else ""
