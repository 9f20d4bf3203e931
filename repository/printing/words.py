"""Whole numbers in Vietnamese words, as statutory sheets ask for them beside the figures."""

from __future__ import annotations

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
GROUPS = ("", " nghìn", " triệu", " tỷ")


def in_words(number: int) -> str:
    """`một trăm bốn mươi ba` for 143. Raises ValueError below nought and from a thousand billions on."""
    if not 0 <= number < 10**12:
        raise ValueError(f"no words for {number}")
    if number == 0:
        return DIGITS[0]
    groups = []
    while number:
        number, group = divmod(number, 1000)
        groups.append(group)
    said = []
    for place in range(len(groups) - 1, -1, -1):
        if groups[place]:
            first = place == len(groups) - 1
            said.append(_below_thousand(groups[place], whole=not first) + GROUPS[place])
    return " ".join(said)


def _below_thousand(number: int, *, whole: bool) -> str:
    """`whole`: nought hundreds and tens are said, because greater groups stand before (một nghìn không trăm linh năm)."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    said = [f"{DIGITS[hundreds]} trăm"] if hundreds or whole else []
    if tens > 1:
        said.append(f"{DIGITS[tens]} mươi")
    elif tens == 1:
        said.append("mười")
    elif ones and said:
        said.append("linh")
    if ones == 1 and tens > 1:
        said.append("mốt")
    elif ones == 5 and tens:
        said.append("lăm")
    elif ones:
        said.append(DIGITS[ones])
    return " ".join(said)
