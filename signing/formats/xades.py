"""What XAdES adds to an XML signature (ETSI EN 319 132-1): what the signer says, and what was collected afterwards."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import cms, crl, ocsp, x509
from lxml import etree

from signing.formats.xml_signature import UNREADABLE, Checked, read_certificate
from signing.formats.xml_transforms import DEFAULT_C14N, NotAllowed, canonical
from signing.formats.xml_tree import Element, blank_free, children, ds, local, text_of
from signing.validation.facts import aware, token_facts
from signing.validation.verdicts import TimestampFacts, TimestampKind

NAMESPACES = (
    "http://uri.etsi.org/01903/v1.3.2#",
    "http://uri.etsi.org/01903/v1.1.1#",
    "http://uri.etsi.org/01903/v1.2.2#",
    "http://uri.etsi.org/01903/v1.4.1#",
)
COUNTERSIGNED = "http://uri.etsi.org/01903#CountersignedSignature"
DIGESTS = {
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2001/04/xmldsig-more#sha224": "sha224",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}


@dataclass
class Properties:
    """`present`: signed properties stand there and the signature signs them; only then is anything said in them believed.

    `names_signer`: whether they name the signer's certificate by its digest; None where they name none. `archived`: how
    many archive time-stamps there are, which are found and not verified here.
    """

    present: bool = False
    signing_time: datetime | None = None
    names_signer: bool | None = None
    tokens: list[tuple[cms.SignedData, bytes]] = field(default_factory=list)
    unreadable_tokens: int = 0
    certificates: list[x509.Certificate] = field(default_factory=list)
    crls: list[crl.CertificateList] = field(default_factory=list)
    responses: list[ocsp.OCSPResponse] = field(default_factory=list)
    archived: int = 0

    def stamps(self) -> tuple[TimestampFacts, ...]:
        """The time-stamps over the signature's value."""
        good = [token_facts(token, TimestampKind.SIGNATURE, over) for token, over in self.tokens]
        broken = [TimestampFacts(TimestampKind.SIGNATURE, None, None, False)] * self.unreadable_tokens
        return (*good, *broken)

    def level(self, stamped: bool) -> str:
        """Baseline level by what is there (EN 319 132-1, clause 6); "-" without its signed properties."""
        if not (self.present and self.names_signer):
            return "-"
        if not stamped:
            return "B-B"
        if not (self.crls or self.responses):
            return "B-T"
        return "B-LTA" if self.archived else "B-LT"


def read(checked: Checked) -> Properties:
    """Never raises for what is in the file: what cannot be read is not there."""
    found = Properties()
    for holder in _qualifying(checked.element):
        for part in holder.iterchildren("*"):
            try:
                if local(part) == "SignedProperties" and _is_signed(part, checked):
                    found.present = True
                    _signed(part, checked, found)
                elif local(part) == "UnsignedProperties":
                    _unsigned(part, checked, found)
            except UNREADABLE:
                continue
    return found


def counter_signed(signature: Element) -> Element | None:
    """The signature that this one is a counter-signature of, where it stands in its unsigned properties."""
    parent = signature.getparent()
    if parent is None or local(parent) != "CounterSignature":
        return None
    return next((each for each in parent.iterancestors(ds("Signature"))), None)


def _qualifying(signature: Element) -> Iterator[Element]:
    own = signature.get("Id")
    for thing in children(signature, ds("Object")):
        for child in thing.iterchildren("*"):
            if local(child) == "QualifyingProperties" and etree.QName(child).namespace in NAMESPACES:
                target = child.get("Target")
                if target is None or target == f"#{own}":
                    yield child


def _is_signed(part: Element, checked: Checked) -> bool:
    return any(
        each.node is part or each.node in part.iterancestors() for each in checked.signed if each.node is not None
    )


def _signed(part: Element, checked: Checked, found: Properties) -> None:
    for element in part.iter("*"):
        name = local(element)
        if name == "SigningTime":
            found.signing_time = aware(datetime.fromisoformat(text_of(element).strip()))
        elif name in ("SigningCertificate", "SigningCertificateV2"):
            found.names_signer = _names(element, checked.signer)


def _names(element: Element, signer: x509.Certificate | None) -> bool:
    """The first certificate named is the signer's (clause 5.2.2)."""
    if signer is None:
        return False
    method, value = element.find(f".//{ds('DigestMethod')}"), element.find(f".//{ds('DigestValue')}")
    if method is None or value is None:
        return False
    algorithm = DIGESTS.get(method.get("Algorithm") or "")
    return algorithm is not None and hashlib.new(algorithm, signer.dump()).digest() == _bytes(value)


def _unsigned(part: Element, checked: Checked, found: Properties) -> None:
    for element in [each for group in part.iterchildren("*") for each in group.iterchildren("*")]:
        name = local(element)
        if name == "SignatureTimeStamp":
            _stamps(element, checked.element, found)
        elif name == "CertificateValues":
            read_ones = (
                read_certificate(each) for each in element.iter("*") if local(each) == "EncapsulatedX509Certificate"
            )
            found.certificates.extend(one for one in read_ones if one is not None)
        elif name == "RevocationValues":
            _revocation(element, found)
        elif name == "ArchiveTimeStamp":
            found.archived += 1


def _stamps(element: Element, signature: Element, found: Properties) -> None:
    """SignatureTimeStamp: over the canonical SignatureValue (clause 5.3)."""
    methods = children(element, ds("CanonicalizationMethod"))
    [value] = children(signature, ds("SignatureValue"))
    for each in element.iterchildren("*"):
        if local(each) != "EncapsulatedTimeStamp":
            continue
        try:
            algorithm = methods[0].get("Algorithm") or "" if methods else DEFAULT_C14N
            content = cms.ContentInfo.load(_bytes(each), strict=True)
            found.tokens.append((content["content"], canonical(value, algorithm)))
        except (*UNREADABLE, NotAllowed):
            found.unreadable_tokens += 1


def _revocation(element: Element, found: Properties) -> None:
    for each in element.iter("*"):
        try:
            if local(each) == "EncapsulatedCRLValue":
                found.crls.append(crl.CertificateList.load(_bytes(each), strict=True))
            elif local(each) == "EncapsulatedOCSPValue":
                found.responses.append(ocsp.OCSPResponse.load(_bytes(each), strict=True))
        except UNREADABLE:
            continue


def _bytes(element: Element) -> bytes:
    try:
        return base64.b64decode(blank_free(text_of(element)), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"not base64: {error}") from None


def not_content(signature: Element) -> Sequence[Element]:
    """Parts of a signature that are about it, and no content: its own elements and its unsigned properties."""
    return [child for child in signature.iterchildren("*") if child.tag != ds("Object")]
