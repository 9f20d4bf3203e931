"""The one preparation of Vietnamese text for search: the same for documents, for queries and for marks."""

from search.text.numbers import Number, numbers
from search.text.prepare import ANALYSIS_VERSION, Prepared, pairs, prepare
from search.text.words import Token, has_accents, tokens, word_forms, words

__all__ = [
    "ANALYSIS_VERSION",
    "Number",
    "Prepared",
    "Token",
    "has_accents",
    "numbers",
    "pairs",
    "prepare",
    "tokens",
    "word_forms",
    "words",
]
