"""Documents that say much the same: those that share the rarest neighbouring syllables of a text.

How rare a pair is, is counted among the documents that the asker may see, so nothing else changes the answer; each shared pair adds its
weight, whatever an engine thinks of it, so both engines answer alike.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from math import ceil, log2
from typing import TYPE_CHECKING
from uuid import UUID

from repository.access import keys_of_actor
from repository.codes import FileRole
from repository.models import Document, Extraction
from search.engines.base import Query
from search.indexer import engine
from search.query import ParsedQuery, Shared
from search.suggest_meant import syllables
from search.text import prepare
from search.text.prepare import PAIR

if TYPE_CHECKING:
    from repository.actors import Actor

READ = 60_000
"""Letters of the text that are read."""
CANDIDATES = 40
"""Pairs of the text whose rarity is asked for."""
PAIRS = 20
"""Of them so many are looked for, the rarest."""
SHARE = 0.25
"""Of those so many must be shared (rounded up), and no fewer than two."""
COMMON = 0.3
"""A pair that so great a part of all visible documents has says nothing."""


def similar_to(document: Document, *, actor: Actor, limit: int = 10) -> list[UUID]:
    """Identities of the documents most similar to one that the actor may see, the most similar first. Raises EngineError."""
    keys = keys_of_actor(actor)
    candidates = telling(document.subject, text_of(document))
    if not keys or not candidates:
        return []
    asked = engine()
    everything, *counts = asked.counts(
        keys, [ParsedQuery(), *(ParsedQuery(match=Shared(((pair, 1.0),), 1)) for pair in candidates)]
    )
    most = max(2, COMMON * everything)
    # Quarters: sums of them are exact in any order of adding up, so equal stays equal.
    weighed = [
        (pair, round(4 * log2(1 + everything / count)) / 4)
        for pair, count in zip(candidates, counts, strict=True)
        if 2 <= count <= most
    ]
    chosen = sorted(weighed, key=lambda one: (-one[1], one[0]))[:PAIRS]
    if len(chosen) < 2:
        return []
    question = Shared(tuple(chosen), max(2, ceil(SHARE * len(chosen))))
    hits = asked.search(Query(keys=keys, parsed=ParsedQuery(match=question), limit=limit + 1)).hits
    return list(islice((UUID(hit.id) for hit in hits if hit.id != str(document.pk)), limit))


def text_of(document: Document) -> str:
    """The text of the document's main file, as far as it is read for this."""
    texts = Extraction.objects.filter(
        file__version__document=document, file__version__current=True, file__role=FileRole.MAIN, current=True
    )
    return (texts.values_list("text", flat=True).first() or "")[:READ]


def telling(subject: str, text: str) -> list[str]:
    """The pairs of a text that may tell it from others: those of its subject, and those of rare syllables that come again.

    Chosen by the text and by how common its syllables are in official texts; the archive has no say in it.
    """
    titled = dict.fromkeys(pair for pair in prepare(subject).pairs.split() if _says(pair))
    often = Counter(pair for pair in prepare(text).pairs.split() if _says(pair))
    ranked = sorted(often, key=lambda pair: (-log2(1 + often[pair]) * _rarity(pair), pair))
    return list(dict.fromkeys([*islice(titled, CANDIDATES // 2), *ranked]))[:CANDIDATES]


def _says(pair: str) -> bool:
    return all(len(word) > 1 and not word.isdigit() for word in pair.split(PAIR))


def _rarity(pair: str) -> float:
    """From 1 up: the less common its syllables are, the more."""
    often = syllables()
    return 1.0 + sum(15 - often.get(word, 0) for word in pair.split(PAIR)) / 15
