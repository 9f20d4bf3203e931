"""What counts how much in the order of an answer. One place, both engines; how they were measured is in docs/search.md.

Each is a factor on the BM25 score (k1 = 1.2, b = 0.75 in both engines) of a query's words in one field.
"""

FOLDED = 0.5
"""Words without marks: every document that is found has them."""
ACCENTED = 0.5
"""Words with the typed marks, on top; of a query typed without marks the folded form has this weight too."""
PAIRS = 0.5
"""Neighbouring syllables, without marks: most Vietnamese words have two."""
TITLE = 0.05
"""Words in the title."""
TITLE_PAIRS = 0.2
"""Neighbouring syllables in the title."""
PHRASE = 0.5
"""A quoted phrase."""
CITED_NUMBER = 1.0
"""A number anywhere in the document."""
OWN_NUMBER = 5.0
"""The number that the document itself has: asked for by number, it comes before those that cite it."""
OTHER_WRITING = 0.1
"""What an abbreviation makes of a word: it is found, and what was typed comes first."""
