"""What a word is, and the two forms in which the index holds it."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from repository.text.fold import fold
from search.text.tones import one_tone_place

LONGEST_WORD = 60
"""Letters of a word that are kept. Two of them joined stay below the 255 at which Elasticsearch splits a token."""

# Characters inside a word that are no letters: combining marks (texts in NFD), soft hyphens, zero-width ones.
INSIDE = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"
PLAIN_WORD = re.compile(r"[^\W_]+")
_WORD_WITH_MARKS = re.compile(rf"(?:[^\W_][{INSIDE}]*)+")
# Where the folded text is not letter for letter what `tokens` makes of it: marks as above, ligatures, full-width forms.
UNUSUAL = re.compile(rf"[{INSIDE}\ufb00-\ufb06\uff10-\uff5a]")
MARKS_INSIDE = re.compile(rf"[{INSIDE}]")


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield every run of letters and digits as it is written, with its place. The underscore separates (file names)."""
    for found in _pattern(text).finditer(text):
        yield found.group(), found.start(), found.end()


def written(text: str) -> list[str]:
    """The words without their places: half the time, and an index is filled with millions."""
    return _pattern(text).findall(text)


def _pattern(text: str) -> re.Pattern[str]:
    return _WORD_WITH_MARKS if MARKS_INSIDE.search(text) else PLAIN_WORD


@lru_cache(maxsize=200_000)
def word_forms(word: str) -> tuple[str, str]:
    """Return the folded and the accented form of one word, both empty where no letter or digit is left of it.

    Folded: lower case, no marks, `đ` and the Icelandic eth as `d`, figures without leading zeros. Accented: NFC,
    lower case, eth as `đ`, tone marks in one place. Compatibility forms (the ligature in "ﬁle") are written out.
    """
    composed = unicodedata.normalize("NFKC", _drop_ignorable(word)).lower().replace("ð", "đ")
    # Lower case can come apart into letter and mark (the Turkish İ), and a compatibility form into several signs.
    accented = "".join(letter for letter in unicodedata.normalize("NFC", composed) if letter.isalnum())[:LONGEST_WORD]
    folded = fold(accented)
    if folded.isascii() and folded.isdigit():
        folded = folded.lstrip("0") or "0"
    return folded, one_tone_place(accented)


def has_accents(word: str) -> bool:
    """Whether the typed word shows that its writer uses accents: it has a mark or a `đ`."""
    folded, accented = word_forms(word)
    return folded != accented and not folded.isdigit()


def _drop_ignorable(word: str) -> str:
    return word if word.isascii() else word.translate(_IGNORABLE)


_IGNORABLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
