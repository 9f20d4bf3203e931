"""The end of a document: who signed, in which post and by what authority, and who receives it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from repository.head.layout import blanked
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
_AUTHORITY = re.compile(
    r"(?<![A-Za-zĐđ/.&])(?P<by>TM|KT|TL|TUQ|Q|T/M|K/T|T/L)(?:\s?\.\s?|\s?,\s?|(?<=/M)\s|(?<=/T)\s|(?<=/L)\s)(?=\s{0,2}[A-ZĐÀ-ỸƠƯ])"
)
_BY = re.compile(r"(?:TM|KT|TL|TUQ|Q|T/M|K/T|T/L)(?:\s?[.,]|(?=\s|$))")
_POST = (
    "bo truong|thu truong(?: thuong truc)?|thu tuong|pho thu tuong(?: thuong truc)?|chu tich nuoc|pho chu tich nuoc|chu tich quoc hoi|pho chu tich quoc hoi"
    "|pho chu tich(?: thuong truc| phu trach)?|chu tich|pho giam doc(?: thuong truc| phu trach)?|giam doc|pho tong giam doc|tong giam doc"
    "|pho cuc truong|cuc truong|pho tong cuc truong|tong cuc truong|pho vu truong|vu truong|pho chi cuc truong|chi cuc truong"
    "|pho chanh van phong|chanh van phong|pho chanh thanh tra|chanh thanh tra|pho truong phong|truong phong|pho truong ban|truong ban|pho hieu truong|hieu truong"
    "|pho vien truong|vien truong|pho thong doc|thong doc|pho chanh an|chanh an|pho tong thanh tra|tong thanh tra|pho tong kiem toan nha nuoc|tong kiem toan nha nuoc"
    "|pho bi thu(?: thuong truc)?|bi thu|tong bi thu|pho chu nhiem|chu nhiem|pho tu lenh|tu lenh|pho chi huy truong|chi huy truong|chinh uy"
    "|pho tong tham muu truong|tong tham muu truong|pho truong doan|truong doan|vien truong|pho vien truong|ke toan truong|hat truong|doi truong"
    "|truong thon|tong bien tap|pho tong bien tap|thu truong co quan|uy vien thuong truc|uy vien|thu ky|to truong|nguoi ky|pho to truong|truong cong an|pho truong cong an|tram truong"
)
_POSITION = re.compile(rf"(?<![a-z])(?:{_POST})(?![a-z])")
_SIGNED = re.compile(r"[(\[]?\s?(?:da ky|ky ten|signed|ky,? dong dau|da ky,? dong dau|chu ky)[^\n)\]]{0,30}[)\]]?")
_RECIPIENTS = re.compile(r"(?<![a-z])n[o0]i\s{1,3}nhan(?:\s{0,3}:|(?=\s{0,6}[-+•]\s?[a-z])|(?=\t))")
_RANK = re.compile(
    r"(?:dai tuong|thuong tuong|trung tuong|thieu tuong|dai ta|thuong ta|trung ta|thieu ta|gs|pgs|ts|ths|bs|ks|cn|ths bs|giao su|tien si|nha giao uu tu|bsckii|bscki|ts bs|luat su)(?![a-z])[. ,]*"
)
_NAME_WORD = r"(?:[A-ZĐÀ-ỸĂÂÊÔƠƯ][a-zà-ỹđăâêôơư]{0,7}|[A-ZĐÀ-ỸĂÂÊÔƠƯ]{2,8})"
_NAME = re.compile(rf"{_NAME_WORD}(?:[ \t]{{1,2}}{_NAME_WORD}){{1,5}}")
_SURNAMES = frozenset(
    [
        "nguyen",
        "tran",
        "le",
        "pham",
        "hoang",
        "huynh",
        "phan",
        "vu",
        "vo",
        "dang",
        "bui",
        "do",
        "ho",
        "ngo",
        "duong",
        "ly",
        "dao",
        "doan",
        "dinh",
        "lam",
        "mai",
        "trinh",
        "truong",
        "cao",
        "ha",
        "luong",
        "luu",
        "ta",
        "to",
        "quach",
        "chu",
        "thai",
        "phung",
        "kieu",
        "ton",
        "tong",
        "tang",
        "vuong",
        "la",
        "khuat",
        "nghiem",
        "nong",
        "ma",
        "vi",
        "luc",
        "be",
        "hua",
        "giang",
        "dam",
        "ninh",
        "hau",
        "lai",
        "trieu",
        "au",
        "chau",
        "van",
        "thach",
        "kim",
        "son",
        "danh",
        "diep",
        "ung",
        "bach",
        "nhan",
        "cu",
        "lo",
        "quang",
        "cam",
        "ksor",
        "rmah",
        "siu",
        "ro",
        "y",
        "h",
        "dieu",
        "nay",
        "rahlan",
        "bo",
        "giap",
        "than",
        "dong",
        "tu",
        "lu",
        "doi",
        "quan",
        "thieu",
        "uong",
        "mac",
        "cung",
        "chau",
        "khong",
        "ky",
        "ong",
        "phuong",
        "an",
        "vang",
        "giang",
        "sung",
        "hang",
        "thao",
        "chang",
        "ban",
        "phu",
        "hang",
        "tan",
        "phi",
        "tieu",
        "tri",
        "ka",
        "trang",
        "la",
        "sin",
        "khong",
        "ton",
        "dau",
        "hang",
        "chuc",
        "doan",
        "moong",
        "hoac",
        "luong",
    ]
)
_NOT_NAMES = frozenset(
    [
        "noi",
        "nhan",
        "luu",
        "nhu",
        "tren",
        "so",
        "chu",
        "tich",
        "bo",
        "truong",
        "giam",
        "doc",
        "uy",
        "ban",
        "hoi",
        "dong",
        "chinh",
        "phu",
        "phu",
        "luc",
        "dieu",
        "chuong",
        "muc",
        "van",
        "phong",
        "thu",
        "tuong",
    ]
)
_ITEM = re.compile(r"^[ \t]*[-+•*–]\s*(.+)$", re.MULTILINE)
_SPLIT_ITEMS = re.compile(r"\s*;\s*(?:[-+•]\s)?\s*|(?<=\s)[-+•]\s+(?=[A-ZĐÀ-Ỹ])")
_FILED = re.compile(r"luu\s{0,2}(?:[:.,]|vt|hs|van thu|vp|ho so)")
_AS_ABOVE = re.compile(r"nhu (?:tren|kinh gui|noi gui)(?![a-z])")
_ADDRESSED = re.compile(r"kinh\s{1,2}gui\s{0,2}[:;.]?\s{0,3}")
_LONGEST_ITEM = 400
_TRIMMED = " \t-+*•;,.:–/"


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


def find_recipients(text: str, folded: str, start: int) -> tuple[tuple[str, ...], int, int] | None:
    """The list under "Nơi nhận", without the file copy, and its span."""
    opening = _RECIPIENTS.search(folded, start)
    if opening is None:
        return None
    items: list[str] = []
    position = last = opening.end()
    for line in re.finditer(r"[^\n]*\n?", text[position : position + 4000]):
        raw = line.group()
        content = raw.strip()
        at = position + line.start()
        if not content:
            if items and line.start() and raw == "":
                break
            continue
        cell = re.split(r"\t| {3,}", content)[0].strip()
        words = fold(cell)
        filed = _FILED.search(words)
        if _opens_item(cell) or not items:
            if not _opens_item(cell) and _POSITION.match(words) and cell.isupper():
                continue
            if _AUTHORITY.match(cell):
                continue
            for item in (
                _SPLIT_ITEMS.split(cell.lstrip(_TRIMMED))
                if " - " in cell or ";" in cell[:-1]
                else [cell.lstrip(_TRIMMED)]
            ):
                if _FILED.match(fold(item.lstrip(_TRIMMED))):
                    break
                stop = _AUTHORITY.search(item)
                item = item[: stop.start()] if stop else item
                if item.strip(_TRIMMED):
                    items.append(" ".join(item.strip(_TRIMMED).split()))
                    last = at + len(raw.rstrip())
        elif cell.isupper() or _AUTHORITY.match(cell) or _SIGNED.match(words) or _is_name(cell):
            if _is_after_list(items, last, at):
                break
            continue
        elif not cell[0].isupper() or not items[-1].endswith("."):
            items[-1] = " ".join((items[-1] + " " + cell).strip(_TRIMMED).split())
            last = at + len(raw.rstrip())
        if filed:
            break
        if len(items) > 60:
            break
    if not items or max(map(len, items)) > _LONGEST_ITEM:
        return None
    return tuple(items), opening.start(), last


def find_addressees(text: str, folded: str, start: int, end: int) -> tuple[tuple[str, ...], int, int] | None:
    """Who a letter is addressed to: the words behind "Kính gửi" up to the end of the line, or the list below it."""
    opening = _ADDRESSED.search(folded, start, end)
    if opening is None:
        return None
    names: list[str] = []
    position = last = opening.end()
    for line in re.finditer(r"[^\n]+", text[position : position + 1500]):
        content = line.group().strip()
        if not content:
            continue
        listed = content[0] in "-+•*–"
        if names and not listed and not (content[0].islower() and not names[-1].endswith(".")):
            break
        bare = content.strip(_TRIMMED)
        if names and not listed:
            names[-1] = f"{names[-1]} {bare}"
        else:
            names.extend(name.strip(_TRIMMED) for name in content.strip(_TRIMMED).split(";") if name.strip(_TRIMMED))
        last = position + line.end()
        if content.endswith(".") or sum(map(len, names)) > 1200:
            break
    names = [" ".join(name.split()) for name in names if len(name) < 250]
    return (tuple(names), opening.start(), last) if names else None


def is_as_above(item: str) -> bool:
    """Whether a recipient only points to the addressees ("Như trên")."""
    return bool(_AS_ABOVE.match(fold(item)))


def _is_after_list(items: list[str], last: int, at: int) -> bool:
    return bool(items) and at - last > 400


def _opens_item(cell: str) -> bool:
    return cell[:1] in "-+•*–" and len(cell) > 1


def _openings(text: str, folded: str, start: int) -> list[int]:
    """Where a block may begin: an authority, or a post in capitals that opens a line or cell."""
    places = [match.start() for match in _AUTHORITY.finditer(text, start)]
    for match in _POSITION.finditer(folded, start):
        at = match.start()
        before = folded[max(0, at - 3) : at]
        alone = at == 0 or before.endswith(("\n", "\t", "  ", "| "))
        if text[at : match.end()].isupper() and (alone or _ends_a_sentence(folded, at)):
            places.append(at)
    return sorted(places)


def _ends_a_sentence(folded: str, at: int) -> bool:
    before = folded[max(0, at - 4) : at].rstrip()
    return before.endswith((".", "/", ";"))


def _signature_at(text: str, folded: str, start: int) -> Signature | None:
    end = min(len(text), start + 700)
    block = text[start:end]
    # A list of recipients in the left column is not part of the block in the right one.
    lists = [
        (match.start(), match.end())
        for match in re.finditer(r"(?m)(?:^|(?<=\t))[ \t]*[-+•–][ \t]*[^\n\t]*?(?=\t| {3,}|$)", block)
    ]
    block = blanked(block, lists)
    block_folded = fold(block)
    authority = _AUTHORITY.match(block)
    position = position_span = None
    cursor = 0
    for match in _POSITION.finditer(block_folded, 0, 420):
        printed = block[match.start() : match.end()]
        if not printed.isupper() and not _opens_cell(block, match.start()):
            continue
        if position_span and _BY.sub("", block[cursor : match.start()]).strip(_TRIMMED + "\n"):
            break
        line_end = _end_of_cell(block, match.end())
        stop = _end_of_capitals(block, match.start(), line_end)
        position, position_span = " ".join(block[match.start() : stop].split()).strip(_TRIMMED), (match.start(), stop)
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
    innermost = [match for match in _AUTHORITY.finditer(block, 0, position_span[0] if position_span else 200)]
    return Signature(
        authority=_AUTHORITIES.get(innermost[-1]["by"].lower(), first) if innermost else first,
        position=position,
        signer=signer,
        authority_span=(start + innermost[-1].start(), start + innermost[-1].end()) if innermost else None,
        position_span=(start + position_span[0], start + position_span[1]) if position_span else None,
        signer_span=(start + name[0], start + name[1]),
        sure=fold(signer).split()[0] in _SURNAMES,
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
        if fold(words[index].group()) in _SURNAMES:
            return start + words[index - 1].end()
    return end


def _name_after(block: str, at: int) -> tuple[int, int] | None:
    """The signer's name: the first line or cell of two to six capitalised words, a family name first."""
    fallback = None
    seen = 0
    for cell in re.finditer(r"[^\n\t]+", block[at : at + 500]):
        content = cell.group()
        folded = fold(content)
        if not content.strip(_TRIMMED):
            continue
        skipped = _SIGNED.match(folded.strip())
        offset = at + cell.start()
        if skipped:
            lead = len(folded) - len(folded.lstrip())
            offset += lead + skipped.end()
            content, folded = content[lead + skipped.end() :], folded[lead + skipped.end() :]
            if not content.strip(_TRIMMED):
                continue
        seen += 1
        if seen > 8:
            break
        lead = len(content) - len(content.lstrip(_TRIMMED))
        rank = _RANK.match(folded, lead)
        while rank:
            lead = rank.end()
            rank = _RANK.match(folded, lead)
        name = _NAME.match(content, lead)
        if name is None:
            continue
        words = fold(name.group()).split()
        whole = not content[name.end() :].strip(_TRIMMED)
        if words[0] in _SURNAMES and (whole or not content.isupper()) and not _POSITION.match(" ".join(words)):
            stop = name.end() if whole else min(name.end(), _four_words(content, name.start(), name.end()))
            return offset + name.start(), offset + stop
        if fallback is None and whole and not set(words[:2]) & _NOT_NAMES and len(words) <= 5:
            fallback = (offset + name.start(), offset + name.end())
    return fallback


def _with_torn_end(block: str, start: int, end: int) -> tuple[int, int]:
    """The name with the end that extraction put on the next line ("Phạm Thị T" over "hanh Trà")."""
    torn = re.compile(r"\n([a-zà-ỹăâđêôơư]{1,6}(?: [A-ZĐÀ-Ỹ][a-zà-ỹăâđêôơư]{0,6}){0,2})(?=\n|$)").match(block, end)
    return (start, torn.end()) if torn else (start, end)


def _four_words(content: str, start: int, end: int) -> int:
    words = list(re.finditer(r"\S+", content[start:end]))
    return start + words[min(len(words), 4) - 1].end()


def _is_name(cell: str) -> bool:
    name = _NAME.fullmatch(cell.strip())
    return bool(name) and fold(cell).split()[0] in _SURNAMES
