"""The kinds of document, their abbreviations, and how both are recognised in folded text.

Nghị định 30/2020/NĐ-CP, annex III (29 administrative types and the copies); Luật Ban hành văn bản quy phạm pháp luật, article 4.
"""

from __future__ import annotations

import re

from repository.text.fold import fold

# Type and the abbreviation that opens its notation; None where the notation names agency and unit instead.
TYPES: dict[str, str | None] = {
    "Nghị quyết": "NQ",
    "Quyết định": "QĐ",
    "Chỉ thị": "CT",
    "Quy chế": "QC",
    "Quy định": "QyĐ",
    "Thông cáo": "TC",
    "Thông báo": "TB",
    "Hướng dẫn": "HD",
    "Chương trình": "CTr",
    "Kế hoạch": "KH",
    "Phương án": "PA",
    "Đề án": "ĐA",
    "Dự án": "DA",
    "Báo cáo": "BC",
    "Biên bản": "BB",
    "Tờ trình": "TTr",
    "Hợp đồng": "HĐ",
    "Công văn": None,
    "Công điện": "CĐ",
    "Bản ghi nhớ": "BGN",
    "Bản thỏa thuận": "BTT",
    "Giấy ủy quyền": "GUQ",
    "Giấy mời": "GM",
    "Giấy giới thiệu": "GGT",
    "Giấy nghỉ phép": "GNP",
    "Phiếu gửi": "PG",
    "Phiếu chuyển": "PC",
    "Phiếu báo": "PB",
    "Thư công": None,
    # Normative documents
    "Hiến pháp": None,
    "Bộ luật": None,
    "Luật": None,
    "Pháp lệnh": None,
    "Lệnh": "L",
    "Nghị định": "NĐ",
    "Thông tư": "TT",
    "Thông tư liên tịch": "TTLT",
    "Nghị quyết liên tịch": "NQLT",
    # Others that gazettes and agencies print as the name of a document
    "Văn bản hợp nhất": "VBHN",
    "Đính chính": "ĐC",
    "Sắc lệnh": "SL",
    "Thông tri": None,
    "Quy trình": None,
    "Công bố": None,
    "Giấy chứng nhận": "GCN",
    "Giấy phép": "GP",
    "Giấy đi đường": None,
    "Giấy xác nhận": None,
    "Phiếu trình": "PTr",
    "Sao y": "SY",
    "Trích sao": "TrS",
    "Sao lục": "SL",
}

_FOLDED: dict[str, str] = {}
for _name in TYPES:
    _FOLDED.setdefault(fold(_name).replace(" ", ""), _name)
_FOLDED["thongtulienbo"] = "Thông tư liên tịch"

# An abbreviation that says the type by itself. The others (TC, PC, PA …) are also the initials of agencies and units.
_SPEAKING = {
    "nq": "Nghị quyết", "qd": "Quyết định", "ct": "Chỉ thị", "qyd": "Quy định", "tb": "Thông báo", "ctr": "Chương trình",
    "kh": "Kế hoạch", "da": "Đề án", "bc": "Báo cáo", "bb": "Biên bản", "ttr": "Tờ trình", "hd": "Hướng dẫn", "cd": "Công điện",
    "gm": "Giấy mời", "ggt": "Giấy giới thiệu", "guq": "Giấy ủy quyền", "gnp": "Giấy nghỉ phép", "bgn": "Bản ghi nhớ",
    "btt": "Bản thỏa thuận", "nd": "Nghị định", "tt": "Thông tư", "ttlt": "Thông tư liên tịch", "nqlt": "Nghị quyết liên tịch",
    "vbhn": "Văn bản hợp nhất", "ttlb": "Thông tư liên tịch", "l": "Lệnh", "qc": "Quy chế",
}  # fmt: skip

# Letters that typists and scanners lose come back, by the folded token. HD/HĐ and DA/ĐA stay as printed: both exist.
_OF_TYPES = {fold(short): short for short in TYPES.values() if short and fold(short) not in {"hd", "da"}}
_OF_AGENCIES = {
    fold(short): short
    for short in [
        "TTg",
        "UBND",
        "BGDĐT",
        "BGD&ĐT",
        "BGDVĐT",
        "SGDĐT",
        "SGD&ĐT",
        "BLĐTBXH",
        "BLĐ",
        "BLĐTB&XH",
        "SLĐTBXH",
        "HĐND",
        "HĐQT",
        "HĐTV",
        "HĐBT",
        "HĐTĐ",
        "HĐTVĐX",
        "TĐC",
        "TLĐ",
        "TĐKT",
        "HĐTP",
        "KHĐT",
        "BKHĐT",
        "SKHĐT",
        "VBQPPL",
        "PGDĐT",
        "LĐTBXH",
        "BCĐ",
        "HĐLĐ",
        "HĐKH",
        "HĐTS",
        "VPĐKĐĐ",
        "QLĐĐ",
        "ĐKKD",
        "BĐKH",
        "QLĐT",
    ]
}


def loose(phrase: str, gap: str = r"\s{0,3}") -> str:
    """A pattern for a folded phrase whose letters extraction may have torn apart; linear, because every gap is bounded."""
    letters = phrase.replace(" ", "")
    breaks = {len(phrase[:index].replace(" ", "")) for index, letter in enumerate(phrase) if letter == " "}
    parts = [letters[0]]
    for index, letter in enumerate(letters[1:], start=1):
        parts.append((gap if index in breaks else r"\s?") + letter)
    return "".join(parts)


def _one_of(phrases: set[str]) -> str:
    """Longest first within each first letter, so that few alternatives are tried at each place."""
    by_letter: dict[str, list[str]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        by_letter.setdefault(phrase[0], []).append(loose(phrase))
    return "(?:" + "|".join(f"(?={letter})(?:" + "|".join(group) + ")" for letter, group in by_letter.items()) + ")"


TYPE_NAMES = _one_of({fold(name) for name in TYPES} | {"thong tu lien bo"})
TYPE_WORDS = re.compile(rf"(?<![a-z]){TYPE_NAMES}(?![a-z])")


def type_named(words: str) -> str | None:
    """The type that folded words name, whatever blanks stand in them; None when they name none."""
    return _FOLDED.get("".join(words.split()))


def type_of_notation(notation: str) -> str | None:
    """The type that a notation opens with (`QĐ-UBND`: Quyết định); None when it opens with an agency."""
    first, *rest = re.split(r"[-/ ]", notation, maxsplit=1)
    if first == "HĐ":
        return "Hợp đồng" if not rest or not rest[0].startswith("BT") else None
    if first == "DA":
        return "Dự án"
    return _SPEAKING.get(fold(first)) if rest or fold(first) in {"qd", "nd"} else None


def canonical_notation(tokens: list[str]) -> list[str]:
    """The parts of a notation with the letters that accent-less typing lost (`QD`: `QĐ`, `TTG`: `TTg`)."""
    if not tokens:
        return []
    first, *rest = tokens
    agencies = [_OF_AGENCIES.get(fold(token), token) for token in rest]
    return [_OF_TYPES.get(fold(first), _OF_AGENCIES.get(fold(first), first)), *agencies]
