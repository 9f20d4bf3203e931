"""Until when what is here suffices to conclude a signature: the earliest end of what the conclusion rests on.

- With a time-stamp over the document after the signature (the newest counts): the end of its authority's certificates,
  and of the algorithms of its token. What it covers it proves, however old (EN 319 102-1, 5.6.2.3).
- Without one: also the end of the signer's certificates, for nothing proves that the revocation data of the file was
  there before that (5.6.2.4 asks for it); and of the signature's own time-stamp, or without any time-stamp of the
  revocation data and of the signature's algorithms.

For a signature that cannot be concluded now because something is missing the dates say until when it can be fetched:
an authority need not list a certificate that has ended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import cms, x509

from signing.validation.algorithms import ends_of, key_bits
from signing.validation.chains import Path
from signing.validation.facts import name_of
from signing.validation.integrity import signer_certificate
from signing.validation.policy import Policy
from signing.validation.verdicts import Message

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError)


@dataclass(frozen=True)
class End:
    """A moment and what ends at it."""

    moment: datetime
    because: Message


def ends_of_path(path: Path, code: str) -> list[End]:
    """The ends of the certificates below the anchor, told by the sentence `code`."""
    found = []
    for certificate in path.below_anchor:
        try:
            moment = certificate.not_valid_after.astimezone(UTC)
        except UNREADABLE:
            continue
        found.append(End(moment, Message(code, {"name": name_of(certificate.subject)})))
    return found


def ends_of_algorithms(signed_data: cms.SignedData, policy: Policy) -> list[End]:
    """The ends of the algorithms that a signature or a token was made with, the imprint's digest among them."""
    certificate = signer_certificate(signed_data)
    try:
        [signer] = signed_data["signer_infos"]
        digests = {str(signer["digest_algorithm"]["algorithm"].native)}
        content = signed_data["encap_content_info"]
        if content["content_type"].native == "tst_info":
            imprint = content["content"].parsed["message_imprint"]
            digests.add(str(imprint["hash_algorithm"]["algorithm"].native))
        key, bits = _key(certificate)
    except UNREADABLE:
        return []
    ends = {end for digest in digests for end in ends_of(policy, digest, key, bits)}
    return [
        End(end.moment, Message("ends_algorithm", {"algorithm": end.algorithm, "source": end.source})) for end in ends
    ]


def ends_of_chain_algorithms(path: Path, policy: Policy) -> list[End]:
    """The ends of the algorithms with which the certificates of a path were signed."""
    found = []
    for certificate, issuer in zip(path.certificates, path.certificates[1:], strict=False):
        try:
            digest = str(certificate["signature_algorithm"].hash_algo)
            ends = ends_of(policy, digest, *_key(issuer))
        except UNREADABLE:
            continue
        found += [
            End(end.moment, Message("ends_algorithm", {"algorithm": end.algorithm, "source": end.source}))
            for end in ends
        ]
    return found


def earliest(ends: Iterable[End]) -> End | None:
    """The first to come."""
    return min(ends, key=lambda end: end.moment, default=None)


def latest_of(guards: Sequence[list[End]]) -> list[End]:
    """Of several time-stamps, each of which suffices, the one that holds longest."""
    return max(guards, key=lambda ends: min(end.moment for end in ends), default=[])


def _key(certificate: x509.Certificate | None) -> tuple[str, int | None]:
    if certificate is None:
        return "", None
    return str(certificate.public_key.algorithm), key_bits(certificate.public_key)
