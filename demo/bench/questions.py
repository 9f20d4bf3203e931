"""Questions drawn from the documents themselves, always the same ones for a seed and an archive."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from uuid import UUID

from demo.zipf import Vocabulary
from repository.models import Document
from repository.text.fold import fold

EACH = 60
COMMON = "four common words"
PHRASES = "phrases"
KINDS = (COMMON, PHRASES, "names", "numbers", "without accents")
_COMMONEST = 120
"""Of the vocabulary's words; one in eight documents or more has each of their syllables."""


def questions(seed: int, each: int = EACH) -> Iterator[tuple[str, str]]:
    """Kind and words of each question."""
    rng = Random(f"questions:{seed}")
    total = Document.objects.count()
    first = Document.objects.order_by("pk").values_list("pk", flat=True)[0].int
    words = Vocabulary(seed).words[:_COMMONEST]
    syllables = list(dict.fromkeys(" ".join(words).split()))

    def drawn() -> Document:
        row = Document.objects.filter(pk__gte=UUID(int=first + rng.randrange(total))).order_by("pk").first()
        assert row is not None
        return row

    for _ in range(each):
        yield COMMON, " ".join(rng.sample(syllables[:60], 4))
    for place in range(each):
        # Words that stand in many texts, and the rarer ones of a subject, by turns.
        if place % 2:
            yield PHRASES, f'"{" ".join(rng.sample(words, 1) + rng.sample(words, 1))}"'
        else:
            subject = drawn().subject.split()
            at = rng.randrange(max(1, len(subject) - 4))
            yield PHRASES, '"' + " ".join(subject[at : at + 4]).replace('"', "") + '"'
    for _ in range(each):
        yield "names", drawn().signer_name
    for _ in range(each):
        yield "numbers", drawn().code
    for _ in range(each):
        yield "without accents", fold(" ".join(drawn().subject.split()[:4]))


def beginnings(seed: int, each: int = EACH) -> Iterator[str]:
    """What has been typed while a question is being typed: subjects cut off in the midst of a word."""
    rng = Random(f"beginnings:{seed}")
    for _, typed in questions(seed, each):
        words = typed.strip('"')
        yield words[: rng.randint(2, max(3, len(words) * 2 // 3))]
