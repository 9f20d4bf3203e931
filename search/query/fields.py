"""The names of fields that a question may name, and the values of those that have a closed list. Both as people type them.

Names and values are compared without marks, signs and spaces: `loai:Quyết-định`, `Loại:quyetdinh` and `type:QĐ` are one.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from repository.codes import DocumentType, DossierState, Indication, Maintenance, Secrecy
from repository.head.types import TYPES
from repository.text.fold import fold
from search.query.nodes import Part

_SIGNS = re.compile(r"[\W_]+")


def squeezed(written: str) -> str:
    """The letters and figures of what is written, without marks."""
    return _SIGNS.sub("", fold(written))


def _names(*groups: tuple[str, str]) -> dict[str, str]:
    return {name: field for field, names in groups for name in names.split()}


NAMES = _names(
    ("number", "so sohieu sokyhieu number"),
    ("title", "tieude trichyeu title subject"),
    ("agency", "coquan agency"),
    ("signer", "nguoiky signer"),
    ("dossier", "hoso dossier"),
    ("date", "ngay nam date year"),
    ("type", "loai type"),
    ("verdict", "chuky signature"),
    ("secrecy", "mat domat secrecy"),
    ("state", "trangthai state"),
    ("format", "dinhdang format"),
    ("retention", "baoquan thoihan retention"),
)
"""Folded names of fields, Vietnamese and English."""

PARTS = {
    "number": Part.NUMBER,
    "title": Part.TITLE,
    "agency": Part.AGENCY,
    "signer": Part.SIGNER,
    "dossier": Part.DOSSIER,
}


def type_called(code: str, name: str) -> str:
    """What a document's type is called in the index: the printed name in one spelling, else the code's."""
    words = " ".join(name.split())
    return _TYPE_NAMES.get(squeezed(words)) or words[:1].upper() + words[1:].lower() or str(DocumentType(code).label)


_TYPE_NAMES = {squeezed(name): name for name in (*TYPES, *(str(kind.label) for kind in DocumentType))}


def _types() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, short in TYPES.items():
        if short:
            # HĐ and SL stand for two types each: both are meant.
            found[squeezed(short)] = (*found.get(squeezed(short), ()), name)
    english = {
        "resolution": "Nghị quyết", "decision": "Quyết định", "directive": "Chỉ thị", "notice": "Thông báo",
        "plan": "Kế hoạch", "report": "Báo cáo", "minutes": "Biên bản", "letter": "Công văn", "contract": "Hợp đồng",
        "law": "Luật", "decree": "Nghị định", "circular": "Thông tư", "submission": "Tờ trình", "invitation": "Giấy mời",
    }  # fmt: skip
    found |= {key: (name,) for key, name in english.items()}
    found |= {"cv": ("Công văn",)} | {key: (name,) for key, name in _TYPE_NAMES.items()}
    return found


def _list(*groups: tuple[Iterable[object], str]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(str(value) for value in values) for values, keys in groups for key in keys.split()}


VALUES: dict[str, dict[str, tuple[str, ...]]] = {
    "type": _types(),
    "verdict": _list(
        ([Indication.FAILED], "hong khongdat sai loi failed totalfailed broken"),
        ([Indication.PASSED], "dat passed totalpassed"),
        ([Indication.INDETERMINATE], "chuaketluan chuaketluanduoc khongro khongxacdinh indeterminate notdetermined"),
        ([Indication.NONE], "khong khongco khongcochuky khongky none unsigned nosignature"),
        ([Indication.WAITING], "cho chua chuakiem chuakiemtra dangchokiemtra waiting notcheckedyet"),
        ([Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE], "co cochuky daky signed"),
    ),
    "secrecy": _list(
        ([Secrecy.NORMAL.value], "thuong khong khongmat normal 0"),
        ([Secrecy.SECRET.value], "mat secret 1"),
        ([Secrecy.HIGHLY_SECRET.value], "toimat highlysecret 2"),
        ([Secrecy.TOP_SECRET.value], "tuyetmat topsecret 3"),
    ),
    "state": _list(
        ([DossierState.OPEN], "mo dangmo open"),
        ([DossierState.CLOSED], "dong dadong ketthuc closed"),
        ([DossierState.SUBMITTED], "nop nopluu danop submitted"),
        ([DossierState.RETURNED], "tralai bitralai returned"),
        ([DossierState.SEALING], "dangniem sealing"),
        ([DossierState.ARCHIVED], "luutru daluutru archived"),
        ([DossierState.APPRAISAL], "dangxethuy xethuy appraisal"),
    ),
    "format": _list(
        (["pdf"], "pdf"),
        (["word"], "word doc docx odt rtf vanban"),
        (["sheet"], "excel xls xlsx ods csv bangtinh sheet spreadsheet"),
        (["slides"], "ppt pptx odp trinhchieu slides presentation"),
        (["image"], "anh hinhanh image jpg jpeg png tif tiff"),
        (["text"], "txt text"),
        (["mail"], "eml email thudientu mail"),
        (["markup"], "xml html markup"),
        (["media"], "phim amthanh video audio media"),
        (["other"], "khac other"),
    ),
    "retention": _list(
        ([Maintenance.PERMANENT], "vinhvien permanent"),
        ([Maintenance.YEARS_70], "70nam 70years 70"),
        ([Maintenance.YEARS_50], "50nam 50years 50"),
        ([Maintenance.YEARS_30], "30nam 30years 30"),
        ([Maintenance.YEARS_20], "20nam 20years 20"),
        ([Maintenance.YEARS_10], "10nam 10years 10"),
        ([Maintenance.OTHER], "khac other"),
    ),
}
"""By field and folded value, the values in the index. A word may stand for several of them."""

MOST_WORDS = 4
"""Words of the longest value: `loai:thông tư liên tịch` needs no quotes."""


def format_group(mime: str) -> str:
    """The kind of file that a media type is, as people speak of it."""
    mime = mime.partition(";")[0].strip().lower()
    main, _, sub = mime.partition("/")
    if mime == "application/pdf":
        return "pdf"
    if "spreadsheet" in sub or "excel" in sub or sub == "csv":
        return "sheet"
    if "presentation" in sub or "powerpoint" in sub:
        return "slides"
    if "wordprocessing" in sub or "word" in sub or "opendocument.text" in sub or sub == "rtf":
        return "word"
    if main == "image":
        return "image"
    if main in {"audio", "video"}:
        return "media"
    if main == "message" or "outlook" in sub:
        return "mail"
    if "xml" in sub or "html" in sub:
        return "markup"
    return "text" if main == "text" else "other"


class Days(NamedTuple):
    """From one day to another, both included; None leaves an end open."""

    first: date | None
    last: date | None


def read_days(written: str) -> Days | None:
    """The days of `2019`, `03/2020`, `15/3/2020`, `2020-03-15`, and `a..b` of them, either end left out.

    None where that is no day. The first may come after the last: whoever asks has to look.
    """
    if found := _YEARS.fullmatch(written):
        written = f"{found[1]}..{found[2]}"
    if ".." not in written:
        return _stretch(written)
    before, _, after = written.partition("..")
    first, last = _stretch(before), _stretch(after.lstrip("."))
    if (before and not first) or (after and not last) or not (first or last):
        return None
    return Days(first.first if first else None, last.last if last else None)


_YEARS = re.compile(r"(\d{4})[-–](\d{4})")
_DAY_LAST = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?")
_DAY_FIRST = re.compile(r"(?:(?:(?P<day>\d{1,2})[/.-])?(?P<month>\d{1,2})[/.-])?(?P<year>\d{4})")


def _stretch(written: str) -> Days | None:
    found = _DAY_LAST.fullmatch(written) or _DAY_FIRST.fullmatch(written)
    if not found:
        return None
    year, month, day = int(found["year"]), int(found["month"] or 0), int(found["day"] or 0)
    try:
        if day:
            return Days(date(year, month, day), date(year, month, day))
        if found["month"]:
            return Days(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        return Days(date(year, 1, 1), date(year, 12, 31))
    except ValueError:
        # calendar.IllegalMonthError is one too.
        return None
