"""Trust anchors as they are handed to the engine: certificates, and what each may vouch for and until when.

A PEM block may carry headers (RFC 1421, 4.6): `Trusted-For: signatures` or `timestamps`, and `Trusted-Until:` with a moment in ISO
8601. They become qualifiers of the anchor, which the path validation holds against the time it judges at: what is proven to be older
than the end still stands. DER, and PEM without headers, is trusted for both without an end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import pem, x509
from pyhanko_certvalidator.authority import CertTrustAnchor, TrustQualifiers
from pyhanko_certvalidator.registry import SimpleTrustManager

SIGNATURES, TIMESTAMPS = "signatures", "timestamps"


class AnchorNotReadable(ValueError):
    """A trust anchor is not a certificate in PEM or DER, or a header of it is not understood."""


@dataclass(frozen=True)
class Anchor:
    """`purpose` is None where it is trusted for both."""

    certificate: x509.Certificate
    purpose: str | None = None
    until: datetime | None = None


def read_qualified(given: Sequence[bytes]) -> list[Anchor]:
    """Anchors from PEM (any number in each) or DER. Raises AnchorNotReadable."""
    try:
        return [anchor for data in given for anchor in _read(data)]
    except (ValueError, TypeError) as error:
        raise AnchorNotReadable(str(error)) from None


def _read(data: bytes) -> list[Anchor]:
    if not pem.detect(data):
        return [_anchor(data, {})]
    return [_anchor(part, headers) for _, headers, part in pem.unarmor(data, multiple=True)]


def _anchor(data: bytes, headers: dict[str, str]) -> Anchor:
    certificate = x509.Certificate.load(data, strict=True)
    str(certificate.subject.native)
    purpose, until = headers.get("Trusted-For"), headers.get("Trusted-Until")
    if purpose not in (None, SIGNATURES, TIMESTAMPS):
        raise ValueError(f"trusted for {purpose!r}")
    return Anchor(certificate, purpose, None if until is None else datetime.fromisoformat(until))


def manager(anchors: Sequence[Anchor], purpose: str) -> SimpleTrustManager:
    """Those that vouch for signatures, or for time-stamps."""
    return SimpleTrustManager.build(
        trust_roots=[
            CertTrustAnchor(anchor.certificate, quals=TrustQualifiers(valid_until=anchor.until))
            for anchor in anchors
            if anchor.purpose in (None, purpose)
        ]
    )
