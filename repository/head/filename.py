"""A number in a file's name (`Nghị định 151-2024-NĐ-CP.docx`): weak evidence, for what the text does not show."""

from __future__ import annotations

import re
from dataclasses import dataclass

from repository.head.types import TYPE_WORDS, canonical_notation, type_named, type_of_notation
from repository.text.fold import fold
from repository.text.offsets import Traced, compose

_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_SEPARATOR = r"[-_./ ]{1,3}"
_CODE = re.compile(
    rf"(?<![a-z0-9])(?:so{_SEPARATOR})?(?P<number>\d{{1,5}}[a-h]?){_SEPARATOR}(?:(?P<year>(?:19|20)\d\d){_SEPARATOR})?"
    rf"(?P<notation>[a-z][a-z0-9&]{{0,10}}(?:[-_.][a-z][a-z0-9&]{{0,12}}){{0,4}})(?![a-z0-9])"
)
_ASSEMBLY = re.compile(r"(?:qh|ubtvqh)\d{1,2}")


@dataclass(frozen=True, slots=True)
class NamedNumber:
    number: str
    year: int | None
    notation: str
    code: str
    type: str | None


def number_in_file_name(file_name: str) -> NamedNumber | None:
    """The number, when the name holds one whose notation opens with a type's abbreviation or an assembly's term."""
    name = compose(Traced(_EXTENSION.sub("", file_name.replace("\\", "/").rpartition("/")[2][:300]))).text
    folded = fold(name)
    for match in _CODE.finditer(folded):
        tokens = re.split(r"[-_.]", name[match.start("notation") : match.end("notation")])
        tokens = [token if any(map(str.isupper, token)) else token.upper() for token in tokens]
        known = type_of_notation("-".join(tokens)) if len(tokens) > 1 else None
        if not known and not _ASSEMBLY.fullmatch(fold(tokens[0])):
            continue
        while len(tokens) > 2 and fold(tokens[-1]) in {
            "signed",
            "ky",
            "final",
            "scan",
            "copy",
            "v",
            "vn",
            "daky",
            "pdf",
            "doc",
        }:
            tokens.pop()
        notation = "-".join(canonical_notation(tokens))
        number, year = match["number"], match["year"]
        code = f"{number}/{year}/{notation}" if year else f"{number}/{notation}"
        word = TYPE_WORDS.search(folded, 0, match.start())
        named = type_named(word.group()) if word else None
        return NamedNumber(number, int(year) if year else None, notation, code, named or known)
    return None
