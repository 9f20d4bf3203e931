"""What the verdicts of a file rest on, and what would settle more: kept with the run, so that it can be repeated."""

import base64
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from asn1crypto import cms, crl, ocsp, x509

from signing.validation.chains import Path
from signing.validation.facts import name_of
from signing.validation.integrity import signer_certificate
from signing.validation.material import Material, sha256_of
from signing.validation.verdicts import EvidenceItem, EvidenceKind, EvidenceSource, Wanted, WantedKind

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError)
SCHEMES = ("http", "https")
MOST_WANTED = 200


@dataclass
class Uses:
    """For which fields each path and token was at hand. `open`: paths whose revocation or end is not settled."""

    paths: list[tuple[str, Path]] = field(default_factory=list)
    open: list[Path] = field(default_factory=list)
    tokens: list[tuple[str, cms.SignedData]] = field(default_factory=list)


def evidence_of(uses: Uses, material: Material, anchors: Iterable[x509.Certificate]) -> tuple[EvidenceItem, ...]:
    """The certificates of the paths, the revocation data that speaks of them, and the time-stamp tokens."""
    trusted = {anchor.sha256.hex() for anchor in anchors}
    fields: dict[str, set[str]] = defaultdict(set)
    certificates: dict[str, x509.Certificate] = {}
    for name, path in uses.paths:
        for certificate in path.certificates:
            key = certificate.sha256.hex()
            certificates[key] = certificate
            fields[key].add(name)
    items = []
    for key, certificate in certificates.items():
        source = EvidenceSource.ANCHOR if key in trusted else material.sources.get(key, EvidenceSource.FILE)
        items.append(_certificate(certificate, key, source, fields[key]))
    by_serial = {certificate.serial_number: key for key, certificate in certificates.items()}
    by_issuer: dict[bytes, set[str]] = defaultdict(set)
    for key, certificate in certificates.items():
        by_issuer[certificate.issuer.dump()] |= fields[key]
    for key, listed in material.crls.items():
        names = by_issuer.get(listed.issuer.dump())
        if names:
            items.append(_crl(listed, key, material.sources[key], names))
    for key, response in material.responses.items():
        names = {name for serial in _serials(response) if serial in by_serial for name in fields[by_serial[serial]]}
        if names:
            items.append(_response(response, key, material.sources[key], names))
    tokens: dict[str, tuple[cms.SignedData, set[str]]] = {}
    for name, token in uses.tokens:
        tokens.setdefault(sha256_of(token.dump()), (token, set()))[1].add(name)
    items += [_token(token, key, names) for key, (token, names) in tokens.items()]
    return tuple(items)


def wanted_of(uses: Uses) -> tuple[Wanted, ...]:
    """Addresses named by certificates whose issuer or revocation status is open; each once."""
    found = dict.fromkeys(each for path in uses.open for each in _wanted(path))
    return tuple(found)[:MOST_WANTED]


def _wanted(path: Path) -> Iterator[Wanted]:
    certificates = path.certificates
    for place, certificate in enumerate(certificates):
        last = place == len(certificates) - 1
        if last and path.anchored:
            return
        key = certificate.sha256.hex()
        issuer = None if last else certificates[place + 1].sha256.hex()
        if last and certificate.issuer != certificate.subject:
            for url in _authority_urls(certificate, "ca_issuers"):
                yield Wanted(WantedKind.ISSUER, url, key)
        if not path.anchored:
            continue
        for url in _authority_urls(certificate, "ocsp"):
            yield Wanted(WantedKind.OCSP, url, key, issuer)
        for url in _list_urls(certificate):
            yield Wanted(WantedKind.CRL, url, key, issuer)


def _authority_urls(certificate: x509.Certificate, method: str) -> Iterator[str]:
    """Addresses of authority information access, RFC 5280 section 4.2.2.1."""
    try:
        for description in certificate.authority_information_access_value or ():
            if description["access_method"].native == method:
                yield from _fetchable(description["access_location"])
    except UNREADABLE:
        return


def _list_urls(certificate: x509.Certificate) -> Iterator[str]:
    """Addresses of CRL distribution points, RFC 5280 section 4.2.1.13."""
    try:
        for point in certificate.crl_distribution_points_value or ():
            name = point["distribution_point"]
            if name.name == "full_name":
                for general in name.chosen:
                    yield from _fetchable(general)
    except UNREADABLE:
        return


def _fetchable(name: x509.GeneralName) -> Iterator[str]:
    if name.name == "uniform_resource_identifier":
        url = str(name.native)
        if urlsplit(url).scheme.lower() in SCHEMES and len(url) <= 2000:
            yield url


def _certificate(certificate: x509.Certificate, key: str, source: EvidenceSource, names: Iterable[str]) -> EvidenceItem:
    return EvidenceItem(
        kind=EvidenceKind.CERTIFICATE,
        sha256=key,
        source=source,
        der_base64=_base64(certificate.dump()),
        subject=name_of(certificate.subject),
        issuer=name_of(certificate.issuer),
        not_after=_time(lambda: certificate.not_valid_after),
        used_for=tuple(sorted(names)),
    )


def _crl(listed: crl.CertificateList, key: str, source: EvidenceSource, names: Iterable[str]) -> EvidenceItem:
    content = listed["tbs_cert_list"]
    return EvidenceItem(
        kind=EvidenceKind.CRL,
        sha256=key,
        source=source,
        der_base64=_base64(listed.dump()),
        subject=name_of(listed.issuer),
        issuer=name_of(listed.issuer),
        this_update=_time(lambda: content["this_update"].native),
        next_update=_time(lambda: content["next_update"].native),
        used_for=tuple(sorted(names)),
    )


def _response(response: ocsp.OCSPResponse, key: str, source: EvidenceSource, names: Iterable[str]) -> EvidenceItem:
    single = response.response_data["responses"][0]
    responder = response.response_data["responder_id"]
    who = name_of(responder.chosen) if responder.name == "by_name" else responder.chosen.native.hex()
    return EvidenceItem(
        kind=EvidenceKind.OCSP,
        sha256=key,
        source=source,
        der_base64=_base64(response.dump()),
        subject=who,
        issuer=who,
        this_update=_time(lambda: single["this_update"].native),
        next_update=_time(lambda: single["next_update"].native),
        used_for=tuple(sorted(names)),
    )


def _token(token: cms.SignedData, key: str, names: Iterable[str]) -> EvidenceItem:
    authority = signer_certificate(token)
    return EvidenceItem(
        kind=EvidenceKind.TIMESTAMP,
        sha256=key,
        source=EvidenceSource.FILE,
        der_base64=_base64(token.dump()),
        subject=name_of(authority.subject) if authority else "",
        issuer=name_of(authority.issuer) if authority else "",
        this_update=_time(lambda: token["encap_content_info"]["content"].parsed["gen_time"].native),
        not_after=_time(lambda: authority.not_valid_after) if authority else None,
        used_for=tuple(sorted(names)),
    )


def _serials(response: ocsp.OCSPResponse) -> list[int]:
    try:
        return [single["cert_id"]["serial_number"].native for single in response.response_data["responses"]]
    except UNREADABLE:
        return []


def _time(read) -> datetime | None:  # type: ignore[no-untyped-def]
    try:
        value = read()
        return None if value is None else value.astimezone(UTC)
    except UNREADABLE:
        return None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
