"""One XML signature by itself: the references' digests, then the signature value over SignedInfo (XML Signature, 3.2).

signxml does the arithmetic of the signature value and names the algorithms. What is signed is followed here, because it
must be told: signxml passes over transforms that it does not know, and looks at the first signature of a file only.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cryptography.exceptions
from asn1crypto import x509
from cryptography import x509 as pyca
from lxml import etree
from signxml import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import XMLVerifier

from signing.formats.limits import REFERENCES
from signing.formats.xml_transforms import (
    NotAllowed,
    Signed,
    Step,
    canonical,
    octets,
    prefixes_of,
    steps_of,
)
from signing.formats.xml_tree import Element, blank_free, by_id, children, ds, only, text_of
from signing.validation.integrity import INTACT, Integrity
from signing.validation.verdicts import SubIndication

MANIFEST = "http://www.w3.org/2000/09/xmldsig#Manifest"
# (reference URI, its transforms) to the bytes it names outside the document, or None where they are not here.
Outside = Callable[[str, Sequence[Step]], bytes | None]
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, etree.LxmlError)


@dataclass
class Checked:
    """What one signature signs, and whether it holds.

    `signed`: the parts of its own document; `outside`: the addresses of what it signs elsewhere and that was at hand;
    `missing`: those that were not. `certificates` as enclosed, the signer's first where it is known.
    """

    element: Element
    integrity: Integrity
    signed: list[Signed] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    certificates: list[x509.Certificate] = field(default_factory=list)
    signer: x509.Certificate | None = None
    digests: list[str] = field(default_factory=list)
    method: str = ""


class _SignatureValue(XMLVerifier):
    """signxml's check of a signature value against a certificate's key."""

    def holds(self, over: bytes, value: bytes, method: SignatureMethod, certificate: x509.Certificate) -> bool:
        """Raises SignXMLException or ValueError where key and method do not go together."""
        try:
            self._verify_signature_with_pubkey(
                signed_info_c14n=over,
                raw_signature=value,
                signature_alg=method,
                signing_certificate=pyca.load_der_x509_certificate(certificate.dump()),
            )
        except cryptography.exceptions.InvalidSignature:
            return False
        return True

    def digest(self, data: bytes, algorithm: DigestAlgorithm) -> bytes:
        return bytes(self._get_digest(data, algorithm))


def check(signature: Element, outside: Outside, *, more: Sequence[x509.Certificate] = ()) -> Checked:
    """Never raises for what is in the file. `more`: certificates from elsewhere in it."""
    found = Checked(signature, INTACT)
    try:
        found.integrity = _Check(signature, outside, found).run(more)
    except NotAllowed as error:
        found.integrity = Integrity(None, SubIndication.GENERIC, "xml_not_allowed", str(error))
    except cryptography.exceptions.UnsupportedAlgorithm as error:
        found.integrity = Integrity(None, SubIndication.GENERIC, "algorithm_unknown", str(error))
    except (*UNREADABLE, SignXMLException, RecursionError) as error:
        found.integrity = Integrity(False, SubIndication.FORMAT_FAILURE, "format", f"{type(error).__name__}: {error}")
    return found


class _Check:
    def __init__(self, signature: Element, outside: Outside, found: Checked) -> None:
        self.signature = signature
        self.root = signature.getroottree().getroot()
        self.outside = outside
        self.found = found
        self.references = 0
        self.tool = _SignatureValue()

    def run(self, more: Sequence[x509.Certificate]) -> Integrity:
        info = only(self.signature, ds("SignedInfo"))
        method = only(info, ds("CanonicalizationMethod"))
        over = canonical(info, method.get("Algorithm") or "", prefixes_of(method))
        # What is verified is read again from the very bytes that the signature value is over.
        read = etree.fromstring(over, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
        self.found.method = only(read, ds("SignatureMethod")).get("Algorithm") or ""
        references = children(read, ds("Reference"))
        if not references:
            raise ValueError("nothing is referred to")
        verdicts = [self._reference(reference) for reference in references]
        value = self._value(over)
        # A digest that differs says more than a signature value that holds over it.
        wrong = next((one for one in verdicts if one.intact is False), None)
        if wrong is not None:
            return wrong
        if value.intact is not True:
            return value
        return next((one for one in verdicts if one.intact is None), INTACT)

    def _value(self, over: bytes) -> Integrity:
        value = _decoded(text_of(only(self.signature, ds("SignatureValue"))))
        self.found.certificates = certificates_of(self.signature)
        try:
            method = SignatureMethod(self.found.method)
            if method.name.startswith("HMAC"):
                raise ValueError("a shared secret is no signature")
        except ValueError:
            return Integrity(None, SubIndication.GENERIC, "algorithm_unknown", self.found.method)
        if not self.found.certificates:
            return Integrity(None, SubIndication.NO_SIGNING_CERTIFICATE_FOUND, "no_certificate")
        for certificate in _leaves_first(self.found.certificates):
            try:
                holds = self.tool.holds(over, value, method, certificate)
            except (SignXMLException, ValueError, TypeError):
                continue
            if holds:
                self.found.signer = certificate
                self.found.certificates.remove(certificate)
                self.found.certificates.insert(0, certificate)
                return INTACT
        return Integrity(False, SubIndication.SIG_CRYPTO_FAILURE, "signature_wrong")

    def _reference(self, reference: Element) -> Integrity:
        self.references += 1
        if self.references > REFERENCES:
            raise ValueError("too many references")
        uri, steps = reference.get("URI"), steps_of(reference)
        algorithm = only(reference, ds("DigestMethod")).get("Algorithm") or ""
        expected = _decoded(text_of(only(reference, ds("DigestValue"))))
        try:
            digest = DigestAlgorithm(algorithm)
        except ValueError:
            return Integrity(None, SubIndication.GENERIC, "algorithm_unknown", algorithm)
        if algorithm not in self.found.digests:
            self.found.digests.append(algorithm)
        signed = self._dereferenced(uri)
        if signed is None:
            data = self.outside(uri or "", steps)
            if data is None:
                self.found.missing.append(uri or "")
                return Integrity(None, SubIndication.SIGNED_DATA_NOT_FOUND, "signed_data_missing", uri or "")
        else:
            data = octets(signed, steps, self.signature)
        if self.tool.digest(data, digest) != expected:
            named = uri.partition("?")[0] if uri else "/"
            return Integrity(False, SubIndication.HASH_FAILURE, "reference_differs", named)
        if signed is None:
            self.found.outside.append(uri or "")
        else:
            self.found.signed.append(signed)
            if reference.get("Type") == MANIFEST or (signed.node is not None and signed.node.tag == ds("Manifest")):
                return self._manifest(signed)
            if signed.node is not None and signed.node.tag == ds("Object"):
                for manifest in children(signed.node, ds("Manifest")):
                    result = self._manifest(Signed(manifest))
                    if result.intact is not True:
                        return result
        return INTACT

    def _manifest(self, signed: Signed) -> Integrity:
        """XML Signature leaves it to the application what a manifest's references mean; here each must hold."""
        assert signed.node is not None
        if signed.node.tag != ds("Manifest"):
            raise ValueError("a manifest was announced, and there is none")
        results = [self._reference(reference) for reference in children(signed.node, ds("Reference"))]
        worst = next((one for one in results if one.intact is False), None)
        return worst or next((one for one in results if one.intact is None), INTACT)

    def _dereferenced(self, uri: str | None) -> Signed | None:
        """The part of this document that a reference names; None for what lies outside. Raises ValueError, NotAllowed."""
        if uri is None:
            return None
        if uri in ("", "#xpointer(/)"):
            return Signed(self.root, whole=True, comments=uri != "")
        if not uri.startswith("#"):
            return None
        name, comments = uri[1:], False
        if name.startswith("xpointer(id(") and name.endswith("))"):
            name, comments = name[len("xpointer(id(") : -2].strip("'\""), True
        elif name.startswith("xpointer("):
            raise NotAllowed(uri)
        found = by_id(self.root, name)
        if len(found) != 1:
            raise ValueError(f"{len(found)} elements are called {name}")
        return Signed(found[0], comments=comments)


def certificates_of(signature: Element) -> list[x509.Certificate]:
    """Those in KeyInfo, in its order; what cannot be read is left out."""
    found: list[x509.Certificate] = []
    for key_info in children(signature, ds("KeyInfo")):
        for data in children(key_info, ds("X509Data")):
            for each in children(data, ds("X509Certificate")):
                certificate = read_certificate(each)
                if certificate is not None and certificate not in found:
                    found.append(certificate)
    return found


def read_certificate(element: Element) -> x509.Certificate | None:
    """A certificate in base64; None where it is none."""
    try:
        certificate = x509.Certificate.load(_decoded(text_of(element)), strict=True)
        certificate.subject.native, certificate.public_key.algorithm, certificate.not_valid_after  # noqa: B018
        return certificate
    except UNREADABLE:
        return None


def _leaves_first(certificates: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Those that issued no other of them before those that did."""
    issuers = {each.issuer.dump() for each in certificates if each.issuer != each.subject}
    return sorted(certificates, key=lambda each: each.subject.dump() in issuers)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(blank_free(text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"not base64: {error}") from None


def algorithm_names(checked: Checked) -> tuple[str, str]:
    """Weakest digest and signature method, as in sha256 and rsa_sha256; the bare address where it is not known."""
    names = []
    for address in (*checked.digests, checked.method):
        for kind in (DigestAlgorithm, SignatureMethod):
            try:
                names.append(kind(address).name.lower())
                break
            except ValueError:
                continue
        else:
            names.append(address)
    method = names[-1] if names else ""
    # The signature value is over a digest too.
    digests = names[:-1] + [part for part in method.split("_") if part.startswith("sha")][:1]
    return min(digests, key=_strength, default=""), method


def _strength(digest: str) -> int:
    return next((place for place, name in enumerate(("sha1", "sha224", "sha3_224", "sha256")) if digest == name), 9)
