"""Which documents are looked at, how many, and what may be concluded: plain functions, so that anybody can do them again.

Order (docs/audit.md): the key of a document is SHA-256 over the UTF-8 bytes of `seed`, a colon and the identity in lower case; the sample is
the documents with the smallest keys. Whoever has the frozen population and the seed draws the same one.

Size: attribute sampling without replacement. X findings in a sample of n out of N with K deviating documents follow the hypergeometric
distribution (Cochran, Sampling Techniques, 3rd ed., ch. 3); the size is the least n at which a population with K = ⌈rate · N⌉ shows no more
than c findings with a probability of at most 1 - confidence.

Interval: Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26 (1934),
404-413. It takes no account of the finite population and is therefore rather too wide than too narrow.
"""

from __future__ import annotations

import hashlib
import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

HALVINGS = 100


class Drawn(NamedTuple):
    key: str
    identity: str
    stratum: str


def key_of(seed: str, identity: str) -> str:
    return hashlib.sha256(f"{seed}:{identity}".encode()).hexdigest()


def draw(population: Iterable[tuple[str, str]], seed: str, sizes: dict[str, int]) -> list[Drawn]:
    """The sample, by key. `population`: pairs of identity and stratum; `sizes`: of each stratum, or of all under "".

    The population is walked once; no more than the sample is held.
    """
    whole = "" in sizes
    heaps: dict[str, list[tuple[int, str, Drawn]]] = {stratum: [] for stratum in sizes}
    for identity, stratum in population:
        place = "" if whole else stratum
        wanted = sizes.get(place, 0)
        if not wanted:
            continue
        key, heap = key_of(seed, identity), heaps[place]
        # The largest key stands first: heapq keeps the smallest, so the number is turned round.
        entry = (-int(key, 16), identity, Drawn(key, identity, stratum))
        if len(heap) < wanted:
            heapq.heappush(heap, entry)
        elif entry[0] > heap[0][0]:
            heapq.heapreplace(heap, entry)
    return sorted(entry[2] for heap in heaps.values() for entry in heap)


def shares(strata: Counter[str], size: int) -> dict[str, int]:
    """How many of each stratum, in proportion: whole parts first, then the largest remainders, equal ones by name (Hamilton)."""
    total = strata.total()
    if not total:
        return {}
    size = min(size, total)
    whole = {name: size * count // total for name, count in strata.items()}
    left = size - sum(whole.values())
    for name in sorted(strata, key=lambda one: (-(size * strata[one] % total), one))[:left]:
        whole[name] += 1
    return whole


# ── how many ──
def size_for(population: int, confidence: float, tolerable: float, findings: int = 0) -> int:
    """The least sample that bears out, at this confidence, that fewer than `tolerable` deviate, where up to `findings` are found.

    The whole population where no smaller sample does.
    """
    deviating = _deviating(population, tolerable)
    if deviating <= findings:
        return population
    least, most = 1, population
    while least < most:
        middle = (least + most) // 2
        if _at_most(findings, population, deviating, middle) <= 1 - confidence:
            most = middle
        else:
            least = middle + 1
    return least


def _deviating(population: int, rate: float) -> int:
    # 0.05 · 100 is a hair above 5 for a computer.
    return max(1, math.ceil(round(rate * population, 9)))


def _at_most(findings: int, population: int, deviating: int, size: int) -> float:
    """The probability of no more than so many findings (hypergeometric), by logarithms of the gamma function."""
    return min(1.0, math.fsum(_hypergeometric(found, population, deviating, size) for found in range(findings + 1)))


def _hypergeometric(found: int, population: int, deviating: int, size: int) -> float:
    if found > deviating or found > size or size - found > population - deviating:
        return 0.0
    return math.exp(
        _log_choose(deviating, found)
        + _log_choose(population - deviating, size - found)
        - _log_choose(population, size)
    )


def _log_choose(of: int, taken: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(taken + 1) - math.lgamma(of - taken + 1)


# ── what follows ──
def most_deviating(findings: int, size: int, population: int, confidence: float) -> int:
    """The largest number of deviating documents that so few findings leave open at this confidence (one-sided, hypergeometric).

    The other side of `size_for`: where no more was found than was planned with, it lies below the tolerable number.
    """
    least, most = findings, population - (size - findings)
    while least < most:
        middle = (least + most + 1) // 2
        if _at_most(findings, population, middle, size) > 1 - confidence:
            least = middle
        else:
            most = middle - 1
    return least


def interval(findings: int, size: int, confidence: float) -> tuple[float, float]:
    """Clopper and Pearson's limits of the share, two-sided. Raises ValueError where nothing was looked at."""
    if not 0 <= findings <= size or not size:
        raise ValueError(f"{findings} of {size}")
    tail = (1 - confidence) / 2
    low = 0.0 if not findings else _solve(lambda p: 1 - _binomial_at_most(findings - 1, size, p) > tail)
    high = 1.0 if findings == size else _solve(lambda p: _binomial_at_most(findings, size, p) < tail)
    return low, high


def _solve(beyond: Callable[[float], bool]) -> float:
    """The share from which on `beyond` holds, by halving."""
    least, most = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (least + most) / 2
        if beyond(middle):
            most = middle
        else:
            least = middle
    return (least + most) / 2


def _binomial_at_most(findings: int, size: int, share: float) -> float:
    if share <= 0:
        return 1.0
    if share >= 1:
        return 1.0 if findings >= size else 0.0
    yes, no = math.log(share), math.log1p(-share)
    terms = (math.exp(_log_choose(size, found) + found * yes + (size - found) * no) for found in range(findings + 1))
    return min(1.0, math.fsum(terms))


def lines_of(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Identity and stratum of each line of a population."""
    for text in texts:
        for line in text.splitlines():
            identity, _blank, stratum = line.partition(" ")
            yield identity, stratum
