"""Texts for benchmarks, of words drawn by Zipf's law: a few stand nearly everywhere, most nearly nowhere, as in any language.

The papers of the demonstration are built of a few hundred phrases, and an index of a million of them would be an index of phrases.
"""

from __future__ import annotations

from itertools import accumulate
from random import Random
from typing import Any

from search.text.syllables import known, times

_TWO_SYLLABLES = 24_000
_SHIFT = 2.7
"""Mandelbrot's: the commonest word is not twice as common as the second."""
_FEWEST, _MOST = 20, 120
_SENTENCE = 12


class Vocabulary:
    """Words of one and two syllables, the commonest first, always the same ones for a seed."""

    def __init__(self, seed: int) -> None:
        rng = Random(f"words:{seed}")
        syllables = sorted(known())
        often = list(accumulate(2.0 ** times(syllable) for syllable in syllables))
        drawn = rng.choices(syllables, cum_weights=often, k=2 * _TWO_SYLLABLES)
        both = [f"{first} {second}" for first, second in zip(drawn[::2], drawn[1::2], strict=True)]
        alone = sorted(syllables, key=lambda syllable: (-times(syllable), syllable))
        # Two of two syllables to one of one, as they are spread in running text.
        self.words = list(
            dict.fromkeys(word for three in zip(both[::2], both[1::2], alone * 9, strict=False) for word in three)
        )
        self._weights = list(accumulate(1 / (rank + _SHIFT) for rank in range(len(self.words))))

    def text(self, row: dict[str, Any]) -> str:
        """A text for a row of `demo.bulk`: its head and foot, and sentences between them that follow from its place."""
        rng = Random(row["ordinal"])
        drawn = rng.choices(self.words, cum_weights=self._weights, k=rng.randint(_FEWEST, _MOST))
        sentences = (" ".join(drawn[at : at + _SENTENCE]).capitalize() for at in range(0, len(drawn), _SENTENCE))
        return "\n".join(
            (
                row["agency_name"],
                f"Số: {row['code']}",
                f"{row['type'].upper()} {row['subject']}",
                *(f"{sentence}." for sentence in sentences),
                row["position"],
                row["signer"],
            )
        )
