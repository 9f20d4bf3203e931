"""Prints a paper as PDF/A-2b: the two-column head, the motto, the justified body, recipients and signature block."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path

import typst

from demo.texts import MOTTO, Paper

_TEMPLATE = Path(__file__).parent / "print" / "paper.typ"


def pdf(paper: Paper) -> bytes:
    """The paper as a PDF/A-2b with text; the same bytes for the same paper on every machine (about 20 ms)."""
    made = typst.compile(
        _template(),
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"paper": json.dumps(_data(paper), ensure_ascii=False)},
        pdf_standards=["a-2b"],
        pdf_tags=False,
        timestamp=int(datetime.combine(paper.date, time(1, 30), UTC).timestamp()),
    )
    # Without an end of line here, the first object of a signature's revision would stand against PDF/A (ISO 19005-2, 6.1.9).
    return made + b"\n"


def pdfs(papers: Iterable[Paper]) -> Iterator[bytes]:
    """Each paper as PDF, one by one: setting them in one run is not faster, for what costs is the setting itself."""
    return map(pdf, papers)


@cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()


@cache
def _fonts() -> typst.Fonts:
    """The fonts inside the typst wheel only, so that the machine's own fonts change nothing."""
    return typst.Fonts(include_system_fonts=False)


def _data(paper: Paper) -> dict[str, object]:
    return {
        "title": paper.title,
        "agency_name": paper.agency_name,
        "head_parent": paper.head_parent,
        "head_lines": paper.head_lines,
        "motto": MOTTO,
        "code": paper.code,
        "letter": paper.is_letter,
        "subject": paper.subject,
        "boxes": [word for word in (paper.secrecy, paper.urgency.upper()) if word],
        "place_and_date": paper.place_and_date,
        "type": paper.type.upper(),
        "blocks": paper.blocks,
        "recipients": paper.recipients,
        "kept": paper.kept,
        "authority": paper.authority,
        "position": paper.position.upper(),
        "signer": paper.signer,
    }


def line_of_text(lines: Iterable[str], *, width: float, height: float) -> bytes:
    """A small page with a few lines of text, for the look of a signature that carries text; width and height in points."""
    words = " \\ ".join(f"#{json.dumps(line, ensure_ascii=False)}" for line in lines)
    source = (
        f"#set page(width: {width}pt, height: {height}pt, margin: 2pt)\n"
        f'#set text(font: "Libertinus Serif", size: 10pt)\n#set par(leading: 0.4em)\n#align(right, [{words}])\n'
    )
    return typst.compile(source.encode(), format="pdf", font_paths=_fonts(), timestamp=0, pdf_tags=False)
