"""The subject (trích yếu): what follows the type's name, or "V/v" under the number of a letter."""

from __future__ import annotations

import re
from collections.abc import Iterable

from repository.head.layout import blanked
from repository.text.fold import fold

_ABOUT = re.compile(r"(?<![a-z0-9])v\s?/\s?v(?![a-z])\s{0,3}[:.]?\s{0,3}")
_SEPARATOR = re.compile(r"[\s\-_*=.~:]*")
_LONGEST = 2500
# Who issues or decides, printed in capitals between the subject and the grounds: "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH …".
_DECIDER = re.compile(
    r"(?:chu tich|bo truong|giam doc|tong giam doc|thu tuong|chinh phu|quoc hoi|uy ban|hoi dong|thong doc|cuc truong|tong cuc truong"
    r"|vien truong|chanh an|chanh van phong|hieu truong|truong ban|truong phong|chu nhiem|tong thanh tra|tong kiem toan|tu lenh"
    r"|ban chap hanh|ban thuong vu|chi cuc truong|chanh thanh tra|the thong|ban bi thu"
    r"|bo chinh tri|doan chu tich|lien bo|vu truong|ban giam doc)(?![a-z])"
)
_NOTE = re.compile(r"\(?(?:ban hanh kem theo|kem theo|du thao|da duoc)(?![a-z])")
_BODY_WORDS = re.compile(
    r"(?:nghi dinh|thong tu|quyet dinh|luat|phap lenh|nghi quyet)(?: lien tich)? (?:so \d[^\n]{0,400}(?:hieu luc|sua doi)|nay )"
    r"|(?:phan|chuong|muc) [ivx\d]+(?![a-z])|[i1]\s?[.)/]\s|so:|a\s?[.)]\s"
)


def subject_after_title(text: str, start: int, end: int) -> tuple[str, int, int] | None:
    """The subject printed between the type's name, which ends at `start`, and the body."""
    end = min(end, start + _LONGEST)
    first = _SEPARATOR.match(text, start, end)
    start = first.end() if first else start
    lines: list[tuple[int, int]] = []
    shouting: bool | None = None
    for line in re.finditer(r"[^\n]+", text[start:end]):
        content = line.group().strip(" \t-_*=~")
        if not content:
            if lines and set(line.group()) & set("-_*="):
                break  # the rule under the subject
            continue
        folded = fold(content)
        capitals = content.isupper()
        if lines:
            if _NOTE.match(folded) or _BODY_WORDS.match(folded):
                break
            if _DECIDER.match(folded) and _decides(text[start + lines[0][0] : start + lines[-1][1]], content, shouting):
                break
            if shouting is False and content[:8].isupper() and _DECIDER.match(folded):
                break
            if not shouting and _begins_the_body(text[start + lines[-1][0] : start + lines[-1][1]], content):
                break
        elif capitals and folded.startswith("cua ") and _DECIDER.match(folded[4:]):
            continue
        elif _BODY_WORDS.match(folded):
            return None
        at = line.start() + line.group().index(content[0])
        lines.append((at, line.start() + len(line.group().rstrip(" \t-_*=~"))))
        if shouting is None:
            shouting = capitals
        if content.endswith((".", ";")) and not capitals:
            break
    if not lines:
        return None
    stop = start + lines[-1][1]
    stop = _without_decider(text, start + lines[0][0], stop)
    return _clean(text[start + lines[0][0] : stop]), start + lines[0][0], stop


def subject_of_letter(
    text: str, folded: str, start: int, end: int, taken: Iterable[tuple[int, int]]
) -> tuple[str, int, int] | None:
    """The subject behind "V/v", with date and motto that extraction put between its lines (`taken`) left out."""
    about = _ABOUT.search(folded, start, end)
    if about is None:
        return None
    region = blanked(text[:end], taken)
    pieces: list[tuple[int, int]] = []
    for piece in re.finditer(r"[^\n\t]+", region[about.end() :]):
        content = piece.group().strip(" -_*")
        if not content:
            if pieces and len(set(piece.group().strip())) == 1 and len(piece.group().strip()) > 2:
                break
            continue
        if pieces and content.isupper() and len(content) > 8:
            break
        at = about.end() + piece.start() + piece.group().index(content[0])
        pieces.append((at, about.end() + piece.start() + len(piece.group().rstrip(" -_*"))))
        if sum(last - first for first, last in pieces) > 600:
            break
    if not pieces:
        return None
    subject = " ".join(region[first:last] for first, last in pieces)
    return _clean(subject), pieces[0][0], pieces[-1][1]


def _decides(so_far: str, content: str, shouting: bool | None) -> bool:
    """Whether a line of capitals names who decides, rather than going on with a subject in capitals."""
    if not content.isupper():
        return False
    return not shouting or not _is_open(so_far)


def _begins_the_body(before: str, content: str) -> bool:
    """Whether a line starts a sentence of its own: a capital after a line that did not run on, which a longer or ended line shows."""
    if not content[0].isupper() or content[:2].isupper() or _is_open(before):
        return False
    return len(before) < 0.8 * len(content) or content.endswith((".", ":", ";")) or ". " in content


def _is_open(so_far: str) -> bool:
    """Whether a subject breaks off in the middle ("… CỦA", "… VÀ", "… ,"), so that the next line belongs to it."""
    words = fold(so_far).split()
    return (
        not words
        or words[-1]
        in {"cua", "va", "cho", "tai", "do", "thuoc", "voi", "den", "giua", "boi", "theo", "cac", "la", "tren"}
        or words[-1][-1] in ",;-("
    )


def _without_decider(text: str, start: int, end: int) -> int:
    """Where a subject in small letters ends, when who decides follows it in capitals on the same line."""
    subject = text[start:end]
    if subject.isupper():
        return end
    for match in re.finditer(r"\s(?=[^\W\d_]{2,}\s)", subject):
        rest = subject[match.end() :]
        if rest[:2].isupper() and rest.isupper() and len(rest) > 8 and _DECIDER.match(fold(rest)):
            return start + match.start()
    return end


def _clean(subject: str) -> str:
    return " ".join(subject.split()).strip(" -_*–")
