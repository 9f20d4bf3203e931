"""Reading a certificate that a person hands in: by cryptography's parser, which is written in Rust and bounded by the file's size."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils.translation import gettext_lazy as _

from repository.refusals import Blocker

LARGEST = 64 * 1024  # bytes of a file with one certificate
UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.UnsupportedGeneralNameType)


@dataclass(frozen=True)
class Facts:
    """What a person compares with the source. `sha256` and `sha1` are of the DER bytes, lower-case hexadecimal."""

    name: str
    issuer: str
    serial: str
    sha256: str
    sha1: str
    not_before: datetime
    not_after: datetime
    key: str
    self_signed: bool

    @property
    def fingerprint(self) -> str:
        return spaced(self.sha256)

    @property
    def old_fingerprint(self) -> str:
        """SHA-1: some authorities still publish no other. It is for comparing beside, never for trusting by."""
        return spaced(self.sha1)

    @property
    def fingerprint_parts(self) -> list[str]:
        return parts(self.fingerprint)

    @property
    def old_fingerprint_parts(self) -> list[str]:
        return parts(self.old_fingerprint)


def spaced(digest: str) -> str:
    """Upper case in pairs, as authorities print fingerprints."""
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2)).upper()


def parts(spaced_out: str) -> list[str]:
    """Four pairs at a time: a line may end between two of them, so that an eye that compares keeps its place."""
    return [spaced_out[at : at + 12] for at in range(0, len(spaced_out), 12)]


def read(data: bytes) -> x509.Certificate:
    """The one certificate in PEM or DER bytes. Raises ValueError with a Blocker that says what is wrong."""
    if len(data) > LARGEST:
        raise NotOne("too-large", _("This file is too large for one certificate."))
    try:
        if b"-----BEGIN" not in data:
            return x509.load_der_x509_certificate(data)
        found = x509.load_pem_x509_certificates(data)
    except UNREADABLE:
        raise NotOne("no-certificate", _("This is no certificate in PEM or DER form.")) from None
    if len(found) != 1:
        raise NotOne("several", _("This file holds several certificates. Hand in one at a time."))
    return found[0]


class NotOne(ValueError):
    """What was handed in is not one certificate; `blocker` says why."""

    def __init__(self, code: str, title: object) -> None:
        super().__init__(str(title))
        self.blocker = Blocker(code=code, title=str(title), remedy=_("Export it again from its source."))


def facts_of(certificate: x509.Certificate) -> Facts:
    """Raises ValueError where a name or a date in it cannot be read."""
    der = certificate.public_bytes(Encoding.DER)
    return Facts(
        name=certificate.subject.rfc4514_string()[:300],
        issuer=certificate.issuer.rfc4514_string()[:300],
        serial=f"{certificate.serial_number:x}",
        sha256=hashlib.sha256(der).hexdigest(),
        sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key=_key(certificate),
        self_signed=_self_signed(certificate),
    )


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it may issue certificates (RFC 5280, 4.2.1.9)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, *UNREADABLE):
        return False


def _key(certificate: x509.Certificate) -> str:
    try:
        key = certificate.public_key()
    except UNREADABLE:
        return ""
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    return type(key).__name__.strip("_").removesuffix("PublicKey")


def _self_signed(certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(certificate)
    except Exception:  # wrong signature, other issuer, algorithm not known: not shown as signed by itself
        return False
    return True
