"""Where the parts of a head are: motto, rules, the title, and the first words of the body."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from repository.head.types import TYPE_WORDS, loose, type_named

_GAP = r"[\s'`.,_-]{0,4}"
_STATE = "cong hoa xa hoi chu nghia viet nam"
_MOTTO = re.compile(
    rf"(?<![a-z])(?:{loose(_STATE, _GAP)}"
    rf"|c[oq0]ng\s{{1,3}}h[oq0]a\s{{1,3}}x[a-z]\s{{1,3}}h[oq0][il1]\s{{1,3}}ch[uv]\s{{1,3}}ng?h[il1]a\s{{1,3}}v[il1]et\s{{1,3}}nam"
    rf"|{loose('viet nam dan chu cong hoa', _GAP)})(?![a-z])"
)
# As scanners read it too: "Dic lip - TU do - Hanh phtic".
_WORDS = re.compile(
    rf"(?<![a-z])(?:{loose('doc lap')}|d[a-z0-9]c\s{{0,2}}l[a-z]p)\W{{0,8}}(?:{loose('tu do')}|t[a-z]\s{{0,2}}d[a-zø0])"
    rf"\W{{0,8}}(?:{loose('hanh phuc')}|h[a-z]nh[\s:.-]{{0,3}}ph[a-z]{{1,4}})(?![a-z])"
)
_PARTY = re.compile(rf"(?<![a-z]){loose('dang cong san viet nam', _GAP)}(?![a-z])")
_RULE = re.compile(r"[-_=*~.…o]{3,}(?=\s|$)|(?<=\s)[-_*]{1,2}(?=\s*\n)|°")
_BODY = re.compile(
    r"(?<![a-z])(?:can cu|can c[a-z]{0,2}(?= [a-z])|kinh gui|kinh g[a-z]{1,2}(?=\s?:)|theo de nghi"
    r"|xet de nghi|xet to trinh|thuc hien|trien khai|phuc dap|tra loi|dieu 1"
    r"|chuong i|phan thu nhat|hom nay)(?![a-z])"
)
_ONLY_ON_A_NEW_LINE = frozenset(
    ("thuc hien", "trien khai", "phuc dap", "tra loi", "dieu 1", "chuong i", "hom nay", "xet to trinh")
)
_ANNEX = re.compile(
    r"\s*(?:phu luc|mau so|mau \d|bieu mau|bieu so|danh muc kem|phu bieu|\(?ban hanh kem theo|\(?kem theo)(?![a-z])"
)

_MARKS = frozenset(("MẬT", "MAT", "KHẨN", "KHAN", "TỐC", "TOC", "GIỜ"))


@dataclass(frozen=True, slots=True)
class Title:
    """The name of the type as printed in the head: the line of its own, or the capitals that the subject follows."""

    type: str
    start: int
    end: int
    alone: bool
    capitals: bool


def mottos(text: str, folded: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the state's name and motto and of the Party's name, in order; not where a sentence speaks of the state."""
    words = [match.span() for match in _WORDS.finditer(folded, start, end)]
    names = [match.span() for pattern in (_MOTTO, _PARTY) for match in pattern.finditer(folded, start, end)]
    for first, last in names:
        followed = any(0 <= word[0] - last < 10 for word in words)
        if followed or text[first:last].isupper() or _opens_a_cell(folded, first):
            words.append((first, last))
    return sorted(words)


def _opens_a_cell(folded: str, at: int) -> bool:
    before = folded[max(0, at - 4) : at].rstrip(" ")
    return (
        not before
        or before[-1] in "\n\t|"
        or folded[max(0, at - 3) : at].endswith("  ")
        or before.endswith(("nam", "-", "_"))
    )


def rules(folded: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of drawn lines (-----, ____, ***)."""
    return [match.span() for match in _RULE.finditer(folded, start, end)]


def body_start(text: str, folded: str, start: int, end: int) -> int:
    """Where the body begins: its first grounds, addressee or article; `end` when none of them is there."""
    for match in _BODY.finditer(folded, start, end):
        at = match.start()
        line_start = folded.rfind("\n", 0, at) + 1
        opens_line = not folded[max(line_start, at - 12) : at].strip(' \t-*•"') and at - line_start < 40
        misread = match.group().startswith(("can c", "kinh g")) and match.group() not in {"can cu", "kinh gui"}
        if (misread or match.group() in _ONLY_ON_A_NEW_LINE) and not opens_line:
            continue
        if not text[at].isupper():
            continue
        if opens_line and match.group() in {"thuc hien", "trien khai"} and not _is_a_sentence(text, at):
            continue
        if opens_line or not text[at : match.end()].isupper():
            return at
    return end


def _is_a_sentence(text: str, at: int) -> bool:
    """ "Thực hiện Công văn số …" opens a body; "THỰC HIỆN CHÍNH SÁCH" or a short line goes on with a subject."""
    line = text[at : text.find("\n", at) if "\n" in text[at:] else len(text)]
    return not line.isupper() and len(line) > 60


def find_title(text: str, folded: str, start: int, end: int) -> Title | None:
    """The type's name in `text[start:end]`, a line of its own first, else capitals that go on into the subject."""
    within = None
    for match in TYPE_WORDS.finditer(folded, start, end):
        first, last = match.span()
        named = type_named(match.group())
        line_start = folded.rfind("\n", start, first) + 1 or start
        line_end = folded.find("\n", last, end)
        line_end = end if line_end < 0 else line_end
        before, after = folded[line_start:first].strip(" \t*\"'|-_."), folded[last:line_end].strip(" \t*\"'|-_.:")
        printed = text[first:last]
        capitals = printed.isupper()
        if named is None or not (capitals or printed[:1].isupper()):
            continue
        if not before and not after and (capitals or within is None):
            if capitals:
                return Title(named, first, last, alone=True, capitals=capitals)
            within = within or Title(named, first, last, alone=True, capitals=capitals)
        elif within is None and capitals and not _inside_a_name(text, first, last, before):
            within = Title(named, first, last, alone=False, capitals=True)
    return within


def _inside_a_name(text: str, first: int, last: int, before: str) -> bool:
    """Whether the capitals go on before the type's name: then it is part of an agency's or a subject's name."""
    if not before:
        return False
    words = text[max(0, first - 30) : first].split()
    if words and words[-1] in _MARKS:
        return False
    return (
        bool(words)
        and words[-1].isupper()
        and len(words[-1]) > 1
        and not any(map(str.isdigit, words[-1]))
        and "-" not in words[-1]
    )


def is_annex(folded: str) -> bool:
    """Whether the text opens as an annex or a form, which has no number of its own."""
    return bool(_ANNEX.match(folded))


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with the spans made tabs (cell borders), newlines in them kept; offsets stay."""
    letters = list(text)
    for start, end in spans:
        for at in range(start, min(end, len(letters))):
            if letters[at] != "\n":
                letters[at] = "\t"
    return "".join(letters)
