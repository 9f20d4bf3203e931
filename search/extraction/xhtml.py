"""Tika's XHTML to plain text, page by page."""

import re
import unicodedata
from collections.abc import Iterator

from lxml import etree

_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "br", "center", "dd", "div", "dl", "dt", "fieldset", "figure"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre"),
        *("section", "table", "tbody", "tfoot", "thead", "tr", "ul"),
    )
)
_CELLS = frozenset({"td", "th"})
_SILENT = frozenset({"script", "style", "head", "title", "noscript", "template"})
_LAYOUT = frozenset({"table", "tbody", "thead", "tfoot", "tr", "ul", "ol", "body", "html", "div"})
_SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")
_LINE_SPACES = re.compile(r"[ \u00a0]+")
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_END_OF_LINE = re.compile(r"[ \t]+\n")
_START_OF_LINE = re.compile(r"\n[ \t]+")
_PAGE_NUMBER = re.compile(r"\s*(PAGE\s*)?[-–]?\s*\d*\s*[-–]?\s*")
_MANY_LINES = re.compile(r"\n{3,}")


def page_texts(xhtml: str, *, collapse: bool = False) -> list[str]:
    """The text of each `div class="page"`; one text where there are none. What follows the last page belongs to it.

    `collapse` for web pages, whose line breaks mean nothing.
    """
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False)
    root = etree.fromstring(_without_controls(xhtml).encode("utf-8"), parser)
    if root is None:
        return [""]
    pages: list[list[str]] = [[]]
    seen_page = False
    for piece in _pieces(root, collapse):
        if piece is None:
            # What stands before the first page (a title of a portfolio) goes with it.
            if seen_page:
                pages.append([])
            seen_page = True
        else:
            pages[-1].append(piece)
    return [normal("".join(page)) for page in pages]


def normal(text: str) -> str:
    """NFC; single spaces; at most one empty line; no control characters, which databases refuse."""
    text = _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n"))
    text = _LINE_SPACES.sub(" ", unicodedata.normalize("NFC", text))
    return _MANY_LINES.sub("\n\n", _START_OF_LINE.sub("\n", _END_OF_LINE.sub("\n", text))).strip()


def _pieces(root: etree._Element, collapse: bool) -> Iterator[str | None]:
    """Text in reading order, line breaks around blocks, tabs between cells; None where a page begins."""
    silent = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            if event == "end" and not silent and element.tail:
                yield element.tail
            continue
        name = etree.QName(element).localname
        if event == "start":
            if _is_silent(element, name):
                silent += 1
            if silent:
                continue
            if name == "div" and element.get("class") == "page":
                yield None
            if name in _BLOCKS:
                yield "\n"
            text = element.text
            if text and not (name in _LAYOUT and not text.strip()):
                yield _SPACES.sub(" ", text) if collapse and name != "pre" else text
            continue
        if _is_silent(element, name):
            silent -= 1
        elif not silent:
            if name in _CELLS:
                yield "\t"
            elif name in _BLOCKS:
                yield "\n"
        tail = element.tail
        parent = element.getparent()
        in_layout = parent is not None and etree.QName(parent).localname in _LAYOUT
        if not silent and tail and not (in_layout and not tail.strip()):
            yield _SPACES.sub(" ", tail) if collapse else tail


def _is_silent(element: etree._Element, name: str) -> bool:
    """Scripts; the heading `image1.png` that Tika puts before what is embedded; headers that only number the pages."""
    if name == "h1":
        parent = element.getparent()
        return parent is not None and parent.get("class") in {"package-entry", "embedded"}
    if name == "p" and element.get("class") in {"header", "footer"}:
        return _PAGE_NUMBER.fullmatch("".join(element.itertext())) is not None
    return name in _SILENT


def _without_controls(text: str) -> str:
    return _UNWANTED.sub(lambda found: found.group() if found.group() == "\r" else " ", text)
