"""XML read with nothing that could reach out of it: no document type, no entities, no network, bounded depth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias
from xml.parsers import expat

from lxml import etree

from signing.formats.limits import XML_BYTES, XML_DEPTH, NotReadable

DS = "http://www.w3.org/2000/09/xmldsig#"
SIGNATURE = f"{{{DS}}}Signature"
XML = "{http://www.w3.org/XML/1998/namespace}"
ID_NAMES = ("Id", "ID", "id", f"{XML}id")
STRAY = 1024  # bytes before the XML declaration that are passed over
PROLOG_STEP = 1 << 16

# lxml brings no types of its own.
Element: TypeAlias = Any
Tree: TypeAlias = Any


@dataclass(frozen=True)
class Document:
    """A parsed file. `stray`: bytes before the XML declaration, passed over."""

    tree: Tree
    stray: int = 0

    @property
    def root(self) -> Element:
        return self.tree.getroot()


class _Doctype(Exception):
    pass


class _Begun(Exception):
    pass


def parse(data: bytes) -> Document:
    """Raises NotReadable: too large, nested too deeply, with a document type, or not well-formed."""
    if len(data) > XML_BYTES:
        raise NotReadable("too_large")
    stray = _stray(data)
    data = data[stray:]
    _refuse_doctype(data)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        tree = etree.ElementTree(etree.fromstring(data, parser))
    except (etree.XMLSyntaxError, ValueError) as error:
        code = "too_deep" if "depth" in str(error) else "xml_not_well_formed"
        raise NotReadable(code, str(error)) from None
    if tree.docinfo.internalDTD is not None or tree.docinfo.externalDTD is not None:
        raise NotReadable("xml_doctype")
    depth = 0
    for event, _node in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > XML_DEPTH:
            raise NotReadable("too_deep")
    return Document(tree, stray)


def may_hold_signature(data: bytes) -> bool:
    """Whether XML that is not read could hold a signature all the same: ordinary XHTML has a document type and none."""
    letters = data.replace(b"\0", b"")  # UTF-16 too
    return b"SignatureValue" in letters or b"<!ENTITY" in letters


def _stray(data: bytes) -> int:
    """Bytes before `<?xml`; messages of the national exchange are found with some. A byte order mark is none."""
    place = data.find(b"<?xml", 0, STRAY)
    if place <= 0 or data[:place] in (b"\xef\xbb\xbf",) or b"<" in data[:place]:
        return 0
    return place


def _refuse_doctype(data: bytes) -> None:
    """Read up to the root element by another parser: libxml2 would expand what a document type declares first."""

    def doctype(*_arguments: object) -> None:
        raise _Doctype

    def begun(*_arguments: object) -> None:
        raise _Begun

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = begun
    try:
        for start in range(0, len(data), PROLOG_STEP):
            parser.Parse(data[start : start + PROLOG_STEP], False)
        parser.Parse(b"", True)
    except _Begun:
        return
    except _Doctype:
        raise NotReadable("xml_doctype") from None
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise NotReadable("xml_not_well_formed", str(error)) from None


def ds(name: str) -> str:
    """The name in the namespace of XML signatures, as lxml writes it."""
    return f"{{{DS}}}{name}"


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname


def children(element: Element, name: str) -> list[Element]:
    """The direct children of that name; never those further down."""
    return [child for child in element if child.tag == name]


def only(element: Element, name: str) -> Element:
    """The one child of that name. Raises ValueError where there is none or more than one."""
    found = children(element, name)
    if len(found) != 1:
        raise ValueError(f"{len(found)} elements {etree.QName(name).localname} in {local(element)}")
    return found[0]


def by_id(root: Element, value: str) -> list[Element]:
    """Every element that calls itself `value`, whatever the spelling of its attribute: two mean that one is smuggled in."""
    found = root.xpath(
        "//*[@Id = $value or @ID = $value or @id = $value or @xml:id = $value]",
        value=value,
        namespaces={"xml": XML[1:-1]},
    )
    return list(found) if isinstance(found, list) else []


def elements(root: Element) -> Iterator[Element]:
    """Root and everything below it; comments and processing instructions are no elements."""
    yield from root.iter("*")


def path_of(element: Element) -> str:
    """How to call an element for a person: the names from the root on, and its Id where it has one."""
    names = [local(each) for each in reversed([element, *element.iterancestors()])]
    own = next((element.get(name) for name in ID_NAMES if element.get(name)), None)
    path = "/" + "/".join(names[-4:] if len(names) > 5 else names)
    return f"{path} ({own})" if own else path


def text_of(element: Element | None) -> str:
    """Text of the element itself; "" where there is none. Raises ValueError where elements stand in it."""
    if element is None:
        return ""
    if any(isinstance(child.tag, str) for child in element):
        raise ValueError(f"elements inside {local(element)}")
    return "".join(str(part) for part in element.itertext())


def blank_free(text: str) -> str:
    """Base64 as XML wraps it, in one piece."""
    return re.sub(r"\s+", "", text)
