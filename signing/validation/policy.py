"""A validation policy is a value: its name, version and hash go into every verdict."""

import hashlib
from dataclasses import asdict, dataclass

import rfc8785


@dataclass(frozen=True, slots=True)
class Policy:
    """What a signature must satisfy.

    `weak_digests` and `smallest_rsa_bits` mark algorithms as weak; they are reported, and with trust anchors judged at
    the best time. `require_revocation`: without a revocation answer for each certificate below the anchor nothing
    passes. `require_timestamp`: an archived verdict must outlive the certificate, so nothing passes without a proof of when
    the signature existed. `compare_pages`: pages are drawn before and after where a later revision did more than add validation
    data, at most `pages_limit` of them, `page_pixels` on the longer side, and `page_seconds` in all.
    """

    name: str
    version: str
    weak_digests: tuple[str, ...] = ("md2", "md5", "sha1")
    smallest_rsa_bits: int = 2048
    require_revocation: bool = True
    require_timestamp: bool = True
    compare_pages: bool = True
    pages_limit: int = 40
    page_pixels: int = 500
    page_seconds: float = 3.0

    @property
    def hash(self) -> str:
        """SHA-256 of the policy's canonical JSON (RFC 8785), lower-case hexadecimal."""
        return hashlib.sha256(rfc8785.dumps(asdict(self))).hexdigest()


ARCHIVE = Policy(name="archive", version="1")
