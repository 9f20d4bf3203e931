"""What a reference of an XML signature digests: dereferenced and transformed by an allow-list (XML Signature, 4.4.3).

A transform that is not on the list is not run and not passed over: the signature is then not judged. Nothing outside the
file is ever fetched.
"""

from __future__ import annotations

import base64
import binascii
import copy
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from signing.formats.limits import NotReadable
from signing.formats.xml_tree import (
    ID_NAMES,
    SIGNATURE,
    XML,
    Element,
    Tree,
    blank_free,
    children,
    ds,
    elements,
    parse,
)

ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
BASE64 = "http://www.w3.org/2000/09/xmldsig#base64"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
# The one XPath filter that is known by its words: everything but signatures. No expression of a file is evaluated.
NOT_SIGNATURES = {
    "not(ancestor-or-self::ds:Signature)",
    "not(ancestor-or-self::dsig:Signature)",
    "not(ancestor-or-self::Signature)",
}
C14N = {
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315": (False, False),
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments": (False, True),
    "http://www.w3.org/2006/12/xml-c14n11": (False, False),
    "http://www.w3.org/2006/12/xml-c14n11#WithComments": (False, True),
    "http://www.w3.org/2001/10/xml-exc-c14n#": (True, False),
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments": (True, True),
}
DEFAULT_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_11 = "http://www.w3.org/2006/12/xml-c14n11"
INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
# Attributes of an element that is not signed but holds what is: names to point at, and hints where schemas lie.
SAYS_NOTHING = {*ID_NAMES, f"{INSTANCE}schemaLocation", f"{INSTANCE}noNamespaceSchemaLocation"}
PREFIXES = "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces"


class NotAllowed(Exception):
    """A transform or an algorithm that this archive does not run."""


@dataclass(frozen=True)
class Step:
    """One transform: its algorithm, and the element that names it, for its parameters."""

    algorithm: str
    element: Element


@dataclass
class Signed:
    """What a reference points at. `node` None: `data` are the bytes themselves.

    `whole`: the document with what stands beside its root element. `removed`: elements that the transforms leave out.
    """

    node: Element | None
    data: bytes = b""
    whole: bool = False
    comments: bool = False
    removed: list[Element] = field(default_factory=list)


def steps_of(reference: Element) -> list[Step]:
    """The transforms of a reference, in order. Raises NotAllowed, ValueError."""
    lists = children(reference, ds("Transforms"))
    if len(lists) > 1:
        raise ValueError("more than one list of transforms")
    found = [Step(each.get("Algorithm") or "", each) for part in lists for each in part.iterchildren("*")]
    if any(step.element.tag != ds("Transform") for step in found):
        raise ValueError("an element that is no transform")
    return found


def octets(signed: Signed, steps: Sequence[Step], signature: Element | None) -> bytes:
    """The bytes to digest. `signature`: the signature that holds the reference. Raises NotAllowed, ValueError."""
    if signed.node is None:
        return _of_bytes(signed.data, steps)
    node, whole, original = signed.node, signed.whole, signature
    if any(step.algorithm in (ENVELOPED, XPATH) for step in steps):
        node, signature = _copied(node, signature)
    for place, step in enumerate(steps):
        if step.algorithm == ENVELOPED:
            if signature is not None and original is not None and node in signature.iterancestors():
                signed.removed.append(original)
                _take_out(signature)
        elif step.algorithm == XPATH:
            _hold_to_known_filter(step)
            signed.removed.extend(_outermost_signatures(signed.node))
            for each in _outermost_signatures(node):
                _take_out(each)
        elif step.algorithm == BASE64:
            return _of_bytes(_decoded("".join(str(part) for part in node.itertext())), steps[place + 1 :])
        elif step.algorithm in C14N:
            data = canonical(node, step.algorithm, prefixes_of(step.element), whole=whole, comments=signed.comments)
            return _of_bytes(data, steps[place + 1 :])
        else:
            raise NotAllowed(step.algorithm)
    return canonical(node, DEFAULT_C14N, whole=whole, comments=signed.comments)


def _of_bytes(data: bytes, steps: Sequence[Step]) -> bytes:
    for step in steps:
        if step.algorithm == BASE64:
            data = _decoded(data.decode("ascii", "strict"))
        elif step.algorithm in C14N:
            try:
                root = parse(data).root
            except NotReadable as error:
                raise ValueError(f"not XML: {error.code}") from None
            data = canonical(root, step.algorithm, prefixes_of(step.element), whole=True, comments=True)
        else:
            raise NotAllowed(step.algorithm)
    return data


def canonical(
    node: Element,
    algorithm: str,
    prefixes: Sequence[str] | None = None,
    *,
    whole: bool = False,
    comments: bool = True,
) -> bytes:
    """Canonical XML 1.0 or 1.1, or exclusive canonical XML, of an element in its document. Raises NotAllowed."""
    if algorithm not in C14N:
        raise NotAllowed(algorithm)
    exclusive, with_comments = C14N[algorithm]
    thing: Element | Tree = etree.ElementTree(node) if whole else _alone(node)
    if not whole and not exclusive:
        _take_over(inherited_by(node, algorithm), thing)
    return etree.tostring(
        thing,
        method="c14n",
        exclusive=exclusive,
        with_comments=with_comments and comments,
        inclusive_ns_prefixes=list(prefixes) if exclusive and prefixes else None,
    )


def prefixes_of(element: Element) -> list[str]:
    """The prefixes that exclusive canonicalisation treats inclusively. Raises NotAllowed for the default namespace."""
    names = [name for each in children(element, PREFIXES) for name in (each.get("PrefixList") or "").split()]
    if "#default" in names:
        raise NotAllowed("exclusive canonicalisation with #default")
    return names


def _alone(node: Element) -> Element:
    """The element in a document of its own, with the namespaces that are in scope.

    Inside its document libxml2 writes `xmlns=""` on children that have the default namespace of an ancestor.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return etree.fromstring(etree.tostring(node, with_tail=False), parser)


def inherited_by(node: Element, algorithm: str) -> dict[str, str]:
    """Inclusive canonicalisation of a part takes over the ancestors' attributes of the namespace xml (clause 2.4)."""
    inherited: dict[str, str] = {}
    for ancestor in reversed(list(node.iterancestors())):
        inherited.update({str(name): str(value) for name, value in ancestor.items() if str(name).startswith(XML)})
    if algorithm.startswith(C14N_11):
        inherited.pop(f"{XML}id", None)
        if f"{XML}base" in inherited:
            raise NotAllowed("canonical XML 1.1 below xml:base")
    return {name: value for name, value in inherited.items() if name not in node.attrib}


def _take_over(inherited: dict[str, str], alone: Element) -> None:
    for name, value in inherited.items():
        alone.set(name, value)


def _hold_to_known_filter(step: Step) -> None:
    expressions = children(step.element, ds("XPath"))
    if len(expressions) != 1:
        raise NotAllowed(XPATH)
    [expression] = expressions
    words = "".join((expression.text or "").split())
    prefix = words.removeprefix("not(ancestor-or-self::").partition(":")[0]
    if words not in NOT_SIGNATURES or expression.nsmap.get(prefix if ":Signature" in words else None) != ds("")[1:-1]:
        raise NotAllowed(f"{XPATH} {words[:200]}")


def _copied(node: Element, signature: Element | None) -> tuple[Element, Element | None]:
    """The node and the signature in a copy of their document, so that taking out does not change what others sign."""
    root = node.getroottree().getroot()
    twin = copy.deepcopy(node.getroottree()).getroot()
    return _at(twin, _place(node, root)), None if signature is None else _at(twin, _place(signature, root))


def _place(node: Element, root: Element) -> list[int]:
    place: list[int] = []
    while node is not root:
        parent = node.getparent()
        if parent is None:
            raise ValueError("an element outside the document")
        place.append(parent.index(node))
        node = parent
    return place[::-1]


def _at(root: Element, place: Sequence[int]) -> Element:
    for index in place:
        root = root[index]
    return root


def _outermost_signatures(node: Element) -> list[Element]:
    """The signatures below a node that stand in no other. Raises NotAllowed where the node is one itself."""
    if node.tag == SIGNATURE or any(each.tag == SIGNATURE for each in node.iterancestors()):
        raise NotAllowed("a filter that leaves nothing")
    inner: set[Element] = set()
    found = []
    for each in node.iter(SIGNATURE):
        if each not in inner:
            found.append(each)
            inner.update(each.iter(SIGNATURE))
    return found


def _take_out(element: Element) -> None:
    """Without the text that follows it, which is not part of it."""
    parent = element.getparent()
    if parent is None:
        raise NotAllowed("the signature is the whole document")
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(blank_free(text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"not base64: {error}") from None


def uncovered_in(root: Element, signed: Sequence[Signed], aside: Sequence[Element]) -> list[Element]:
    """The topmost elements of a document that no reference signs; `aside` (the signatures) are left out of account.

    Also those around what is signed, where they say something of their own by text or attributes.
    """
    covered = {each.node for each in signed if each.node is not None}
    left_out = {element for each in signed for element in each.removed} - set(aside)
    if root in covered and not left_out:
        return []
    holding: set[Element] = set()
    for node in covered | left_out:
        holding.update(node.iterancestors())
    found: list[Element] = []
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element in aside:
            continue
        if element in left_out:
            found.append(element)
        elif element in covered:
            # Only what the transforms took out of it is not signed.
            found.extend(each for each in left_out if element in each.iterancestors())
        elif element in holding:
            says = any(name not in SAYS_NOTHING and not name.startswith(XML) for name in element.attrib)
            if says or (element.text or "").strip() or any((child.tail or "").strip() for child in element):
                found.append(element)
            waiting.extend(reversed(list(element.iterchildren("*"))))
        else:
            found.append(element)
    return found


def signatures_of(root: Element) -> list[Element]:
    """The XML signatures in a document, in its order."""
    return [element for element in elements(root) if element.tag == SIGNATURE]
