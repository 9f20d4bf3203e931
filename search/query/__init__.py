"""The query language: what is typed, and what it means."""

from search.query.nodes import All, AtLeast, Node, Number, ParsedQuery, Phrase, Without, Word, wanted
from search.query.parser import parse, relaxed

__all__ = [
    "All",
    "AtLeast",
    "Node",
    "Number",
    "ParsedQuery",
    "Phrase",
    "Without",
    "Word",
    "parse",
    "relaxed",
    "wanted",
]
