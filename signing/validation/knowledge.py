"""What is known here beside a file: certificates, revocation lists and OCSP responses, told apart by their shape."""

from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto import core, crl, ocsp, x509

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError)
LARGEST = 32 << 20  # bytes of one piece


@dataclass(frozen=True)
class Knowledge:
    """The pieces that could be read; `unreadable` counts the others."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    responses: tuple[ocsp.OCSPResponse, ...] = ()
    unreadable: int = 0

    @property
    def given(self) -> int:
        """How many pieces were handed in."""
        return len(self.certificates) + len(self.crls) + len(self.responses) + self.unreadable


def read_knowledge(pieces: Sequence[bytes]) -> Knowledge:
    """Each piece as what its outer structure says: RFC 5280 sections 4.1 and 5.1, RFC 6960 section 4.2.1."""
    found: dict[type, list[core.Asn1Value]] = {x509.Certificate: [], crl.CertificateList: [], ocsp.OCSPResponse: []}
    unreadable = 0
    for piece in dict.fromkeys(pieces):
        read = _read(piece)
        if read is None:
            unreadable += 1
        else:
            found[type(read)].append(read)
    return Knowledge(
        tuple(found[x509.Certificate]),  # type: ignore[arg-type]
        tuple(found[crl.CertificateList]),  # type: ignore[arg-type]
        tuple(found[ocsp.OCSPResponse]),  # type: ignore[arg-type]
        unreadable,
    )


def _read(piece: bytes) -> x509.Certificate | crl.CertificateList | ocsp.OCSPResponse | None:
    if len(piece) > LARGEST:
        return None
    for reader in (_certificate, _crl, _response):
        try:
            return reader(piece)
        except UNREADABLE:
            continue
    return None


def _certificate(piece: bytes) -> x509.Certificate:
    certificate = x509.Certificate.load(piece, strict=True)
    certificate.issuer.dump(), certificate.serial_number, certificate.not_valid_after
    return certificate


def _crl(piece: bytes) -> crl.CertificateList:
    found = crl.CertificateList.load(piece, strict=True)
    content = found["tbs_cert_list"]
    content["issuer"].dump(), content["this_update"].native, len(content["revoked_certificates"])
    return found


def _response(piece: bytes) -> ocsp.OCSPResponse:
    response = ocsp.OCSPResponse.load(piece, strict=True)
    if response["response_status"].native != "successful":
        raise ValueError("no answer in it")
    for single in response.response_data["responses"]:
        single["this_update"].native  # noqa: B018 - read to see whether it can be
    return response
