"""What extraction, scanners, old fonts and hands do to a printed head: each returns the text a reader would be given."""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable

from repository.text import legacy
from tests.repository.head_samples import Sample, body, foot, left_column, make_draft, make_sample, right_column

_TCVN3 = {letter: code for code, letter in legacy._TCVN3.items()}
_VNI = {letter: code for code, letter in sorted(legacy._VNI.items(), key=lambda pair: pair[0].swapcase())}


def left_then_right(sample: Sample) -> str:
    return "\n".join([*left_column(sample), *right_column(sample), *body(sample), *foot(sample)])


def right_then_left(sample: Sample) -> str:
    return "\n".join([*right_column(sample), *left_column(sample), *body(sample), *foot(sample)])


def interleaved(sample: Sample, gap: str = "          ") -> str:
    """Line by line, as a PDF's text is read: agency and motto, number and date on one line each."""
    left, right = left_column(sample), right_column(sample)
    while len(left) > 1 and not left[len(right) - 1 : len(right)]:
        left.insert(1, "")
    at = next(index for index, line in enumerate(left) if line.startswith("Số"))
    right = right[:3] + [""] * (at - 3) + right[3:] if at >= 3 else right
    rows = []
    for index in range(max(len(left), len(right))):
        cells = [side[index] if index < len(side) else "" for side in (left, right)]
        rows.append(cells[0] + gap + cells[1] if cells[1] else cells[0])
    return "\n".join([*rows, *body(sample), *foot(sample)])


def interleaved_by_tabs(sample: Sample) -> str:
    return interleaved(sample, "\t")


def flattened(sample: Sample) -> str:
    return " ".join(left_then_right(sample).split())


def flattened_right_first(sample: Sample) -> str:
    return " ".join(right_then_left(sample).split())


def flattened_interleaved(sample: Sample) -> str:
    return " ".join(interleaved(sample).split())


def stamped_above(sample: Sample) -> str:
    """Number and day stamped over their blanks, so that they come as a line of figures above."""
    text = interleaved(sample)
    line = next(line for line in text.split("\n") if line.startswith("Số:"))
    blank = line.replace(f"Số: {sample.number}", "Số:      ", 1).replace(f"ngày {sample.day} ", "ngày      ", 1)
    return text.replace(line, f"      {sample.number}                         {sample.day}\n{blank}", 1)


def without_accents(text: str) -> str:
    return (
        "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
        .replace("Đ", "D")
        .replace("đ", "d")
    )


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def old_tone_places(text: str) -> str:
    for new, old in (
        ("òa", "oà"),
        ("óa", "oá"),
        ("ÒA", "OÀ"),
        ("ỏa", "oả"),
        ("ỎA", "OẢ"),
        ("ủy", "uỷ"),
        ("ỦY", "UỶ"),
        ("úy", "uý"),
    ):
        text = text.replace(new, old)
    return text


def icelandic_eth(text: str) -> str:
    return text.replace("Đ", "Ð")


def tcvn3(text: str) -> str:
    """Typed in .VnTime; headings in .VnTimeH, whose small letters with tones look like capitals."""
    return "".join(
        _TCVN3.get(letter) or _TCVN3.get(letter.lower(), letter) if not letter.isascii() else letter for letter in text
    )


def vni(text: str) -> str:
    return "".join(_VNI.get(letter, letter) if not letter.isascii() else letter for letter in text)


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def torn(text: str) -> str:
    """Figures torn from what stands before them, as formatting runs leave them."""
    return re.sub(r"(Số: |ngày |tháng |năm )(\d+)", "\\1\n\\2\n", text, count=4)


def scanned(text: str) -> str:
    """Typical misreadings: S6 for Số, O for 0 in the day, a wrong accent here and there, no rule lines."""
    rng = random.Random(len(text))
    text = text.replace("Số:", rng.choice(["S6:", "Só:", "Sô:", "Sổ :"]), 1)
    text = re.sub(r"ngày 0", "ngày O", text, count=1)
    swap = str.maketrans({"ộ": "ô", "ế": "ê", "ậ": "â", "ủ": "ú", "ỏ": "ó", "ị": "i", "ỉ": "í"})
    return "".join(letter.translate(swap) if rng.random() < 0.3 else letter for letter in text)


LAYOUTS: dict[str, Callable[[Sample], str]] = {
    layout.__name__: layout
    for layout in (
        left_then_right,
        right_then_left,
        interleaved,
        interleaved_by_tabs,
        flattened,
        flattened_right_first,
        flattened_interleaved,
        stamped_above,
    )
}
TYPISTS: dict[str, Callable[[str], str]] = {
    typist.__name__: typist
    for typist in (str, without_accents, decomposed, old_tone_places, icelandic_eth, tcvn3, vni, crlf, torn, scanned)
}


def main() -> None:
    """Print, for made-up documents under every layout and typist, how many of each field were read exactly."""
    from repository.head import read_head
    from repository.text.fold import fold

    def plain(name: str, value: object) -> object:
        if value and isinstance(value, str) and name in {"place", "agency", "parent_agency", "subject", "signer"}:
            return " ".join(fold(unicodedata.normalize("NFC", value)).split())
        return value or None

    samples = [make_sample(random.Random(seed)) for seed in range(40)]
    marks = {"MẬT": "mật", "TỐI MẬT": "tối mật", "KHẨN": "khẩn", "HỎA TỐC": "hỏa tốc"}
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for layout in LAYOUTS.values():
        for typist in TYPISTS.values():
            if layout is stamped_above and typist is torn:
                continue
            for sample in samples:
                head = read_head(typist(layout(sample)))
                told = {
                    name: getattr(sample, name)
                    for name in ("code", "date", "type", "place", "agency", "subject", "signer")
                }
                told["parent_agency"] = sample.parent
                told["secrecy"] = marks.get(sample.mark) if "MẬT" in sample.mark else None
                told["urgency"] = marks.get(sample.mark) if "MẬT" not in sample.mark else None
                for name, value in told.items():
                    asked[name] += 1
                    right[name] += plain(name, getattr(head, name)) == plain(name, value)
                if layout is not stamped_above:
                    draft = read_head(typist(layout(make_draft(sample))))
                    asked["draft"] += 1
                    right["draft"] += (draft.number, draft.date) == (None, None)
    for name in asked:
        print(f"{name:14}{right[name]:6} of {asked[name]:6} {100 * right[name] / asked[name]:7.2f} %")


if __name__ == "__main__":
    main()
