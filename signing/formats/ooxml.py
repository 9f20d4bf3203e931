"""Signatures of office packages: docx, xlsx, pptx (ECMA-376 part 2, clause 10; MS-OFFCRYPTO 2.5.2).

The signature is an XML signature in a part of its own; a manifest in it names the signed parts by address and content type.
Relationships are signed by the relationship transform, which picks some of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO
from urllib.parse import parse_qs, unquote

from lxml import etree

from signing.formats import xades
from signing.formats.found import Found
from signing.formats.limits import SIGNATURES, NotReadable
from signing.formats.opc import (
    ORIGIN,
    RELATIONSHIPS,
    RELATIONSHIPS_TYPE,
    SIGNATURE_PART,
    SIGNATURE_RELATIONS,
    TYPES,
    Package,
    source_of,
)
from signing.formats.xml_file import found_of
from signing.formats.xml_signature import UNREADABLE, check
from signing.formats.xml_transforms import C14N, DEFAULT_C14N, NotAllowed, Step, canonical, prefixes_of, signatures_of
from signing.formats.xml_tree import Element, local, parse
from signing.validation.facts import aware, shown
from signing.validation.integrity import Integrity
from signing.validation.trust import Trust
from signing.validation.verdicts import Message, SubIndication

TRANSFORM = "http://schemas.openxmlformats.org/package/2006/RelationshipTransform"
DIGITAL_SIGNATURE = "http://schemas.openxmlformats.org/package/2006/digital-signature"
FOLDER = "/_xmlsignatures/"
# Descriptions of the package that Office leaves unsigned; none of them is shown as content.
PROPERTIES = (
    "/metadata/core-properties",
    "/metadata/thumbnail",
    "/extended-properties",
    "/custom-properties",
    "/docMetadata/LabelInfo",
)


@dataclass
class Picked:
    """What one signature signs of the package. `relationships`: (source, id)."""

    parts: set[str] = field(default_factory=set)
    relationships: set[tuple[str, str]] = field(default_factory=set)
    wrong_type: list[str] = field(default_factory=list)


@dataclass
class PackageFindings:
    """What was found in the package; `whole`: the intact signatures together sign all of it."""

    found: list[Found] = field(default_factory=list)
    whole: bool = False


def look(file: BinaryIO, trust: Trust) -> PackageFindings:
    """Raises NotReadable."""
    package = Package(file)
    linked, orphaned = _signature_parts(package)
    result = PackageFindings()
    signed: list[Picked] = []
    for name in [*linked, *orphaned][:SIGNATURES]:
        found, picked = _signature(package, name, trust)
        if name in orphaned:
            found.findings.append(Message("not_linked"))
        result.found.append(found)
        if found.integrity.intact is True:
            signed.append(picked)
            left_out, descriptions = unsigned(package, [picked])
            found.unsigned, found.covers = left_out, not left_out
            found.findings.append(Message("signs_package", {"count": str(len(picked.parts))}))
            if descriptions:
                found.findings.append(Message("properties_not_signed", {"parts": ", ".join(descriptions)}))
    result.whole = bool(signed) and not unsigned(package, signed)[0]
    return result


def is_signed(package: Package) -> bool:
    """Whether any part is a signature."""
    return any(_signature_parts(package))


def _signature_parts(package: Package) -> tuple[list[str], list[str]]:
    """Those to which the package leads by its signature origin, and those that lie where signatures lie without that."""
    linked: list[str] = []
    for origin in package.relationships("/"):
        if origin.type == ORIGIN and not origin.outside:
            for relationship in package.relationships(origin.target):
                if (
                    relationship.type == SIGNATURE_PART
                    and not relationship.outside
                    and package.has(relationship.target)
                ):
                    linked.append(relationship.target)
    known = {name.casefold() for name in linked}
    lying = [
        name
        for key, name in package.names.items()
        if key.startswith(FOLDER) and key.endswith(".xml") and key not in known
    ]
    return list(dict.fromkeys(linked)), lying


def _signature(package: Package, name: str, trust: Trust) -> tuple[Found, Picked]:
    picked = Picked()
    try:
        document = parse(package.part(name) or b"")
        [signature] = [each for each in signatures_of(document.root) if each is document.root]
    except (NotReadable, ValueError) as error:
        integrity = Integrity(False, SubIndication.FORMAT_FAILURE, "format", str(error)[:300])
        return Found(name, "OOXML", integrity), picked
    checked = check(signature, _Parts(package, picked).bytes_of)
    properties = xades.read(checked)
    found = found_of(name, checked, properties, trust)
    found.form = "OOXML XAdES" if properties.present else "OOXML"
    if picked.wrong_type and found.integrity.intact is True:
        detail = ", ".join(picked.wrong_type[:5])
        found.integrity = Integrity(False, SubIndication.HASH_FAILURE, "content_type_differs", detail)
    found.claimed_time = found.claimed_time or _signature_time(signature)
    found.reason = _comments(signature)
    return found, picked


class _Parts:
    """What a reference of a manifest names: a part by its address, or some relationships of one."""

    def __init__(self, package: Package, picked: Picked) -> None:
        self.package = package
        self.picked = picked

    def bytes_of(self, uri: str, steps: Sequence[Step]) -> bytes | None:
        address, _, query = uri.partition("?")
        if not address.startswith("/"):
            return None
        name = unquote(address)
        data = self.package.part(name)
        if data is None:
            return None
        wanted = parse_qs(query).get("ContentType", [""])[0]
        # The address escapes little: a blank may stand for "+".
        if wanted and wanted.replace(" ", "+") != self.package.content_type(name).replace(" ", "+"):
            self.picked.wrong_type.append(name)
        if steps and steps[0].algorithm == TRANSFORM:
            data = self._relationships(name, data, steps)
        elif steps:
            root = parse(data).root
            data = _canonical(root, steps)
        elif (source := source_of(name)) is not None:
            self.picked.relationships.update(
                (source.casefold(), each.key) for each in self.package.relationships(source)
            )
        self.picked.parts.add(name.casefold())
        return data

    def _relationships(self, name: str, data: bytes, steps: Sequence[Step]) -> bytes:
        source = source_of(name)
        if source is None or len(steps) > 2:
            raise NotAllowed(TRANSFORM)
        keys, types = set(), set()
        for child in steps[0].element.iterchildren("*"):
            if local(child) == "RelationshipReference":
                keys.add(child.get("SourceId") or "")
            elif local(child) == "RelationshipsGroupReference":
                types.add(child.get("SourceType") or "")
            else:
                raise NotAllowed(f"{TRANSFORM} {local(child)}")
        root = transformed(parse(data).root, keys, types)
        self.picked.relationships.update((source.casefold(), each.get("Id") or "") for each in root)
        return _canonical(root, steps[1:])


def transformed(root: Element, keys: set[str], types: set[str]) -> Element:
    """The relationship transform (clause 10.6.5.2.5): the picked ones, in the order of their Ids, with TargetMode written out."""
    made = etree.Element(f"{{{RELATIONSHIPS}}}Relationships", nsmap={None: RELATIONSHIPS})
    picked = [
        element
        for element in root.iterchildren(f"{{{RELATIONSHIPS}}}Relationship")
        if element.get("Id") in keys or element.get("Type") in types
    ]
    for element in sorted(picked, key=lambda each: each.get("Id") or ""):
        copy = etree.SubElement(made, element.tag)
        for name, value in element.items():
            copy.set(name, value)
        if copy.get("TargetMode") is None:
            copy.set("TargetMode", "Internal")
    return made


def _canonical(root: Element, steps: Sequence[Step]) -> bytes:
    if not steps:
        return canonical(root, DEFAULT_C14N, whole=True)
    if len(steps) != 1 or steps[0].algorithm not in C14N:
        raise NotAllowed(steps[0].algorithm)
    return canonical(root, steps[0].algorithm, prefixes_of(steps[0].element), whole=True)


def unsigned(package: Package, signed: Sequence[Picked]) -> tuple[list[str], list[str]]:
    """What no signature signs: parts and relationships that count, and the package's descriptions, which do not."""
    parts = {name for picked in signed for name in picked.parts}
    relationships = {pair for picked in signed for pair in picked.relationships}
    described: set[str] = set()
    left_out: list[str] = []
    descriptions: list[str] = []
    for relationship in _all_relationships(package):
        # Only the package itself may lead to its descriptions and its signatures.
        at_root = relationship.source == "/"
        if at_root and relationship.type.endswith(PROPERTIES):
            described.add(relationship.target.casefold())
            continue
        if relationship.type.startswith(SIGNATURE_RELATIONS) and (at_root or _of_signatures(relationship.source)):
            continue
        if (relationship.source.casefold(), relationship.key) not in relationships:
            left_out.append(f"{relationship.source} → {relationship.target}")
    for key, name in package.names.items():
        if key in parts or key == TYPES.casefold() or _of_signatures(key):
            continue
        if source_of(key) is not None and package.content_type(key) in (RELATIONSHIPS_TYPE, ""):
            continue  # its relationships were looked at one by one
        (descriptions if key in described else left_out).append(name)
    return left_out, descriptions


def _of_signatures(name: str) -> bool:
    return name.casefold().startswith(FOLDER)


def _all_relationships(package: Package) -> Iterator:  # type: ignore[type-arg]
    for name in package.names.values():
        source = source_of(name)
        if source is not None and not _of_signatures(name):
            yield from package.relationships(source)


def _signature_time(signature: Element) -> datetime | None:
    """SignatureTime (clause 10.5.6): what the signer claims."""
    try:
        for value in signature.iter(f"{{{DIGITAL_SIGNATURE}}}Value"):
            return aware(datetime.fromisoformat((value.text or "").strip()))
    except UNREADABLE:
        return None
    return None


def _comments(signature: Element) -> str | None:
    """The purpose that the signer wrote in Office (MS-OFFCRYPTO 2.5.2.5)."""
    for element in signature.iter("*"):
        if local(element) == "SignatureComments" and (element.text or "").strip():
            return shown(element.text)
    return None
