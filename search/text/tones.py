"""Old and new places of the tone mark made one: `hoà` and `hòa`, `thuỷ` and `thủy` are the same word.

Both habits are in use in official texts. Only the open vowel pairs `oa`, `oe`, `uy` at the end of a syllable differ
(`hoàn`, `khuỷu` have one spelling), and `u` after `q` belongs to the consonant (`quý` has one spelling too).
"""

import re

_NEW = ("oà oá oả oã oạ", "oè oé oẻ oẽ oẹ", "uỳ uý uỷ uỹ uỵ")
_OLD = ("òa óa ỏa õa ọa", "òe óe ỏe õe ọe", "ùy úy ủy ũy ụy")
_TO_OLD = dict(zip(" ".join(_NEW).split(), " ".join(_OLD).split(), strict=True))
_AFTER_Q = {old: new for new, old in _TO_OLD.items() if new.startswith("u")}
_END = re.compile(f"(q?)({'|'.join([*_TO_OLD, *_AFTER_Q])})$")


def one_tone_place(word: str) -> str:
    """Return the lower-case NFC `word` with its tone mark where most official texts put it (`hòa`, `thủy`, `quý`)."""
    return _END.sub(_replace, word)


def _replace(found: re.Match[str]) -> str:
    q, vowels = found.groups()
    return q + (_AFTER_Q.get(vowels, vowels) if q else _TO_OLD.get(vowels, vowels))
