"""Text typed in the fonts that came before Unicode: TCVN3 (`.VnTime`) and VNI (`VNI-Times`).

Such a file holds Latin-1 characters that only its font turned into Vietnamese letters. The tables are those of TCVN 5712:1993
(the third character set, called ABC) and of VNI for Windows. A library for this (viparse) was looked at: it keeps no way back
from the converted text to the original, which the evidence for each field needs.
"""

from __future__ import annotations

import re
from typing import Literal

from repository.text.offsets import Traced, rewrite

Charset = Literal["tcvn3", "vni"]
VERSION = "tables 1"
"""Of these tables: kept with every text that they converted. To be raised when the same text would come out another way."""

_TCVN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¸¶·¹»¾¼½ÆÇÊÈÉËÌÐÎÏÑÒÕÓÔÖ×ÝØÜÞßãáâäåèæçéêíëìîïóñòôõøö÷ùúýûüþ",
        "ĂÂÊÔƠƯĐăâêôơưđàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ",
        strict=True,
    )
)
_VNI_TONES = "ùøûõï"  # acute, grave, hook, tilde, dot below, on a letter without a mark of its own
_VNI_MARKED = {
    "a": (("âáàåãä", "âấầẩẫậ"), ("êéèúüë", "ăắằẳẵặ")),
    "e": (("âáàåãä", "êếềểễệ"),),
    "o": (("âáàåãä", "ôốồổỗộ"),),
}
_VNI_TONED = {
    "a": "áàảãạ",
    "e": "éèẻẽẹ",
    "o": "óòỏõọ",
    "u": "úùủũụ",
    "y": "ýỳỷỹỵ",
    "ô": "ớờởỡợ",
    "ö": "ứừửữự",
    "i": "íìỉĩị",
}
_VNI_ALONE = {"ñ": "đ", "ò": "ị", "æ": "ỉ", "ó": "ĩ", "ô": "ơ", "ö": "ư", "î": "ỵ"}


def _vni_table() -> dict[str, str]:
    table = dict(_VNI_ALONE)
    for base, letters in _VNI_TONED.items():
        table.update({base + tone: letter for tone, letter in zip(_VNI_TONES, letters, strict=True)})
    for base, groups in _VNI_MARKED.items():
        for marks, letters in groups:
            table.update({base + mark: letter for mark, letter in zip(marks, letters, strict=True)})
    for sequence, letter in list(table.items()):
        upper = letter.upper()
        table[sequence.upper()] = upper
        table[sequence[0].upper() + sequence[1:]] = upper  # a capital with the mark typed in lower case
    return table


_VNI = _vni_table()
_VNI_SEQUENCE = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
_TCVN3_CHARACTER = re.compile("[" + re.escape("".join(_TCVN3)) + "]")
# Characters that Vietnamese in Unicode does not use: without a few of them there is nothing to convert.
_FOREIGN = re.compile("[¡-\u00ad®µ-¾ÄÅÆËÏÑÖ×ØÛÜÞßäåæëïñöøûüþ÷]")
_MODERN = re.compile("[\u0102\u0103\u0110\u0111\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9\u0300-\u0303\u0309\u0323]")
_LETTERS = re.compile(r"[^\W\d_]+")
_CAPITALS = re.compile(r"[^\n]*[A-Z][^\n]*")
_SAMPLE = 4000
_COMMON = frozenset(
    [
        "của",
        "và",
        "các",
        "được",
        "có",
        "cho",
        "trong",
        "ngày",
        "tháng",
        "năm",
        "số",
        "việt",
        "hòa",
        "hoà",
        "xã",
        "hội",
        "chủ",
        "nghĩa",
        "độc",
        "lập",
        "tự",
        "hạnh",
        "phúc",
        "quyết",
        "định",
        "nghị",
        "thông",
        "tư",
        "ủy",
        "uỷ",
        "nhân",
        "dân",
        "tỉnh",
        "phố",
        "huyện",
        "sở",
        "bộ",
        "phòng",
        "căn",
        "cứ",
        "luật",
        "chức",
        "về",
        "việc",
        "điều",
        "khoản",
        "này",
        "từ",
        "những",
        "với",
        "là",
        "đề",
        "báo",
        "cáo",
        "kế",
        "hoạch",
        "chính",
        "phủ",
        "tướng",
        "trưởng",
        "giám",
        "đốc",
        "chủ",
        "tịch",
        "hà",
        "nội",
        "nơi",
        "nhận",
        "như",
        "trên",
        "lưu",
        "thực",
        "hiện",
        "tại",
        "theo",
        "công",
        "cộng",
        "gửi",
        "kính",
    ]
)


def detect(text: str) -> Charset | None:
    """The old character set that the whole text was typed in, or None for Unicode and for other languages.

    Judged on the first 4,000 characters: the reading that yields clearly more of the commonest Vietnamese syllables wins.
    """
    sample = text[:_SAMPLE]
    foreign = len(_FOREIGN.findall(sample))
    if foreign < 3 or len(_MODERN.findall(sample)) > foreign:
        return None
    best: Charset | None = None
    most = 2 + 2 * _common_syllables(sample)
    for charset in ("tcvn3", "vni"):
        count = _common_syllables(decode(Traced(sample), charset).text)
        if count > most:
            best, most = charset, count
    return best


def decode(traced: Traced, charset: Charset) -> Traced:
    """Unicode for text typed in `charset`, with the way back to the offsets of the original."""
    if charset == "vni":
        return rewrite(traced, _VNI_SEQUENCE, _VNI.__getitem__)
    decoded = rewrite(traced, _TCVN3_CHARACTER, _TCVN3.__getitem__)
    # TCVN3 has no capitals with tones: a heading is small letters that a font of capitals draws large.
    return Traced(_CAPITALS.sub(_heading, decoded.text), decoded.origin)


def _heading(line: re.Match[str]) -> str:
    """A line with the letters that came from its font raised where the word, or the words beside it, are capitals."""
    text = line.group()
    words = list(_LETTERS.finditer(text))
    capitals = [_is_in_capitals(word.group()) for word in words]
    letters = list(text)
    before = _nearest(capitals)
    after = _nearest(capitals[::-1])[::-1]
    for index, word in enumerate(words):
        beside = (before[index], after[index])
        if capitals[index] or (capitals[index] is None and True in beside and False not in beside):
            letters[word.start() : word.end()] = [each if each.isascii() else each.upper() for each in word.group()]
    return "".join(letters)


def _nearest(capitals: list[bool | None]) -> list[bool | None]:
    """For each word, what the last word before it that tells says."""
    told: bool | None = None
    nearest = []
    for each in capitals:
        nearest.append(told)
        told = told if each is None else each
    return nearest


def _is_in_capitals(word: str) -> bool | None:
    """True and False where the plain letters of a word tell; None for one such as `Hå`, which is Hồ or HỒ."""
    if any("a" <= letter <= "z" for letter in word):
        return False
    if any("A" <= letter <= "Z" for letter in word[1:]) or (len(word) == 1 and word.isascii()):
        return True
    return None


def _common_syllables(text: str) -> int:
    return sum(word.lower() in _COMMON for word in _LETTERS.findall(text) if not word.isascii())
