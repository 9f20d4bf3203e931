"""Who receives a document: the list under "Nơi nhận", and the addressees of a letter ("Kính gửi")."""

from __future__ import annotations

import re

from repository.head.signature import AUTHORITY, POSITION, SIGNED, TRIMMED, is_name
from repository.text.fold import fold

_RECIPIENTS = re.compile(r"(?<![a-z])n[o0]i\s{1,3}nhan(?:\s{0,3}:|(?=\s{0,6}[-+•]\s?[a-z])|(?=\t))")
_SPLIT_ITEMS = re.compile(r"\s*;\s*(?:[-+•]\s)?\s*|(?<=\s)[-+•]\s+(?=[A-ZĐÀ-Ỹ])")
_FILED = re.compile(r"luu\s{0,2}(?:[:.,]|vt|hs|van thu|vp|ho so)")
_AS_ABOVE = re.compile(r"nhu (?:tren|kinh gui|noi gui)(?![a-z])")
_ADDRESSED = re.compile(r"kinh\s{1,2}gui\s{0,2}[:;.]?\s{0,3}")
_LONGEST_ITEM = 400


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
            if not _opens_item(cell) and POSITION.match(words) and cell.isupper():
                continue
            if AUTHORITY.match(cell):
                continue
            for item in (
                _SPLIT_ITEMS.split(cell.lstrip(TRIMMED))
                if " - " in cell or ";" in cell[:-1]
                else [cell.lstrip(TRIMMED)]
            ):
                if _FILED.match(fold(item.lstrip(TRIMMED))):
                    break
                stop = AUTHORITY.search(item)
                item = item[: stop.start()] if stop else item
                if item.strip(TRIMMED) and not _is_of_signature(item.strip(TRIMMED)):
                    items.append(" ".join(item.strip(TRIMMED).split()))
                    last = at + len(raw.rstrip())
        elif cell.isupper() or AUTHORITY.match(cell) or SIGNED.match(words) or is_name(cell):
            if _is_after_list(items, last, at):
                break
            continue
        elif not cell[0].isupper() or not items[-1].endswith("."):
            items[-1] = " ".join((items[-1] + " " + cell).strip(TRIMMED).split())
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
        bare = content.strip(TRIMMED)
        if names and not listed:
            names[-1] = f"{names[-1]} {bare}"
        else:
            names.extend(name.strip(TRIMMED) for name in content.strip(TRIMMED).split(";") if name.strip(TRIMMED))
        last = position + line.end()
        if content.endswith(".") or sum(map(len, names)) > 1200:
            break
    names = [" ".join(name.split()) for name in names if len(name) < 250]
    return (tuple(names), opening.start(), last) if names else None


def is_as_above(item: str) -> bool:
    """Whether a recipient only points to the addressees ("Như trên")."""
    return bool(_AS_ABOVE.match(fold(item)))


def _is_of_signature(item: str) -> bool:
    """Whether words belong to the signature block that stands beside the list, one blank away."""
    words = fold(item)
    return is_name(item) or bool(SIGNED.match(words)) or (item.isupper() and bool(POSITION.match(words)))


def _is_after_list(items: list[str], last: int, at: int) -> bool:
    return bool(items) and at - last > 400


def _opens_item(cell: str) -> bool:
    return cell[:1] in "-+•*–" and len(cell) > 1
