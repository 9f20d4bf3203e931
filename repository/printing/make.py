"""Data in, PDF/A-2b out, by typst: in this process, from the fonts in its wheel alone, without a file or the network."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from repository.clock import now

SOURCE = Path(__file__).with_name("sheets.typ")


def pdf_of(data: dict[str, Any]) -> bytes:
    """The sheets named in `data["sheets_wanted"]`, in that order. About 0.1 s for a cover, 1 s for a list of 1,000 documents."""
    return typeset(SOURCE, data)


def typeset(source: Path, data: dict[str, Any], moment: datetime | None = None) -> bytes:
    """A PDF/A-2b of what the sheet at `source` makes of the data, dated `moment`, else now: the same data and moment give the same bytes."""
    made = typst.compile(
        source.read_bytes(),
        format="pdf",
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["a-2b"],
        timestamp=(moment or now()).replace(microsecond=0),
    )
    if not isinstance(made, bytes):
        raise TypeError("typst gave no PDF")
    return made


@cache
def fonts() -> typst.Fonts:
    """The wheel's fonts only: a sheet looks the same whatever is installed on the machine."""
    return typst.Fonts(include_system_fonts=False)
