"""Reports as PDF/A-2b, by typst: in Vietnamese, in English, or both on one sheet, the English below the Vietnamese where they differ."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import translation

from repository.printing.letters import printable
from repository.printing.make import typeset
from signing.reports.words import told

SOURCE = Path(__file__).with_name("report.typ")
BOTH = "both"
LANGUAGES = ("vi", "en", BOTH)


def pdf_of(report: dict[str, Any], language: str) -> bytes:
    """The report of one file on paper. About 0.2 s for a few signatures."""
    return sheet_of("file", in_language(lambda: told(report), language), language, _moment(report))


def in_language(tell: Any, language: str) -> Any:
    """What `tell` says in the language; in both: each text that differs as {"vi", "en"}."""
    with translation.override("en" if language == "en" else "vi"):
        first = tell()
    if language != BOTH:
        return first
    with translation.override("en"):
        return beside(first, tell())


def beside(vi: Any, en: Any) -> Any:
    """Two of the same shape as one: texts that are equal stay texts."""
    if isinstance(vi, dict):
        return {name: beside(value, en[name]) for name, value in vi.items()}
    if isinstance(vi, list):
        return [beside(first, second) for first, second in zip(vi, en, strict=True)]
    return vi if vi == en else {"vi": vi, "en": en}


def sheet_of(kind: str, said: dict[str, Any], language: str, moment: datetime) -> bytes:
    """The sheet of this kind (file or dossier) with these words; the same words and moment give the same bytes."""
    data = {"kind": kind, "lang": "en" if language == "en" else "vi", "r": _printable(said)}
    return typeset(SOURCE, data, moment)


def _printable(value: Any) -> Any:
    """Every text as the sheet's fonts can show it."""
    if isinstance(value, dict):
        return {name: _printable(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_printable(one) for one in value]
    return printable(value) if isinstance(value, str) else value


def _moment(report: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(report["made_at"])
