"""From what a verdict is missing to what is known here: the cache first, then the addresses the operator allows."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.cache import cache

from signing.evidence import sha256_of
from signing.models import EvidenceKind
from signing.revocation.addresses import NotAllowed, is_listed
from signing.revocation.fetch import LARGEST_LIST, NotFetched, fetch
from signing.revocation.reading import (
    Item,
    Unfit,
    accuses,
    certificate,
    certificate_item,
    crl_item,
    issuers_in,
    name_key,
    ocsp_item,
    ocsp_request,
    over,
)
from signing.revocation.shelf import Key, Shelf
from signing.validation.verdicts import FileVerdict, Wanted, WantedKind

log = logging.getLogger(__name__)
# What was asked in vain, or answered, is not asked again for so long: a night has thousands of files and one such address.
PAUSE = 15 * 60  # seconds


@dataclass
class Gatherer:
    """Serves one job. `online`: whether addresses may be asked at all, beside the cache."""

    shelf: Shelf = field(default_factory=Shelf)
    online: bool = True
    asked: int = 0
    _accused: dict[tuple[str, int], bool] = field(default_factory=dict)

    def known_for(self, verdict: FileVerdict) -> list[str]:
        """SHA-256 of what the cache holds on the certificates of the verdict, whether or not they name an address."""
        return self.shelf.find(key for found in self._certificates(verdict).values() for key in _keys(found))

    def against(self, verdict: FileVerdict) -> list[str]:
        """SHA-256 of what the cache holds that does not call every certificate of the verdict good: no signature is looked at."""
        found = self._certificates(verdict).values()
        return list(dict.fromkeys(digest for one in found for digest in self._against(one)))

    def _against(self, found: x509.Certificate) -> Iterator[str]:
        for kind, name, serial in _keys(found):
            if kind == EvidenceKind.CERTIFICATE:
                continue
            for digest in self.shelf.find([(kind, name, serial)]):
                about = digest, found.serial_number
                if about not in self._accused:
                    [der] = self.shelf.bytes_of([digest])[1] or [b""]
                    self._accused[about] = bool(der) and accuses(EvidenceKind(kind), der, found.serial_number)
                if self._accused[about]:
                    yield digest

    def ask_for(self, verdict: FileVerdict) -> list[str]:
        """The same after asking the allowed addresses for what is missing or over. Nothing raises: an open question stays open."""
        if not self.online:
            return []
        certificates = self._certificates(verdict)
        asked = False
        for wanted in verdict.wanted:
            if wanted.certificate_sha256 in certificates:
                asked |= self._ask(wanted, certificates)
        return self.known_for(verdict) if asked else []

    def ask_about(
        self, of: x509.Certificate, issuer: x509.Certificate | None, addresses: Iterable[tuple[WantedKind, str]]
    ) -> bool:
        """Ask these addresses about a certificate that no file has shown yet; whether something came in."""
        pool = {sha256_of(one.public_bytes(Encoding.DER)): one for one in (of, issuer) if one is not None}
        names = [*pool, None]
        return any(self._ask(Wanted(kind, url, str(names[0]), names[1]), pool) for kind, url in addresses)

    def _certificates(self, verdict: FileVerdict) -> dict[str, x509.Certificate]:
        """Those of the verdict's evidence that can be read, by SHA-256."""
        found = {}
        for item in verdict.evidence:
            if item.kind != EvidenceKind.CERTIFICATE or not item.der_base64:
                continue
            try:
                found[item.sha256] = certificate(base64.b64decode(item.der_base64))
            except (Unfit, ValueError):
                continue
        return found

    def _ask(self, wanted: Wanted, certificates: dict[str, x509.Certificate]) -> bool:
        """Whether something came in."""
        if not wanted.url or not is_listed(wanted.url) or not cache.add(_memo(wanted), 1, PAUSE):
            return False
        of, issuer = certificates[wanted.certificate_sha256], certificates.get(wanted.issuer_sha256 or "")
        self.asked += 1
        try:
            return self.shelf.put(list(_answer(wanted, of, issuer)), url=wanted.url) > 0
        except (NotAllowed, NotFetched, Unfit) as refused:
            log.warning("%s of %s: %s", wanted.kind, wanted.url, refused.code)
            return False


def _keys(found: x509.Certificate) -> Iterator[Key]:
    """What would speak of this certificate: its issuer's list, a response about it, and the issuer's own certificate."""
    key = name_key(found.issuer)
    if key == name_key(found.subject):
        return
    yield EvidenceKind.OCSP.value, key, f"{found.serial_number:x}"
    yield EvidenceKind.CRL.value, key, ""
    yield EvidenceKind.CERTIFICATE.value, key, ""


def _answer(wanted: Wanted, of: x509.Certificate, issuer: x509.Certificate | None) -> Iterable[Item]:
    """Ask, and look at the answer. Raises NotAllowed, NotFetched or Unfit."""
    if wanted.kind is WantedKind.ISSUER:
        return [certificate_item(one) for one in issuers_in(fetch(wanted.url), of)]
    # Without the issuer nobody can tell whether the answer is its own.
    if issuer is None:
        raise Unfit("issuer-unknown")
    if wanted.kind is WantedKind.CRL:
        item = crl_item(fetch(wanted.url, largest=LARGEST_LIST), issuer)
    else:
        request = ocsp_request(of, issuer)
        item = ocsp_item(fetch(wanted.url, body=request, content_type="application/ocsp-request"), of, issuer)
    if over(item):
        raise Unfit("over")
    return [item]


def _memo(wanted: Wanted) -> str:
    """One question: a list's address is asked for everybody, a responder's for one certificate."""
    about = wanted.certificate_sha256 if wanted.kind is WantedKind.OCSP else ""
    return "revocation:" + hashlib.sha256(f"{wanted.kind} {wanted.url} {about}".encode()).hexdigest()
