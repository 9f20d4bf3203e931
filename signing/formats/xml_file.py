"""XML signatures of a file: enveloped, enveloping or detached, with or without XAdES; edXML messages among them.

See what is signed: each signature says which parts it signs, and everything that none of them signs is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote

from asn1crypto import x509
from lxml import etree

from signing.formats import xades
from signing.formats.chain import Enclosed, Judged, carried_digest, carrier
from signing.formats.found import Found, shortened
from signing.formats.limits import SIGNATURES
from signing.formats.xml_signature import UNREADABLE, Checked, algorithm_names, check
from signing.formats.xml_transforms import (
    DEFAULT_C14N,
    Signed,
    Step,
    canonical,
    octets,
    signatures_of,
    uncovered_in,
)
from signing.formats.xml_tree import DS, ID_NAMES, Document, Element, children, ds, elements, local, parse, path_of
from signing.validation.algorithms import ends_of, key_bits
from signing.validation.integrity import Integrity, unsigned_modulus
from signing.validation.trust import Trust
from signing.validation.verdicts import AlgorithmFacts, Message, SubIndication

DIGEST_NAMES = ("sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512")


@dataclass(frozen=True)
class Beside:
    """The file that a detached signature signs."""

    name: str
    data: bytes


@dataclass
class XmlFindings:
    """What was found in the file; `whole`: the intact signatures together sign all of it."""

    found: list[Found] = field(default_factory=list)
    whole: bool = False


def look(data: bytes, beside: Beside | None, trust: Trust) -> XmlFindings:
    """Raises NotReadable."""
    document = parse(data)
    result = XmlFindings()
    signatures = signatures_of(document.root)
    checks: list[tuple[Checked, Found]] = []
    for place, signature in enumerate(signatures[:SIGNATURES]):
        outside = _Outside(beside)
        checked = check(signature, outside.bytes_of)
        if checked.missing and beside is None and checked.integrity.intact is None:
            checked.integrity = Integrity(None, SubIndication.SIGNED_DATA_NOT_FOUND, "waits_for_file")
        properties = xades.read(checked)
        found = found_of(_name(signature, place), checked, properties, trust)
        _tell_signed(checked, found, document, signatures, beside)
        result.found.append(found)
        checks.append((checked, found))
    if len(signatures) > SIGNATURES:
        result.found.append(_too_many(len(signatures)))
    result.found.extend(_foreign(document))
    if document.stray:
        for found in result.found:
            found.findings.append(Message("xml_stray", {"bytes": str(document.stray)}))
    result.whole = _whole(document, checks, signatures, beside)
    return result


def found_of(name: str, checked: Checked, properties: xades.Properties, trust: Trust) -> Found:
    """The signature as every format has it; what it covers is told by who knows the file."""
    found = Found(name, "XAdES" if properties.present else "XML-DSig", checked.integrity)
    found.certificate = checked.signer or (checked.certificates[0] if checked.certificates else None)
    found.algorithm = algorithm_facts(checked, found.certificate, trust)
    found.claimed_time = properties.signing_time
    if checked.integrity.intact is True and properties.names_signer is False:
        # EN 319 102-1, 5.2.3.4: the certificate that was signed is not the one at hand.
        found.integrity = Integrity(None, SubIndication.NO_SIGNING_CERTIFICATE_FOUND, "certificate_differs")
    if found.integrity.intact is not True:
        return found
    found.tokens = properties.stamps()
    found.level = properties.level(found.stamped)
    if properties.archived:
        found.findings.append(Message("archive_stamp_not_read"))
    if checked.signer is not None:
        found.judged = _judged(checked, checked.signer, properties)
    return found


def algorithm_facts(checked: Checked, certificate: x509.Certificate | None, trust: Trust) -> AlgorithmFacts | None:
    """The weakest digest of all references, the signature's method and key."""
    digest, method = algorithm_names(checked)
    key, bits = "", None
    if certificate is not None:
        try:
            public_key = unsigned_modulus(certificate.public_key)
            key = str(public_key.algorithm)
            bits = key_bits(public_key)
        except UNREADABLE:
            return None
    ends = ends_of(trust.policy, digest, key, bits)
    weak = any(end.moment < trust.timing.validation_time for end in ends) if digest in DIGEST_NAMES else None
    return AlgorithmFacts(digest, method, key, bits, weak)


def _judged(checked: Checked, signer: x509.Certificate, properties: xades.Properties) -> Judged | None:
    """The chain is judged in a CMS that carries what time-stamps stand over: the canonical signature value."""
    digest, _ = algorithm_names(checked)
    [element] = children(checked.element, ds("SignatureValue"))
    over = {value for _, value in properties.tokens}
    value = over.pop() if len(over) == 1 else canonical(element, DEFAULT_C14N)
    kind = "ecdsa" if signer.public_key.algorithm == "ec" else str(signer.public_key.algorithm)
    if kind not in ("rsa", "ecdsa", "dsa") or digest not in DIGEST_NAMES[:5]:
        return None
    algorithm = f"{digest}_{kind}"
    tokens = [token for token, stamped in properties.tokens if stamped == value]
    certificates = [*checked.certificates, *properties.certificates]
    try:
        signed_data = carrier(signer, certificates, value, digest, algorithm, tokens)
    except UNREADABLE:
        return None
    enclosed = Enclosed(certificates, properties.crls, properties.responses)
    for token, _ in properties.tokens:
        enclosed.certificates.extend(choice.chosen for choice in token["certificates"] if choice.name == "certificate")
    return Judged(signed_data, carried_digest(value, digest), enclosed, carried=True)


class _Outside:
    """What lies outside the document: the file beside it, and nothing else. Nothing is fetched."""

    def __init__(self, beside: Beside | None) -> None:
        self.beside = beside

    def bytes_of(self, uri: str, steps: Sequence[Step]) -> bytes | None:
        if self.beside is None or uri.startswith("#"):
            return None
        named = PurePosixPath(unquote(uri.partition("?")[0].partition("#")[0])).name
        if uri and named != self.beside.name:
            return None
        return octets(Signed(None, self.beside.data), steps, None)


def _tell_signed(
    checked: Checked, found: Found, document: Document, signatures: Sequence[Element], beside: Beside | None
) -> None:
    """Say what it signs, and what it leaves out of the document."""
    counter = xades.counter_signed(checked.element)
    if counter is not None:
        found.counter = True
        found.covers = None
        name = _name(counter, list(signatures).index(counter))
        values = children(counter, ds("SignatureValue"))
        if any(each.node in values for each in checked.signed):
            found.findings.append(Message("counter_signature", {"name": name}))
        else:
            found.findings.append(Message("counter_signature_unknown"))
        return
    if found.integrity.intact is not True:
        return
    if checked.outside:
        found.findings.append(Message("signs_elsewhere", {"parts": shortened(checked.outside)}))
    parts = _content_parts(checked)
    if document.root.tag == ds("Signature") and not parts:
        found.covers = bool(checked.outside)
        return
    left_out = _left_out(document, [checked], signatures)
    found.unsigned = [path_of(element) for element in left_out]
    found.covers = not left_out
    if found.covers:
        found.findings.append(Message("signs_document"))
    else:
        found.findings.append(Message("signs_parts", {"parts": shortened([path_of(part) for part in parts]) or "–"}))


def _content_parts(checked: Checked) -> list[Element]:
    """The signed elements that are content: neither the signature's own properties nor its key."""
    inside = {each for each in checked.element.iterchildren("*") if each.tag != ds("Object")}
    parts = []
    for signed in checked.signed:
        node = signed.node
        if node is None or any(each in inside for each in (node, *node.iterancestors())):
            continue
        if local(node) == "SignedProperties" or node.tag == ds("SignatureProperties"):
            continue
        parts.append(node)
    return parts


def _left_out(document: Document, checks: Sequence[Checked], signatures: Sequence[Element]) -> list[Element]:
    """What none of the intact signatures signs. Of a signature itself only its objects are content."""
    signed = [one for checked in checks if checked.integrity.intact is True for one in checked.signed]
    aside: list[Element] = [element for element in signatures if element is not document.root]
    found = [] if document.root.tag == ds("Signature") else uncovered_in(document.root, signed, aside)
    nodes = {one.node for one in signed if one.node is not None}
    for signature in signatures:
        for thing in children(signature, ds("Object")):
            found.extend(each for each in _unsigned_content(thing, nodes))
    return found


def _unsigned_content(thing: Element, signed: set[Element]) -> list[Element]:
    """Content of an Object that is not signed; qualifying properties are about the signature."""
    # An Object is signed by itself or by way of an element inside it, never by being inside what the signature signs:
    # the enveloped signature leaves itself out.
    if thing in signed:
        return []
    inner = list(thing.iterchildren("*"))
    if not inner:
        return [thing] if (thing.text or "").strip() else []
    return [
        child
        for child in inner
        if child not in signed
        and local(child) != "QualifyingProperties"
        and child.tag != ds("SignatureProperties")
        and not any(each in signed for each in child.iter("*"))
    ]


def _whole(
    document: Document,
    checks: Sequence[tuple[Checked, Found]],
    signatures: Sequence[Element],
    beside: Beside | None,
) -> bool:
    intact = [checked for checked, found in checks if found.integrity.intact is True and not found.counter]
    if not intact:
        return False
    if document.root.tag == ds("Signature") and any(checked.outside for checked in intact):
        return True
    return not _left_out(document, intact, signatures)


def _name(signature: Element, place: int) -> str:
    own = next((signature.get(name) for name in ID_NAMES if signature.get(name)), None)
    return own[:100] if own else str(place + 1)


def _foreign(document: Document) -> list[Found]:
    """Elements that are built like a signature and are none, as in messages whose writer left the namespace out."""
    found = []
    for element in elements(document.root):
        if local(element) == "Signature" and etree.QName(element).namespace != DS:
            inside = {local(child) for child in element.iterchildren("*")}
            if {"SignedInfo", "SignatureValue"} <= inside:
                integrity = Integrity(None, SubIndication.FORMAT_FAILURE, "not_xml_signature")
                found.append(Found(path_of(element), "XML-DSig", integrity))
    return found[:SIGNATURES]


def _too_many(count: int) -> Found:
    return Found("…", "XML-DSig", Integrity(None, SubIndication.GENERIC, "kind_unknown", f"{count} signatures"))
