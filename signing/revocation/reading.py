"""Certificates, revocation lists and OCSP responses read by cryptography's parser, and whether an answer is one to the question.

The engine judges what an answer is worth. Here is decided only whether it is kept at all: that it is what was asked for, by whom it had to
come from, and not over. So nobody on the way can fill the cache with answers that are none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from repository.clock import now
from signing.models import EvidenceKind

SLACK = timedelta(minutes=10)  # by which another clock may go ahead of ours
UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, OverflowError)


class Unfit(ValueError):
    """An answer is not kept; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Item:
    """A piece that can be kept, and what it is looked for by. `serial` is hexadecimal."""

    kind: EvidenceKind
    der: bytes
    issuer: str
    name_key: str
    serial: str = ""
    this_update: datetime | None = None
    next_update: datetime | None = None


def name_key(name: x509.Name) -> str:
    """What two spellings of one name have in common (RFC 5280, 7.1: case and blanks do not tell names apart)."""
    text = " ".join(name.rfc4514_string().casefold().split())
    return hashlib.sha256(text.encode()).hexdigest()


def certificate(der: bytes) -> x509.Certificate:
    """Raises Unfit."""
    try:
        found = x509.load_der_x509_certificate(der)
        name_key(found.subject), name_key(found.issuer)
    except UNREADABLE:
        raise Unfit("not-readable") from None
    return found


def certificate_item(found: x509.Certificate) -> Item:
    return Item(
        EvidenceKind.CERTIFICATE,
        found.public_bytes(Encoding.DER),
        found.subject.rfc4514_string()[:500],
        name_key(found.subject),
        this_update=found.not_valid_before_utc,
        next_update=found.not_valid_after_utc,
    )


def crl_item(der: bytes, issuer: x509.Certificate | None) -> Item:
    """A revocation list (RFC 5280, 5). With its issuer at hand its signature is checked. Raises Unfit."""
    try:
        found = x509.load_der_x509_crl(der) if b"-----BEGIN" not in der[:64] else x509.load_pem_x509_crl(der)
        name, updated, until = found.issuer, found.last_update_utc, found.next_update_utc
        if issuer is not None and name_key(name) != name_key(issuer.subject):
            raise Unfit("wrong-issuer")
        if issuer is not None and not found.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]
            raise Unfit("wrong-signature")
    except UNREADABLE as error:
        raise error if isinstance(error, Unfit) else Unfit("not-readable") from None
    if updated > now() + SLACK:
        raise Unfit("not-yet")
    der = found.public_bytes(Encoding.DER)
    return Item(EvidenceKind.CRL, der, name.rfc4514_string()[:500], name_key(name), "", updated, until)


def ocsp_request(of: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """RFC 6960, 4.1.1; with SHA-1, by which every responder finds names (RFC 5019, 2.1.1)."""
    return ocsp.OCSPRequestBuilder().add_certificate(of, issuer, SHA1()).build().public_bytes(Encoding.DER)  # noqa: S303


def ocsp_item(der: bytes, of: x509.Certificate | None, issuer: x509.Certificate) -> Item:
    """An OCSP response (RFC 6960, 4.2), signed for this issuer; it must speak of the certificate. Raises Unfit.

    Where the certificate is not given, the first one that it speaks of is taken.
    """
    try:
        found = ocsp.load_der_ocsp_response(der)
        if found.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise Unfit("no-answer")
        singles = [one for one in found.responses if of is None or one.serial_number == of.serial_number]
        if not singles:
            raise Unfit("other-certificate")
        single = singles[0]
        if not _same_issuer(single, issuer):
            raise Unfit("wrong-issuer")
        _check_responder(found, issuer)
        if of is not None and single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
            raise Unfit("unknown-there")
        updated, until = single.this_update_utc, single.next_update_utc
        serial = f"{single.serial_number:x}"
    except UNREADABLE as error:
        raise error if isinstance(error, Unfit) else Unfit("not-readable") from None
    if updated > now() + SLACK:
        raise Unfit("not-yet")
    label, key = issuer.subject.rfc4514_string()[:500], name_key(issuer.subject)
    return Item(EvidenceKind.OCSP, der, label, key, serial, updated, until)


def issuers_in(der: bytes, of: x509.Certificate | None) -> list[x509.Certificate]:
    """The certificates in an answer (RFC 5280, 4.2.2.1: one in DER, or a bundle) that issued this one. Raises Unfit."""
    found: list[x509.Certificate] = []
    try:
        found = [x509.load_der_x509_certificate(der)]
    except UNREADABLE:
        try:
            found = pkcs7.load_der_pkcs7_certificates(der)
        except UNREADABLE:
            raise Unfit("not-readable") from None
    if of is not None:
        found = [one for one in found if issued(of, one)]
        if not found:
            raise Unfit("wrong-issuer")
    return found


def issued(of: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        of.verify_directly_issued_by(by)
    except (InvalidSignature, *UNREADABLE):
        return False
    return True


def accuses(kind: EvidenceKind, der: bytes, serial: int) -> bool:
    """Whether a list names this serial number, or a response about it says anything but good; true of what cannot be read.

    Whose number it is and what the piece is worth is for the engine to say.
    """
    try:
        if kind is EvidenceKind.CRL:
            return x509.load_der_x509_crl(der).get_revoked_certificate_by_serial_number(serial) is not None
        said = [
            one.certificate_status for one in ocsp.load_der_ocsp_response(der).responses if one.serial_number == serial
        ]
    except UNREADABLE:
        return True
    return any(one is not ocsp.OCSPCertStatus.GOOD for one in said)


def over(item: Item) -> bool:
    """Whether the next one was due already: it says nothing of today."""
    return item.next_update is not None and item.next_update < now() - SLACK


def _same_issuer(single: ocsp.OCSPSingleResponse, issuer: x509.Certificate) -> bool:
    """By its key: a name has more than one spelling in DER, and the signature is checked as well."""
    by_us = ocsp.OCSPRequestBuilder().add_certificate(issuer, issuer, single.hash_algorithm).build()
    return single.issuer_key_hash == by_us.issuer_key_hash


def _check_responder(found: ocsp.OCSPResponse, issuer: x509.Certificate) -> None:
    """Signed by the issuer itself, or by one whom it entitled to answer (RFC 6960, 4.2.2.2). Raises Unfit."""
    for signer in (issuer, *found.certificates):
        if signer is not issuer and not (_may_answer(signer) and issued(signer, issuer)):
            continue
        if _signed(found, signer):
            return
    raise Unfit("wrong-signature")


def _may_answer(responder: x509.Certificate) -> bool:
    try:
        usage = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage


def _signed(found: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, digest = signer.public_key(), found.signature_hash_algorithm
    try:
        if isinstance(key, rsa.RSAPublicKey) and digest is not None:
            key.verify(found.signature, found.tbs_response_bytes, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and digest is not None:
            key.verify(found.signature, found.tbs_response_bytes, ec.ECDSA(digest))
        else:
            key.verify(found.signature, found.tbs_response_bytes)  # type: ignore[union-attr,call-arg,arg-type]
    except (InvalidSignature, AttributeError, *UNREADABLE):
        return False
    return True
