"""From a certificate upwards as far as the issuers are known, each link held by the issuer's signature."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from asn1crypto import x509

from signing.validation.integrity import LenientValidator

LONGEST = 12  # certificates in a path
MOST_LINKS = 2000  # signatures of issuers looked at in one file


@dataclass(frozen=True)
class Path:
    """The certificate first, then its issuers; `anchored`: the last one is an anchor."""

    certificates: tuple[x509.Certificate, ...] = ()
    anchored: bool = False

    @property
    def below_anchor(self) -> tuple[x509.Certificate, ...]:
        """Those whose validity and revocation matter: an anchor is vouched for by the operator."""
        return self.certificates[:-1] if self.anchored and len(self.certificates) > 1 else self.certificates


NO_PATH = Path()


@dataclass
class Chains:
    """Paths among the certificates at hand. A path that ends at an anchor goes before a longer one that does not."""

    at_hand: Collection[x509.Certificate]
    anchors: Collection[x509.Certificate]
    _links: dict[tuple[bytes, bytes], bool] = field(default_factory=dict)
    _found: dict[bytes, Path] = field(default_factory=dict)
    _by_subject: dict[str, list[x509.Certificate]] = field(default_factory=lambda: defaultdict(list))

    def path_of(self, certificate: x509.Certificate) -> Path:
        """The path from this certificate."""
        key = certificate.sha256
        if key not in self._found:
            self._found[key] = self._best([certificate])
        return self._found[key]

    def _best(self, upwards: list[x509.Certificate]) -> Path:
        last = upwards[-1]
        if any(last.sha256 == anchor.sha256 for anchor in self.anchors):
            return Path(tuple(upwards), anchored=True)
        best = Path(tuple(upwards))
        if len(upwards) >= LONGEST or last.issuer == last.subject:
            return best
        for issuer in self._issuers(last):
            if any(issuer.sha256 == each.sha256 for each in upwards):
                continue
            path = self._best([*upwards, issuer])
            if path.anchored:
                return path
            best = max(best, path, key=lambda each: len(each.certificates))
        return best

    def _issuers(self, certificate: x509.Certificate) -> Iterator[x509.Certificate]:
        if not self._by_subject:
            for candidate in (*self.anchors, *self.at_hand):
                self._by_subject[candidate.subject.hashable].append(candidate)
        for candidate in self._by_subject.get(certificate.issuer.hashable, ()):
            if self._issued(certificate, candidate):
                yield candidate

    def _issued(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
        key = certificate.sha256, issuer.sha256
        if key not in self._links:
            self._links[key] = len(self._links) < MOST_LINKS and holds_signature(certificate, issuer)
        return self._links[key]


def holds_signature(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's key made the certificate's signature."""
    try:
        LenientValidator().validate_signature(
            certificate["signature_value"].native,
            certificate["tbs_certificate"].dump(),
            issuer.public_key,
            certificate["signature_algorithm"],
        )
    except Exception:  # whatever the key or the algorithm is: the link does not hold here
        return False
    return True
