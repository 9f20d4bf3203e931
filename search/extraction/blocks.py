"""Tika's XHTML as blocks of plain text: headings, paragraphs, list items, tables. Runs in the worker; no markup gets through."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from repository.text import legacy
from repository.text.offsets import Traced
from search.extraction import formats
from search.extraction.errors import UnsupportedFormat
from search.extraction.packages import check_package
from search.extraction.results import DEFAULT
from search.extraction.worker import _backend
from search.extraction.xhtml import normal

STRUCTURED = frozenset({"docx", "xlsx", "pptx", "odt", "ods", "odp", "doc", "xls", "ppt", "rtf", "html"})
CHARACTERS = 3_000_000
MOST_BLOCKS = 20_000
MOST_CELLS = 100_000
_SILENT = frozenset({"script", "style", "head", "title", "noscript", "template"})
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 4, "h6": 4}
_LEAVES = frozenset({"p", "li", "pre", "dt", "dd", "blockquote", "address", *_HEADINGS})
_RULE = re.compile(r"[\s_*=–—-]*")
_EMBEDDED = frozenset({"package-entry", "embedded"})

Block = dict[str, Any]


def read_blocks(path: str, media_type: str, url: str, seconds: float) -> list[Block]:
    """The blocks of an office file or web page. Raises what reading its text raises, UnsupportedFormat for what has none."""
    source = Path(path)
    name = formats.true_format(source, formats.format_of(media_type))
    if name not in STRUCTURED:
        raise UnsupportedFormat(name)
    if name in formats.PACKED:
        check_package(source, DEFAULT)
    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder) / f"document.{name}"
        named.symlink_to(source.resolve())
        claimed = next(kind for kind, ending in formats.FORMATS.items() if ending == name)
        answer = _backend(url).read(named, media_type=claimed, seconds=seconds, characters=CHARACTERS)
    blocks = blocks_of(answer.text, collapse=name == "html")
    if answer.cut_off:
        blocks.append({"kind": "cut"})
    return blocks


def blocks_of(xhtml: str, *, collapse: bool = False) -> list[Block]:
    """`collapse` for web pages, whose line breaks mean nothing."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False)
    root = etree.fromstring(_clean(xhtml).encode("utf-8", "replace"), parser)
    if root is None:
        return []
    blocks: list[Block] = []
    cells = 0
    for block in _blocks(root, collapse):
        cells += sum(len(row) for row in block.get("rows", []))
        if len(blocks) >= MOST_BLOCKS or cells > MOST_CELLS:
            blocks.append({"kind": "cut"})
            break
        blocks.append(block)
    return _in_unicode(blocks)


def _clean(text: str) -> str:
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", " ", text)


def _name(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _blocks(element: Any, collapse: bool) -> Iterator[Block]:
    """Depth first; text that stands between blocks is a paragraph of its own."""
    stack: list[tuple[str, Any]] = [("open", element)]
    loose: list[str] = []
    while stack:
        step, node = stack.pop()
        if step == "text":
            loose.append(node)
            continue
        name = _name(node)
        if name in _SILENT:
            continue
        if (
            name == "table"
            or name in _LEAVES
            or name in ("div", "body", "html", "section", "article", "tr", "ul", "ol")
        ):
            yield from _paragraph("".join(loose), collapse)
            loose = []
        if name == "table":
            yield from _table(node, collapse)
            continue
        if name in _LEAVES and not node.xpath(".//*[local-name()='table' or local-name()='p' or local-name()='li']"):
            yield from _leaf(node, name, collapse)
            continue
        inner: list[tuple[str, Any]] = [("text", node.text or "")]
        for child in node:
            if isinstance(child.tag, str):
                inner.append(("open", child))
            inner.append(("text", child.tail or ""))
        stack.extend(reversed(inner))
    yield from _paragraph("".join(loose), collapse)


def _leaf(node: Any, name: str, collapse: bool) -> Iterator[Block]:
    parent = node.getparent()
    if name == "h1" and parent is not None and parent.get("class") in _EMBEDDED:
        return
    if node.get("class") in ("header", "footer") and not re.search(r"[^\W\d_]", "".join(node.itertext())):
        return
    text = _text(node, collapse)
    if not text or _RULE.fullmatch(text):
        return
    if name in _HEADINGS:
        yield {"kind": "heading", "level": _HEADINGS[name], "text": text}
    elif name == "li" or "list" in (node.get("class") or "").lower():
        yield {"kind": "item", "text": text}
    elif _is_strong(node) and len(text) <= 300:
        yield {"kind": "paragraph", "text": text, "strong": True}
    else:
        yield {"kind": "paragraph", "text": text}


def _paragraph(text: str, collapse: bool) -> Iterator[Block]:
    text = normal(" ".join(text.split()) if collapse else text)
    if text and not _RULE.fullmatch(text):
        yield {"kind": "paragraph", "text": text}


def _is_strong(node: Any) -> bool:
    """Whether every letter of the paragraph is bold."""
    if (node.text or "").strip():
        return False
    bold = False
    for child in node:
        if (child.tail or "").strip():
            return False
        if "".join(child.itertext()).strip():
            if _name(child) not in ("b", "strong"):
                return False
            bold = True
    return bold


def _table(table: Any, collapse: bool) -> Iterator[Block]:
    rows: list[list[str]] = []
    head = False
    for row in table.iter("{*}tr"):
        if next((up for up in row.iterancestors("{*}table")), None) is not table:
            continue
        cells = [cell for cell in row if _name(cell) in ("td", "th")]
        head = head or (not rows and bool(cells) and all(_name(cell) == "th" for cell in cells))
        rows.append([_text(cell, collapse) for cell in cells])
    while rows and not any(rows[-1]):
        rows.pop()
    width = max(
        (len(row) - next((n for n, cell in enumerate(reversed(row)) if cell), len(row)) for row in rows), default=0
    )
    if width:
        sheet = table.getparent()
        # The first line of a spreadsheet names its columns where every one of them has a word.
        in_sheet = sheet is not None and sheet.get("class") == "sheet"
        filled = [(row + [""] * width)[:width] for row in rows]
        head = head or (in_sheet and len(filled) > 1 and all(filled[0]))
        yield {"kind": "table", "rows": filled, "head": head}


def _text(node: Any, collapse: bool) -> str:
    pieces: list[str] = []
    silent: Any = None
    for event, element in etree.iterwalk(node, events=("start", "end")):
        name = _name(element)
        if event == "start":
            if silent is None and name in _SILENT:
                silent = element
            elif silent is None and name:
                pieces.append("\n" if element is not node and (name in _LEAVES or name in ("br", "tr", "div")) else "")
                own = element.text or ""
                pieces.append(re.sub(r"\s+", " ", own) if collapse else own)
            continue
        if silent is element:
            silent = None
        if silent is None and element is not node:
            tail = element.tail or ""
            pieces.append(" " if name in ("td", "th") else "")
            pieces.append(re.sub(r"\s+", " ", tail) if collapse else tail)
    return normal(re.sub(r"\t+", " ", "".join(pieces)))


def _in_unicode(blocks: list[Block]) -> list[Block]:
    """Text typed in the fonts that came before Unicode, converted."""
    sample = "\n".join(str(block.get("text", "")) for block in blocks[:200])
    charset = legacy.detect(sample)
    if charset is None:
        return blocks

    def decoded(text: str) -> str:
        return legacy.decode(Traced(text), charset).text

    for block in blocks:
        if "rows" in block:
            block["rows"] = [[decoded(cell) for cell in row] for row in block["rows"]]
        elif "text" in block:
            block["text"] = decoded(block["text"])
    return blocks
