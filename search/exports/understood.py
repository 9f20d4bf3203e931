"""How a search was understood, in signs that read the same in every language: what a sheet says beside the words as typed."""

from __future__ import annotations

from search.query import (
    All,
    Any,
    AtLeast,
    Dated,
    In,
    Near,
    Node,
    Number,
    Phrase,
    Prefix,
    Same,
    Shared,
    Value,
    Without,
    Word,
)

SIGNS = {All: " + ", Any: " | "}


def said(node: Node) -> str:
    """`đất + (ubnd = “ủy ban nhân dân”) + −mật`: + for all, | for any, − for not, “…” for words next to each other."""
    match node:
        case All(parts) | Any(parts):
            return SIGNS[type(node)].join(_inner(part) for part in parts) or "*"
        case AtLeast(least, parts):
            return f"≥{least} ({' | '.join(_inner(part) for part in parts)})"
        case Without(part):
            return f"−{_inner(part)}"
        case In(part, what):
            return f"{part.value}: {said(what)}"
        case Value(facet, values):
            return f"{facet}: {' | '.join(values)}"
        case Dated(first, last):
            return f"{first or ''}..{last or ''}"
        case Same(typed, others):
            return " = ".join(said(one) for one in (typed, *others))
        case Shared(pairs, least):
            return f"≥{least} ({' | '.join(pair.replace('_', ' ') for pair, _weight in pairs)})"
        case _:
            return _leaf(node)


def _leaf(node: Node) -> str:
    match node:
        case Word(_folded, accented):
            return accented
        case Phrase(words, exact):
            joined = " ".join(word.accented for word in words)
            return f"“{joined}”" if exact else f"‘{joined}’"
        case Near(words, distance):
            return f"({f' ~{distance} '.join(word.accented for word in words)})"
        case Prefix(folded):
            return f"{folded}*"
        case Number(canonical):
            return f"№ {canonical}"
        case _:
            return str(node)


def _inner(node: Node) -> str:
    """In brackets where several things stand in it."""
    several = isinstance(node, Same) or (isinstance(node, All | Any) and len(node.parts) > 1)
    return f"({said(node)})" if several else said(node)
