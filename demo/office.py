"""The same papers as office files: docx with a head table, and plain writers for xlsx, odt, rtf, html, txt and eml."""

import html as markup
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from email.message import EmailMessage
from email.utils import format_datetime
from io import BytesIO

import docx as python_docx
import openpyxl
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph
from lxml import etree
from odf import style, teletype
from odf import text as odf_text
from odf.opendocument import OpenDocumentText
from openpyxl.styles import Alignment, Font

from demo.texts import MOTTO, Paper

FONT = "Times New Roman"
_ODF_PARTS = ("styles.xml", "content.xml", "meta.xml")
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?")


def docx(paper: Paper) -> bytes:
    """The paper as Word keeps it: the head in a table without borders, the body justified, the foot in a table."""
    document = python_docx.Document()
    _page_set_up(document)
    head = document.add_table(rows=2, cols=2)
    left, right = head.rows[0].cells
    if paper.head_parent:
        _line(left.paragraphs[0], paper.head_parent, size=13)
    for place, line in enumerate(paper.head_lines):
        paragraph = left.paragraphs[0] if place == 0 and not paper.head_parent else left.add_paragraph()
        _line(paragraph, line, bold=True, size=13)
    _line(right.paragraphs[0], MOTTO[0], bold=True, size=13)
    _line(right.add_paragraph(), MOTTO[1], bold=True, underline=True)
    number, dated = head.rows[1].cells
    _line(number.paragraphs[0], f"Số: {paper.code}", size=13)
    if paper.is_letter:
        _line(number.add_paragraph(), f"V/v {paper.subject}", size=12)
    for word in (paper.secrecy, paper.urgency.upper()):
        if word:
            _line(number.add_paragraph(), word, bold=True, size=13)
    _line(dated.paragraphs[0], paper.place_and_date, italic=True)
    if not paper.is_letter:
        _line(document.add_paragraph(), paper.type.upper(), bold=True)
        _line(document.add_paragraph(), paper.subject, bold=True)
    annexed = False
    for block in paper.blocks:
        if block.kind == "annex" and not annexed:
            annexed = True
            _foot(document, paper)
            document.add_page_break()
        if block.kind == "table":
            _line(document.add_paragraph(), block.text, italic=True)
            _grid(document, block.rows)
            continue
        paragraph = document.add_paragraph()
        centred = block.kind in ("to", "decree", "annex")
        for line in block.lines():
            _line(
                paragraph,
                line,
                bold=block.kind in ("decree", "part", "annex"),
                italic=block.kind == "basis",
                align=ALIGN.CENTER if centred else ALIGN.JUSTIFY,
            )
    if not annexed:
        _foot(document, paper)
    document.core_properties.author = paper.agency_name
    document.core_properties.title = paper.title
    document.core_properties.created = datetime.combine(paper.date, time(1, 30))
    return _saved(document.save, paper.date)


def xlsx(papers: Iterable[Paper], title: str = "Mục lục văn bản") -> bytes:
    """A document list (mục lục văn bản): number, date, type and subject, author, note."""
    papers = list(papers)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title[:31]
    sheet.append([title.upper()])
    sheet.append(
        ["STT", "Số, ký hiệu", "Ngày tháng", "Tên loại và trích yếu nội dung", "Tác giả", "Người ký", "Ghi chú"]
    )
    for place, paper in enumerate(papers, start=1):
        name = f"{paper.type} {paper.subject}".strip()
        row = [place, paper.code, paper.date, name, paper.agency_name, paper.signer, paper.urgency]
        sheet.append(row)
        sheet.cell(sheet.max_row, 3).number_format = "dd/mm/yyyy"
    for cell in (*sheet[1], *sheet[2]):
        cell.font = Font(name=FONT, bold=True)
    for letter, width in zip("ABCDEFG", (6, 18, 13, 60, 32, 22, 12), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=2):
        row[3].alignment = Alignment(wrap_text=True, vertical="top")
    return _saved(book.save, max((paper.date for paper in papers), default=date(2020, 1, 1)))


def odt(paper: Paper) -> bytes:
    document = OpenDocumentText()
    bold = style.Style(name="Dam", family="paragraph")
    bold.addElement(style.TextProperties(fontweight="bold"))
    document.styles.addElement(bold)
    for line in paper.text().split("\n"):
        paragraph = odf_text.P(stylename=bold) if line.isupper() else odf_text.P()
        teletype.addTextToElement(paragraph, line)
        document.text.addElement(paragraph)
    return _saved(document.save, paper.date)


def rtf(paper: Paper) -> bytes:
    """Letters outside ASCII as `\\u` escapes with a question mark for readers that know none."""

    def escaped(line: str) -> str:
        plain = line.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")
        return "".join(letter if letter < "\x80" else f"\\u{ord(letter)}?" for letter in plain)

    lines = "\\par\n".join(escaped(line) for line in paper.text().split("\n"))
    return f"{{\\rtf1\\ansi\\uc1\\deff0{{\\fonttbl{{\\f0 {FONT};}}}}\\f0\\fs28\n{lines}\n}}".encode("ascii")


def html(paper: Paper) -> bytes:
    lines = "\n".join(f"<p>{markup.escape(line)}</p>" for line in paper.text().split("\n"))
    title = markup.escape(paper.title)
    page = f'<!doctype html>\n<html lang="vi">\n<head><meta charset="utf-8"><title>{title}</title></head>\n<body>\n{lines}\n'
    return f"{page}</body>\n</html>\n".encode()


def txt(paper: Paper) -> bytes:
    return (paper.text() + "\n").encode()


def eml(paper: Paper) -> bytes:
    """A message that carries the paper's text and, attached, the paper as docx."""
    message = EmailMessage()
    message["From"] = f"{paper.agency}@lamgiang.example"
    message["To"] = "vanthu@lamgiang.example"
    message["Subject"] = paper.title
    message["Date"] = format_datetime(datetime.combine(paper.date, time(1, 30), UTC))
    message["Message-ID"] = f"<{paper.date:%Y%m%d}.{zlib.crc32(paper.title.encode()):x}@lamgiang.example>"
    message.set_content(paper.text())
    message.add_attachment(
        docx(paper),
        maintype="application",
        subtype="vnd.openxmlformats-officedocument.wordprocessingml.document",
        filename="van-ban.docx",
    )
    message.set_boundary(f"=={paper.date:%Y%m%d}-{zlib.crc32(paper.title.encode()):x}==")
    return message.as_bytes()


WRITERS: Mapping[str, Callable[[Paper], bytes]] = {
    "docx": docx,
    "xlsx": lambda paper: xlsx([paper]),
    "odt": odt,
    "rtf": rtf,
    "html": html,
    "txt": txt,
    "eml": eml,
}


def _saved(save: Callable[[BytesIO], object], day: date) -> bytes:
    """The package as written, its clock times set to the paper's day, so that the same paper gives the same bytes."""
    written, out = BytesIO(), BytesIO()
    save(written)
    stamp = f"{day.isoformat()}T01:30:00Z".encode()
    with zipfile.ZipFile(written) as package, zipfile.ZipFile(out, "w") as fixed:
        for part in package.infolist():
            data = package.read(part)
            if part.filename in ("docProps/core.xml", "meta.xml"):
                data = _TIME.sub(stamp, data)
            if part.filename in _ODF_PARTS:  # odfpy declares namespaces it does not use, in no fixed order
                data = etree.tostring(etree.fromstring(data), method="c14n", exclusive=True)
            entry = zipfile.ZipInfo(part.filename, (day.year, day.month, day.day, 1, 30, 0))
            fixed.writestr(entry, data, compress_type=part.compress_type)
    return out.getvalue()


def _page_set_up(document: python_docx.document.Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin = section.bottom_margin = Cm(2)
    section.left_margin, section.right_margin = Cm(3), Cm(2)
    document.styles["Normal"].font.name = FONT
    document.styles["Normal"].font.size = Pt(14)
    document.styles["Normal"].paragraph_format.space_after = Pt(3)


def _line(
    paragraph: Paragraph,
    words: str,
    *,
    bold: bool = False,
    italic: bool = False,
    underline: bool = False,
    size: float = 14,
    align: ALIGN = ALIGN.CENTER,
) -> None:
    """Put a line into a paragraph, as one run, after what already stands there."""
    if paragraph.text:
        paragraph.add_run().add_break()
    run = paragraph.add_run(words)
    run.bold, run.italic, run.underline = bold, italic, underline
    run.font.size = Pt(size)
    paragraph.alignment = align


def _grid(document: python_docx.document.Document, rows: Iterable[tuple[str, ...]]) -> None:
    rows = list(rows)
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, words in zip(cells.cells, row, strict=True):
            _line(cell.paragraphs[0], words, size=12)


def _foot(document: python_docx.document.Document, paper: Paper) -> None:
    recipients, signature = document.add_table(rows=1, cols=2).rows[0].cells
    _line(recipients.paragraphs[0], "Nơi nhận:", bold=True, italic=True, size=12, align=ALIGN.LEFT)
    for name in (*(f"- {name};" for name in paper.recipients), f"- {paper.kept}."):
        _line(recipients.add_paragraph(), name, size=11, align=ALIGN.LEFT)
    lines = [*paper.authority, paper.position.upper(), "", "", paper.signer]
    _line(signature.paragraphs[0], lines[0], bold=True)
    for line in lines[1:]:
        _line(signature.add_paragraph(), line, bold=True)
