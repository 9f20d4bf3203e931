"""The hash tree of RFC 4998, clause 4.2, with SHA-512 and two children a node, and the part of it that proves one leaf.

Children are concatenated in ascending order, so a proof needs no word on left and right. An odd node goes up as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

ALGORITHM = "sha512"
# The hashes that stand together with one's own on each level, from the leaf's upwards; on the first one's own is among them.
Reduced = tuple[tuple[bytes, ...], ...]


def digest_of(content: bytes) -> bytes:
    return hashlib.sha512(content).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Raises ValueError where there is no leaf."""
    level = list(leaves)
    if not level:
        raise ValueError("a tree has at least one leaf")
    while len(level) > 1:
        level = _above(level)
    return level[0]


def reduced(leaves: Sequence[bytes], place: int) -> Reduced:
    """What proves the leaf at `place` (RFC 4998, 4.2, reduction); nothing where it is the only one."""
    level = list(leaves)
    found: list[tuple[bytes, ...]] = []
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            together = (level[beside],) if found else (level[place], level[beside])
            found.append(tuple(sorted(together)))
        level, place = _above(level), place // 2
    return tuple(found)


def root_from(leaf: bytes, parts: Reduced) -> bytes | None:
    """The root that the parts lead to from this leaf (RFC 4998, 4.3); None where they do not speak of it."""
    if parts and leaf not in parts[0]:
        return None
    here = leaf
    for at, part in enumerate(parts):
        here = _node(part if at == 0 else (*part, here))
    return here


def _above(level: list[bytes]) -> list[bytes]:
    pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
    return [_node(pair) if len(pair) == 2 else pair[0] for pair in pairs]


def _node(children: Sequence[bytes]) -> bytes:
    return digest_of(b"".join(sorted(children)))
