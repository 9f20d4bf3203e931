"""A validation policy is a value: its name, version and hash go into every verdict."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time

import rfc8785


@dataclass(frozen=True, slots=True)
class AlgorithmEnd:
    """The last day on which a signature made with this algorithm is still believed without a proof that it is older.

    `algorithm`: a digest's name ("sha1") or a key's ("rsa", "dsa", "ec"). `below_bits`: only keys shorter than this; 0:
    all. `last_day` in ISO 8601. `source`: the document that names the day.
    """

    algorithm: str
    below_bits: int
    last_day: str
    source: str

    @property
    def moment(self) -> datetime:
        """The end of the last day, UTC."""
        return datetime.combine(date.fromisoformat(self.last_day), time.max, UTC)

    def concerns(self, algorithm: str, bits: int | None = None) -> bool:
        """Whether it speaks of this digest, or of a key of this kind and length."""
        if not algorithm.startswith(self.algorithm):
            return False
        return not self.below_bits or (bits is not None and bits < self.below_bits)


TODAY, PROVEN_TIME = "today", "proven-time"
NIST_112_BITS = "NIST SP 800-57 part 1, table 4: 112 bits of security"

# Days, not promises: ETSI TS 119 312 looks a few years ahead and is renewed. QCVN 16:2025/BQP and the list of compulsory
# standards of the Ministry of Information and Communications ask for SHA-2 and RSA of 2048 bits or more, and name no end.
ALGORITHM_ENDS = (
    AlgorithmEnd("md2", 0, "2004-08-01", "ETSI TS 102 176-1"),
    AlgorithmEnd("md5", 0, "2004-08-01", "ETSI TS 102 176-1"),
    AlgorithmEnd("sha1", 0, "2012-08-01", "ETSI TS 119 312; ETSI TS 102 176-1"),
    AlgorithmEnd("rsa", 1024, "2010-08-01", "ETSI TS 119 312; ETSI TS 102 176-1"),
    AlgorithmEnd("rsa", 1900, "2019-10-01", "ETSI TS 119 312"),
    AlgorithmEnd("rsa", 3000, "2030-12-31", NIST_112_BITS),
    AlgorithmEnd("dsa", 2048, "2015-12-31", "ETSI TS 119 312"),
    AlgorithmEnd("dsa", 3000, "2030-12-31", NIST_112_BITS),
    AlgorithmEnd("ec", 224, "2012-08-01", "ETSI TS 119 312; ETSI TS 102 176-1"),
    AlgorithmEnd("ec", 250, "2021-10-01", "ETSI TS 119 312"),
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a signature must satisfy.

    `require_revocation`: without a revocation answer for each certificate below the anchor nothing
    passes. `require_timestamp`: an archived verdict must outlive the certificate, so nothing passes without a proof of when
    the signature existed. `compare_pages`: pages are drawn before and after where a later revision did more than add validation
    data, at most `pages_limit` of them, `page_pixels` on the longer side, and `page_seconds` in all. `algorithm_ends`:
    until when algorithms are believed; a signature must be proven to be older than that. `revocation_speaks_of`: the time that
    answers on revocation must speak of, where the present is not conclusive: "today" for certificates that still run, or the time at
    which the signature is proven to have existed.
    """

    name: str
    version: str
    require_revocation: bool = True
    require_timestamp: bool = True
    compare_pages: bool = True
    pages_limit: int = 40
    page_pixels: int = 500
    page_seconds: float = 3.0
    algorithm_ends: tuple[AlgorithmEnd, ...] = ALGORITHM_ENDS
    revocation_speaks_of: str = TODAY

    @property
    def hash(self) -> str:
        """SHA-256 of the policy's canonical JSON (RFC 8785), lower-case hexadecimal.

        What came to the policy later stays out of it where it says the same as before: kept policies keep their hash.
        """
        parts = asdict(self)
        if self.asks_revocation_of_today:
            del parts["revocation_speaks_of"]
        return hashlib.sha256(rfc8785.dumps(parts)).hexdigest()

    @property
    def asks_revocation_of_today(self) -> bool:
        """Whether a running certificate needs an answer on revocation that is of use today."""
        return self.revocation_speaks_of == TODAY

    def end_of(self, algorithm: str, bits: int | None = None) -> AlgorithmEnd | None:
        """The earliest end that concerns a digest, or a key of this kind and length; None where none is known."""
        concerned = [end for end in self.algorithm_ends if end.concerns(algorithm, bits)]
        return min(concerned, key=lambda end: end.last_day, default=None)


# 2 asked for answers of today on every certificate that still runs: no paper passed between the next update of its own data and the end of
# its certificate. 3 asks for the proven time (EN 319 102-1, 5.2.5.4).
ARCHIVE = Policy(name="archive", version="3", revocation_speaks_of=PROVEN_TIME)
