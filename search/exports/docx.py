"""The rows as a Word document: a frame made by python-docx, into which the rows are streamed, so that a long table is never in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from docx import Document as Frame
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from search.exports.rows import lines
from search.exports.tables import Heads, Passed

BODY = "word/document.xml"
# Văn bản hành chính: Times New Roman (Nghị định 30/2020/NĐ-CP, phụ lục I).
FONT = "Times New Roman"
# Millimetres of a landscape A4 between its margins.
WIDTH = 257
MARK = "van-kho-rows"


def write_docx(
    path: Path, heads: Heads, rows: Path, title: str, facts: Iterable[Iterable[str]], passed: Passed
) -> None:
    frame = io.BytesIO()
    _frame(heads, title, facts).save(frame)
    with zipfile.ZipFile(frame) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for info in made.infolist():
            if info.filename != BODY:
                package.writestr(info.filename, made.read(info))
        text = made.read(BODY).decode()
        # The whole row that carries the mark gives way to the rows.
        at = text.index(MARK)
        begin, end = text.rindex("<w:tr>", 0, at), text.index("</w:tr>", at) + len("</w:tr>")
        with package.open(BODY, "w", force_zip64=True) as stream:
            stream.write(text[:begin].encode())
            for cells in lines(rows):
                stream.write(_row(cells).encode())
                passed(1)
            stream.write(text[end:].encode())


def _row(cells: list[str]) -> str:
    """Times of ten thousands: written by hand, as python-docx would keep each as an object."""
    inside = "".join(
        f'<w:tc><w:p><w:r><w:t xml:space="preserve">{escape(cell)}</w:t></w:r></w:p></w:tc>' for cell in cells
    )
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{inside}</w:tr>"


def _frame(heads: Heads, title: str, facts: Iterable[Iterable[str]]) -> Any:
    document = Frame()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(18)
    for style in (document.styles["Normal"], document.styles["Heading 1"]):
        style.font.name = FONT
        for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            style.element.get_or_add_rPr().get_or_add_rFonts().set(qn(script), FONT)
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Normal"].paragraph_format.space_after = Pt(0)
    _page_number(section.footer.paragraphs[0])
    document.core_properties.title, document.core_properties.author = title, ""
    document.add_heading(title, level=1)
    told = document.add_table(rows=0, cols=2)
    told.autofit = False
    for label, value in facts:
        cells = told.add_row().cells
        cells[0].width, cells[1].width = Mm(80), Mm(WIDTH - 80)
        cells[0].paragraphs[0].add_run(label).bold = True
        cells[1].paragraphs[0].add_run(value)
    document.add_page_break()
    _table(document, heads)
    return document


def _table(document: Any, heads: Heads) -> None:
    table = document.add_table(rows=2, cols=len(heads))
    table.style = "Table Grid"
    table.autofit = False
    whole = sum(share for _label, _kind, share in heads)
    for at, (label, _kind, share) in enumerate(heads):
        table.columns[at].width = Mm(WIDTH * share / whole)
        cell = table.rows[0].cells[at]
        cell.width = Mm(WIDTH * share / whole)
        cell.paragraphs[0].add_run(label).bold = True
    # The heads stand on every page.
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    table.rows[1].cells[0].text = MARK


def _page_number(paragraph: Any) -> None:
    paragraph.add_run(_("Page") + " ")
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        if kind:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:instrText")
            element.text = text
        run._r.append(element)
