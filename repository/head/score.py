"""Measures the reader against documents whose number, date and type are known: `python -m repository.head.score PATH …`.

PATH is a file of JSON lines, gzipped or not. A row has `text`, or only `type`, `number`, `subject` and `issued`, which are then
printed as a plain head and read back. Truth is `number`, `issued` (YYYY-MM-DD or DD/MM/YYYY), `type` (else the first
words of `title`) and `subject`; what a row does not hold is not counted.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from repository.head.reader import read_head
from repository.head.source import prepare
from repository.head.types import TYPE_WORDS, type_named
from repository.text.fold import fold

_FIELDS = ("number", "notation", "date", "type", "subject")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how many of each field were read exactly, the time a document took, and every disagreement asked for."""
    parser = argparse.ArgumentParser(prog="python -m repository.head.score", description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--disagreements", action="store_true", help="list each row that was read otherwise")
    options = parser.parse_args(arguments)
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    seconds: list[float] = []
    for path in options.paths:
        for row in rows(path):
            text = row.get("text") or printed(row)
            begun = time.process_time()
            head = read_head(text)
            seconds.append(time.process_time() - begun)
            read = {"date": head.date.isoformat() if head.date else None, "type": head.type, "subject": head.subject}
            read |= {"number": head.code and head.code.removesuffix(head.notation or ""), "notation": head.notation}
            for name, expected in truth(row).items():
                asked[name] += 1
                same = _plain(read[name]) == _plain(expected)
                right[name] += same
                if options.disagreements and not same:
                    sys.stdout.write(f"{row.get('file') or row.get('number')}\t{name}\t{expected}\t{read[name]}\n")
    for name in _FIELDS:
        if asked[name]:
            sys.stdout.write(f"{name:9}{right[name]:6} of {asked[name]:6} {100 * right[name] / asked[name]:7.2f} %\n")
    seconds.sort()
    milliseconds = [1000 * value for value in (sum(seconds) / len(seconds), seconds[len(seconds) // 2], seconds[-1])]
    sys.stdout.write(
        "time of one document: mean {:.2f} ms, median {:.2f} ms, longest {:.2f} ms\n".format(*milliseconds)
    )
    return 0


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file of JSON lines that know at least a number or a date."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row.get("number") or row.get("issued"):
                yield row


def truth(row: dict[str, Any]) -> dict[str, str]:
    """What a row says of its document, field by field."""
    known: dict[str, str] = {}
    code = prepare(row.get("number") or "", 0, 100, None).text
    cut = re.match(r"\d+(?:\.\d+)?[a-z]?(?:/(?:19|20)\d\d(?=[/-]))?[/-]", code)
    if cut:
        known["number"], known["notation"] = cut.group(), code[cut.end() :]
    if row.get("issued"):
        day = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", row["issued"])
        known["date"] = f"{day[3]}-{day[2]}-{day[1]}" if day else row["issued"]
    named = row.get("type") or _type_of_title(row.get("title") or "")
    if named and row.get("number"):
        known["type"] = named
    if row.get("subject") and "text" not in row:
        known["subject"] = row["subject"]
    return known


def printed(row: dict[str, Any]) -> str:
    """A row of the gazette's list as the head it was printed with."""
    day, month, year = (row.get("issued") or "01/01/2000").split("/")
    law = "Luật số" if row.get("type") == "Luật" else "Số"
    lines = ["CƠ QUAN BAN HÀNH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]
    lines += [f"{law}: {row['number']}", f"Hà Nội, ngày {day} tháng {month} năm {year}"]
    if row.get("type") == "Công văn":
        lines += [f"V/v {row['subject']}", "Kính gửi: Các bộ, cơ quan ngang bộ"]
    else:
        lines += [(row.get("type") or "").upper(), row.get("subject") or "", "Căn cứ Luật số 12/2015/QH13;"]
    return "\n".join(lines)


def _type_of_title(title: str) -> str | None:
    match = TYPE_WORDS.match(fold(title))
    return type_named(match.group()) if match else None


def _plain(value: str | None) -> str | None:
    return " ".join(value.split()).rstrip(" .,;").casefold() if value else None


if __name__ == "__main__":
    raise SystemExit(main())
