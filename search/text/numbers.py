"""Numbers of documents: `06/2022/QĐ-UBND`, as one canonical token and as the shorter forms people type.

The form of number and notation: Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II.3 (`Số: 12/QĐ-UBND`; with the year between
for legal normative documents, Luật Ban hành văn bản quy phạm pháp luật).
"""

import re
from typing import NamedTuple

from search.text.tokens import tokens
from search.text.words import LONGEST_WORD, word_forms

# The number is often stamped or typed later, with blanks before the stroke: "Số:  12 /QĐ-UBND".
_NUMBER = re.compile(
    r"(?<![^\W_])\d{1,7}"
    r"(?P<figures>(?:[ ]{0,3}/[ ]{0,2}\d{1,7}(?![^\W_])){0,2})"
    r"(?P<letters>[ ]{0,3}/[ ]{0,2}[^\W\d_][^\W_]*(?:[-–/&][^\W_]+)*)?"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_SPLIT = re.compile(r"[ ]*/[ ]*")


class Number(NamedTuple):
    """A number found in a text: the canonical form, every form it is found by, its place (`text[start:end]`)."""

    canonical: str
    forms: tuple[str, ...]
    start: int
    end: int


def numbers(text: str) -> list[Number]:
    """Return the numbers of documents (and other figures with strokes, such as dates) in `text`, in order."""
    if "/" not in text:
        return []
    return [
        Number(*_forms(found.group()), found.start(), found.end())
        for found in _NUMBER.finditer(text)
        if found.group("figures") or found.group("letters")
    ]


def own_forms(code: str) -> tuple[str, ...]:
    """Return every form by which a document is found by its own number: those of `numbers`, its figure, its notation.

    What is no number of this form is found by its words joined by hyphens.
    """
    found = numbers(code)
    if not found:
        words = [token.folded for token in tokens(code)]
        return ("-".join(words)[: 2 * LONGEST_WORD],) if words else ()
    figure, _, rest = found[0].canonical.partition("/")
    notation = rest.partition("/")[2] if _YEAR.match(rest) else rest
    return tuple(dict.fromkeys(form for form in (*found[0].forms, figure, notation) if form))


def _forms(written: str) -> tuple[str, tuple[str, ...]]:
    parts = _SPLIT.split(written)
    figures = [part for part in parts if part.isdigit()]
    letters = "/".join(_folded_letters(part) for part in parts[len(figures) :])
    figures = [part.lstrip("0") or "0" for part in figures]
    canonical = _join(*figures, letters)
    forms = [canonical]
    short = letters.partition("-")[0]
    if letters:
        forms.append(_join(*figures, short))
    if len(figures) == 2 and _YEAR.fullmatch(figures[1]) and letters:
        # Staff type "06/2022" or leave the year out.
        forms += [_join(*figures), _join(figures[0], letters), _join(figures[0], short)]
    return canonical, tuple(dict.fromkeys(forms))


def _folded_letters(part: str) -> str:
    return re.sub(r"[^\W_]+", lambda word: word_forms(word.group())[0], part.replace("–", "-"))


def _join(*parts: str) -> str:
    return "/".join(part for part in parts if part)[: 2 * LONGEST_WORD]
