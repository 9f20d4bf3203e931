"""Plain text out of bytes whose encoding nobody wrote down: UTF-8, UTF-16, windows-1258, TCVN3, VNI."""

import codecs
import unicodedata

from repository.text import legacy
from repository.text.offsets import Traced

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 4096
_VIETNAMESE = frozenset("ăđơưĂĐƠƯ" + "".join(map(chr, range(0x1EA0, 0x1EFA))))


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of the encoding it was read in. Never fails: the last resort is windows-1252."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding
    if (wide := _wide(data)) is not None:
        return data.decode(wide, "replace"), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.reason == "unexpected end of data":
            return data.decode("utf-8", "ignore"), "utf-8"  # cut off in the middle of a letter
    text = data.decode("cp1258", "replace")
    composed = unicodedata.normalize("NFC", text)
    if _is_vietnamese(composed):
        return composed, "windows-1258"
    text = data.decode("latin-1")
    charset = legacy.detect(text)
    if charset is not None:
        return legacy.decode(Traced(text), charset).text, charset
    return data.decode("cp1252", "replace"), "windows-1252"


def language_of(text: str) -> str:
    """ "vi" where at least one letter in fifty is one that Vietnamese alone writes; "" when it cannot be told."""
    sample = text[:20_000]
    letters = sum(map(str.isalpha, sample))
    return "vi" if letters and sum(letter in _VIETNAMESE for letter in sample) * 50 >= letters else ""


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: spaces and Latin letters leave every second byte zero."""
    sample = data[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if not max(even, odd) or max(even, odd) * 5 < len(sample) // 2 or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_vietnamese(text: str) -> bool:
    """Vietnamese letters, and no tone mark left standing on a letter that takes none (the wrong table leaves many)."""
    vietnamese = sum(letter in _VIETNAMESE for letter in text)
    stray = sum("\u0300" <= letter <= "\u0323" for letter in text) + text.count("\ufffd")
    return vietnamese > 0 and stray * 20 < vietnamese
