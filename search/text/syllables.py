"""What can be a Vietnamese syllable, and how a word that is none falls into several: `quyếtđịnh` is `quyết` and `định`.

Vietnamese writes every syllable as a word of its own, and few sounds make a syllable: 30 initials, some 160 rhymes, six tones.
So a run of letters that is no syllable but falls apart into syllables was joined by a scanner or by a lost space.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from repository.text.fold import fold

_INITIALS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split(" ")  # noqa: SIM905
_RHYMES = (  # noqa: SIM905
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây "
    "e ec em en eng eo ep et ê êch êm ên ênh êp êt êu êng "
    "i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu y ych yên yêt ynh yt yu "
    "o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot "
    "ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt "
    "u ua uân uâng uât uây uc uê uêch uênh uêt ui um un ung uôc uôi uôm uôn uông uôt up ut uơ uy uya uych uynh uyên uyêt "
    "uyt uyu uyn uyp ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu"
).split(" ")
_ALONE = ["y", "yêm", "yên", "yêng", "yêt", "yêu"]
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
# Behind a stop only the acute and the dot below are spoken.
_STOPPED = re.compile("(?:c|ch|p|t)$")
_TONES_OF_STOPPED = {"", "\u0301", "\u0323"}
_LONGEST = 7
"""Letters of the longest syllable, `nghiêng`."""
_MOST_SYLLABLES = 6
_COMMONEST = 16
_LEAST_FOLDED = 10

_SYLLABLES = frozenset(
    [initial + rhyme for initial in ("", *_INITIALS) for rhyme in _RHYMES]
    + _ALONE
    # The i of `gi` is the rhyme's own.
    + ["gi", "gin", "giêng", "giêc", "quôc", "quơn", "quăng", "quây"]
)
_FOLDED = frozenset(fold(one) for one in _SYLLABLES)


def is_folded_syllable(folded: str) -> bool:
    """Whether the letters without marks can be a syllable."""
    return folded in _FOLDED


@lru_cache(maxsize=100_000)
def is_syllable(word: str) -> bool:
    """Whether the lower-case NFC word, with the marks it has, can be a syllable; one without marks as they may have been left out."""
    if word.isascii():
        return word in _FOLDED
    apart = unicodedata.normalize("NFD", word)
    tones = _TONES.findall(apart)
    if len(tones) > 1:
        return False
    plain = unicodedata.normalize("NFC", _TONES.sub("", apart))
    if plain not in _SYLLABLES:
        return False
    return not _STOPPED.search(plain) or "".join(tones) in _TONES_OF_STOPPED


@lru_cache(maxsize=50_000)
def fall_apart(word: str) -> tuple[str, ...]:
    """Return the syllables that the lower-case NFC `word` was joined from; nothing where it is one, or none.

    Of several ways the one with the commonest syllables is taken (`vụcông` is not `vục` and `ông`), and no way of rare ones:
    without marks many a foreign word falls apart too (`com-bat`, `tech-no-lo-gy`), so there the syllables must be common.
    """
    if not 4 <= len(word) <= _LONGEST * _MOST_SYLLABLES or not word.isalpha() or is_syllable(word):
        return ()
    often = _often_folded() if word.isascii() else known()
    least = _LEAST_FOLDED if word.isascii() else 0
    # The best way to the letters before each place: what it is worth, and its syllables.
    ways: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ())]
    for end in range(1, len(word) + 1):
        best: tuple[float, tuple[str, ...]] | None = None
        for start in range(max(0, end - _LONGEST), end - 1):
            before, worth = ways[start], often.get(word[start:end], -1)
            if before is None or worth < least:
                continue
            # Each further syllable costs as much as the commonest one brings, so that few of them win.
            way = before[0] + worth - _COMMONEST, (*before[1], word[start:end])
            if best is None or way > best:
                best = way
        ways.append(best)
    found = ways[-1]
    if found is None or not 1 < len(found[1]) <= _MOST_SYLLABLES:
        return ()
    if word.isascii() and max(map(len, found[1])) < 4 and min(map(len, found[1])) < 3:
        return ()
    return found[1]


def times(word: str) -> int:
    """Return how often the lower-case NFC syllable stands in official texts, as a power of two; -1 for those hardly seen."""
    return known().get(word, -1)


@cache
def known() -> dict[str, int]:
    """How often each syllable stands in official texts, as powers of two. Counted over some 4,800 texts; `syllables.txt`."""
    lines = (Path(__file__).parent / "syllables.txt").read_text(encoding="utf-8").splitlines()
    return {word: int(times) for times, *words in map(str.split, lines) if times.isdigit() for word in words}


@cache
def _often_folded() -> dict[str, int]:
    sums: dict[str, int] = {}
    for word, times in known().items():
        sums[fold(word)] = sums.get(fold(word), 0) + 2**times
    return {word: times.bit_length() - 1 for word, times in sums.items()}
