"""The stretch of a document that the reader looks at: readable, folded, and with the way back to the original."""

from __future__ import annotations

import re
from dataclasses import dataclass

from repository.text.fold import fold
from repository.text.legacy import Charset, decode
from repository.text.offsets import Traced, compose

# One character for one, so that offsets stay: letters of other alphabets that look Latin (typed by mistake, and common in
# numbers), the Icelandic eth for the Vietnamese letter, and the many spaces; in the folded text the many dashes too.
_LOOK_ALIKES = dict(
    zip(
        "ÐðАВЕКМНОРСТУХасеорхуіІ\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\r\f\v\u2028：／﹕∕⁄",
        "ĐđABEKMHOPCTYXaceopxyiI        \n\n\n:/://",
        strict=True,
    )
)
_LOOK_ALIKE = re.compile("[" + "".join(map(re.escape, _LOOK_ALIKES)) + "]")
_DASH = re.compile("[‐‑‒–—―−]")


@dataclass(frozen=True, slots=True)
class Source:
    """`text` is NFC with plain spaces, `folded` its fold with plain dashes and is as long as `text`; `traced.span` leads to the piece read."""

    text: str
    folded: str
    traced: Traced
    base: int

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the document as it came, of `text[start:end]` without the blanks around it."""
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        first, last = self.traced.span(start, end)
        return self.base + first, self.base + last


def prepare(document: str, start: int, end: int, charset: Charset | None) -> Source:
    """Read `document[start:end]`, typed in `charset` (None: Unicode)."""
    traced = Traced(document[start:end])
    if charset:
        traced = decode(traced, charset)
    traced = compose(traced)
    text = _LOOK_ALIKE.sub(lambda match: _LOOK_ALIKES[match.group()], traced.text)
    return Source(text=text, folded=_DASH.sub("-", fold(text)), traced=traced, base=start)
