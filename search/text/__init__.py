"""The one preparation of Vietnamese text for search: the same for documents, for queries and for marks."""

from search.text.numbers import Number, numbers
from search.text.prepare import ANALYSIS_VERSION, Prepared, pairs, prepare
from search.text.repair import Repaired, repair
from search.text.tokens import Token, tokens
from search.text.words import has_accents, word_forms, words

__all__ = [
    "ANALYSIS_VERSION",
    "Number",
    "Prepared",
    "Repaired",
    "Token",
    "has_accents",
    "numbers",
    "pairs",
    "prepare",
    "repair",
    "tokens",
    "word_forms",
    "words",
]
