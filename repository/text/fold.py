"""Vietnamese letters folded one to one, so that an offset in the folded text is the offset in the original."""

from __future__ import annotations

import unicodedata

_D_WITH_STROKE = frozenset("đĐðÐ")  # typists and old converters use the Icelandic eth for the Vietnamese letter


class _Folding(dict[int, int]):
    """The translation table, filled with each character as it is met."""

    def __missing__(self, code: int) -> int:
        folded = self[code] = ord(fold_character(chr(code)))
        return folded


def fold_character(character: str) -> str:
    """One character in, one character out: lower case, without marks, `đ` and its look-alikes as `d`.

    Marks are taken off Latin letters only: in other scripts (Korean, Japanese, Indic) they are part of the letter.
    """
    if character in _D_WITH_STROKE:
        return "d"
    base = unicodedata.normalize("NFD", character)[0]
    if base.isascii():
        return base.lower()
    lower = character.lower()
    return lower if len(lower) == 1 else character


_TABLE = _Folding()
_FEW = 400


def fold(text: str) -> str:
    """Return `text` in lower case and without Vietnamese marks; always as long as it came.

    Meant for NFC text. A combining mark that stands by itself (NFD text) stays where it is, because taking it
    out would move every offset behind it: compose first (`repository.text.offsets.compose`).
    """
    if text.isascii():
        return text.lower()
    letters = set(text)
    if len(letters) > _FEW:
        return text.translate(_TABLE)
    # One pass per distinct letter is twice as fast as one look-up per character, as long as there are few.
    for letter in letters:
        if not letter.isascii():
            text = text.replace(letter, chr(_TABLE[ord(letter)]))
    return text.lower()
