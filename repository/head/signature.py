"""The signature block: by what authority, in which post, and who."""

from __future__ import annotations

import re
from dataclasses import dataclass

from repository.head.layout import blanked
from repository.head.names import SURNAMES
from repository.text.fold import fold

_AUTHORITIES = {
    "tm": "TM.",
    "kt": "KT.",
    "tl": "TL.",
    "tuq": "TUQ.",
    "q": "Q.",
    "t/m": "TM.",
    "k/t": "KT.",
    "t/l": "TL.",
    "tun": "TUQ.",
}
AUTHORITY = re.compile(
    r"(?<![A-Za-zĐđ/.&])(?P<by>TM|KT|TL|TUQ|Q|T/M|K/T|T/L)(?:\s?\.\s?|\s?,\s?|(?<=/M)\s|(?<=/T)\s|(?<=/L)\s)(?=\s{0,2}[A-ZĐÀ-ỸƠƯ])"
)
_BY = re.compile(r"(?:TM|KT|TL|TUQ|Q|T/M|K/T|T/L)(?:\s?[.,]|(?=\s|$))")
_POST = (
    "bo truong|thu truong|thu tuong|chu tich nuoc|chu tich quoc hoi|chu tich|giam doc|tong giam doc|cuc truong|tong cuc truong|vu truong"
    "|chi cuc truong|chanh van phong|chanh thanh tra|truong phong|truong ban|hieu truong|vien truong|thong doc|chanh an|tong thanh tra"
    "|tong kiem toan nha nuoc|bi thu|tong bi thu|chu nhiem|tu lenh|chi huy truong|chinh uy|tong tham muu truong|truong doan|ke toan truong"
    "|hat truong|doi truong|truong thon|tong bien tap|thu truong co quan|uy vien|thu ky|to truong|nguoi ky|truong cong an|tram truong"
)
POSITION = re.compile(rf"(?<![a-z])(?:pho )?(?:{_POST})(?: thuong truc| phu trach)?(?![a-z])")
SIGNED = re.compile(r"[(\[]?\s?(?:da ?ky|ky ten|signed|ky,? dong dau|da ky,? dong dau|chu ky)[^\n)\]]{0,30}[)\]]?")
_RANK = re.compile(
    r"(?:(?:dai|thuong|trung|thieu) (?:tuong|ta)|gs|pgs|ts|ths|ths bs|ts bs|bs|ks|cn|bsckii|bscki"
    r"|giao su|tien si|nha giao uu tu|luat su)(?![a-z])[. ,]*"
)
_WORD = re.compile(r"[^\W\d_]{1,8}(?![^\W\d_])")
_TORN_END = re.compile(r"\n[^\W\d_]{1,6}(?: [^\W\d_]{1,7}){0,2}(?=\n|$)")
_NOT_NAMES = frozenset((
    "ban", "bo", "chinh", "chu", "chuong", "dieu", "doc", "dong", "giam", "hoi", "luc", "luu", "muc", "nhan", "nhu",
    "noi", "phong", "phu", "so", "thu", "tich", "tren", "truong", "tuong", "uy", "van",
))  # fmt: skip
_OPENINGS_TRIED = 60
# Where a cell, a line or, in flattened text, what follows a sentence begins with a capital.
_CELL = re.compile(r"(?:\A|[\n\t|] {0,80}|  +|[./;:)] )(?=[^\W\da-z_])")
TRIMMED = " \t-+*•;,.:–/"


@dataclass(frozen=True, slots=True)
class Signature:
    """Spans are (start, end) in the text that was searched; None where that part was not found."""

    authority: str | None
    position: str | None
    signer: str | None
    authority_span: tuple[int, int] | None
    position_span: tuple[int, int] | None
    signer_span: tuple[int, int] | None
    sure: bool


def find_signature(text: str, folded: str, start: int) -> Signature | None:
    """The first signature block in `text` from `start` on: authority, post, and the name below it."""
    for opening in _openings(text, folded, start):
        found = _signature_at(text, folded, opening)
        if found:
            return found
    return None


def _openings(text: str, folded: str, start: int) -> list[int]:
    """Where a block may begin: an authority, or a post in capitals that opens a line or cell."""
    places = {match.start() for match in AUTHORITY.finditer(text, start)}
    for match in _CELL.finditer(text, start):
        post = POSITION.match(folded, match.end())
        if post and text[post.start() : post.end()].isupper():
            places.add(post.start())
    return sorted(places)[:_OPENINGS_TRIED]


def _signature_at(text: str, folded: str, start: int) -> Signature | None:
    end = min(len(text), start + 700)
    block = text[start:end]
    # A list of recipients in the left column is not part of the block in the right one.
    lists = [
        (match.start(), match.end())
        for match in re.finditer(r"(?m)(?:^|(?<=\t))[ \t]*[-+•–][ \t]*[^\n\t]*?(?=\t| {3,}|(?<=[;.]) |$)", block)
    ]
    block = blanked(block, lists)
    block_folded = fold(block)
    authority = AUTHORITY.match(block)
    position = position_span = None
    cursor = 0
    for match in POSITION.finditer(block_folded, 0, 420):
        printed = block[match.start() : match.end()]
        if not printed.isupper() and not _opens_cell(block, match.start()):
            continue
        if position_span and _BY.sub("", block[cursor : match.start()]).strip(TRIMMED + "\n"):
            break
        line_end = _end_of_cell(block, match.end())
        stop = _end_of_capitals(block, match.start(), line_end)
        position, position_span = " ".join(block[match.start() : stop].split()).strip(TRIMMED), (match.start(), stop)
        cursor = stop
    if position_span is None and authority is None:
        return None
    if position_span is None:
        cursor = authority.end() if authority else 0
        cursor = _end_of_cell(block, cursor)
    name = _name_after(block, cursor)
    if name is None and position_span:
        stop = _end_before_name(block, *position_span)
        position, position_span = " ".join(block[position_span[0] : stop].split()), (position_span[0], stop)
        name = _name_after(block, stop)
    if name is None:
        return None
    name = _with_torn_end(block, *name)
    signer = " ".join(block[name[0] : name[1]].replace("\n", "").split())
    first = _AUTHORITIES.get(authority["by"].lower()) if authority else None
    innermost = list(AUTHORITY.finditer(block, 0, position_span[0] if position_span else 200))
    return Signature(
        authority=_AUTHORITIES.get(innermost[-1]["by"].lower(), first) if innermost else first,
        position=position,
        signer=signer,
        authority_span=(start + innermost[-1].start(), start + innermost[-1].end()) if innermost else None,
        position_span=(start + position_span[0], start + position_span[1]) if position_span else None,
        signer_span=(start + name[0], start + name[1]),
        sure=fold(signer).split()[0] in SURNAMES,
    )


def _opens_cell(block: str, at: int) -> bool:
    return block[:at].rstrip(" ") == "" or block[:at].rstrip(" ")[-1] in "\n\t"


def _end_of_cell(block: str, at: int) -> int:
    found = re.compile(r"\n|\t| {3,}|$").search(block, at)
    return found.start() if found else len(block)


def _end_of_capitals(block: str, start: int, end: int) -> int:
    """Where a post ends on a line that goes on into the name: after its capitals when the name is in small letters."""
    words = list(re.finditer(r"\S+", block[start:end]))
    if block[start : words[0].end() + start].isupper() and not block[start:end].isupper():
        for index, word in enumerate(words):
            if index and not word.group().isupper():
                return start + words[index - 1].end()
    return end


def _end_before_name(block: str, start: int, end: int) -> int:
    """Where a post ends that stands on one line with a name in capitals: before the last words, from a family name on."""
    words = list(re.finditer(r"\S+", block[start:end]))
    for index in range(max(1, len(words) - 4), len(words) - 1):
        if fold(words[index].group()) in SURNAMES:
            return start + words[index - 1].end()
    return end


def _name_after(block: str, at: int) -> tuple[int, int] | None:
    """The signer's name: the first line or cell of two to six capitalised words, a family name first."""
    fallback = None
    seen = 0
    for cell in re.finditer(r"[^\n\t]+", block[at : at + 500]):
        content = cell.group()
        folded = fold(content)
        if not content.strip(TRIMMED):
            continue
        skipped = SIGNED.match(folded.strip())
        offset = at + cell.start()
        if skipped:
            lead = len(folded) - len(folded.lstrip())
            offset += lead + skipped.end()
            content, folded = content[lead + skipped.end() :], folded[lead + skipped.end() :]
            if not content.strip(TRIMMED):
                continue
        seen += 1
        if seen > 8:
            break
        lead = len(content) - len(content.lstrip(TRIMMED))
        rank = _RANK.match(folded, lead)
        while rank:
            lead = rank.end()
            rank = _RANK.match(folded, lead)
        stop = _end_of_name(content, lead)
        if stop is None or content[stop:].lstrip()[:1].islower():
            continue  # no name, or the beginning of a sentence
        words = fold(content[lead:stop]).split()
        whole = not content[stop:].strip(TRIMMED)
        if words[0] in SURNAMES and not POSITION.match(" ".join(words)):
            if not whole and content[lead:stop].isupper():
                stop = min(stop, _four_words(content, lead, stop))
            return offset + lead, offset + stop
        if fallback is None and whole and not set(words[:2]) & _NOT_NAMES and len(words) <= 5:
            fallback = (offset + lead, offset + stop)
    return fallback


def _end_of_name(content: str, start: int) -> int | None:
    """Where two to six words end that are all capitalised, or all in capitals; None where no such words begin at `start`."""
    end, count, shouted = start, 0, None
    while count < 6 and (word := _WORD.match(content, end + (1 if count else 0))):
        text = word.group()
        if not text[0].isupper() or (count and content[end] not in " \t"):
            break
        if len(text) > 1:
            upper = text.isupper()
            if shouted not in (None, upper) or not (upper or text[1:].islower()):
                break
            shouted = upper
        end, count = word.end(), count + 1
    return end if count > 1 else None


def _with_torn_end(block: str, start: int, end: int) -> tuple[int, int]:
    """The name with the end that extraction put on the next line ("Phạm Thị T" over "hanh Trà")."""
    torn = _TORN_END.match(block, end)
    return (start, torn.end()) if torn and block[end + 1].islower() else (start, end)


def _four_words(content: str, start: int, end: int) -> int:
    words = list(re.finditer(r"\S+", content[start:end]))
    return start + words[min(len(words), 4) - 1].end()


def is_name(cell: str) -> bool:
    """Whether a line is nothing but a person's name."""
    cell = cell.strip()
    return _end_of_name(cell, 0) == len(cell) and fold(cell).split()[0] in SURNAMES
