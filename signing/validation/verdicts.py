"""What a validation found, as values: frozen, comparable, and turned to and from plain JSON without loss.

The words are those of ETSI EN 319 102-1 (clause 5.1.3 and table 5). A fact that could not be established is None:
"unknown" is never written as False.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from signing.validation.canonical import from_plain, to_plain


class Indication(StrEnum):
    """The main status of a signature, EN 319 102-1 clause 5.1.3."""

    TOTAL_PASSED = "TOTAL-PASSED"
    INDETERMINATE = "INDETERMINATE"
    TOTAL_FAILED = "TOTAL-FAILED"


class SubIndication(StrEnum):
    """Why a signature did not pass, EN 319 102-1 tables 5 and 6."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    SIG_CONSTRAINTS_FAILURE = "SIG_CONSTRAINTS_FAILURE"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    CERTIFICATE_CHAIN_GENERAL_FAILURE = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    POLICY_PROCESSING_ERROR = "POLICY_PROCESSING_ERROR"
    SIGNATURE_POLICY_NOT_AVAILABLE = "SIGNATURE_POLICY_NOT_AVAILABLE"
    TIMESTAMP_ORDER_FAILURE = "TIMESTAMP_ORDER_FAILURE"
    NO_SIGNING_CERTIFICATE_FOUND = "NO_SIGNING_CERTIFICATE_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    REVOKED_CA_NO_POE = "REVOKED_CA_NO_POE"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    OUT_OF_BOUNDS_NOT_REVOKED = "OUT_OF_BOUNDS_NOT_REVOKED"
    REVOCATION_OUT_OF_BOUNDS_NO_POE = "REVOCATION_OUT_OF_BOUNDS_NO_POE"
    CRYPTO_CONSTRAINTS_FAILURE_NO_POE = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    NO_POE = "NO_POE"
    TRY_LATER = "TRY_LATER"
    SIGNED_DATA_NOT_FOUND = "SIGNED_DATA_NOT_FOUND"
    GENERIC = "GENERIC"


class Outcome(StrEnum):
    """One word for a whole file. For benches and filters; people read the indications."""

    VALID = "VALID"
    MODIFIED = "MODIFIED"
    TAMPERED = "TAMPERED"
    TIMESTAMP_BROKEN = "TIMESTAMP_BROKEN"
    INDETERMINATE = "INDETERMINATE"
    NO_SIGNATURE = "NO_SIGNATURE"
    UNPROCESSABLE = "UNPROCESSABLE"


class SignatureKind(StrEnum):
    """What a signature field holds."""

    SIGNATURE = "signature"
    DOCUMENT_TIMESTAMP = "document timestamp"


class TimestampKind(StrEnum):
    """Where a time-stamp token stands."""

    SIGNATURE = "signature"  # unsigned attribute: proves that the signature existed
    CONTENT = "content"  # signed attribute: proves that the content existed before it was signed
    DOCUMENT = "document"  # a signature field of its own: proves that the file up to there existed


class ChangeKind(StrEnum):
    """What one later revision did to a signed document."""

    VALIDATION_DATA = "validation data"  # certificates, revocation data, time-stamps, metadata: nothing that shows
    FORM_FILLED = "form filled"  # fields filled or changed, further signatures
    ANNOTATED = "annotated"
    NOT_ALLOWED = "not allowed"
    NOT_READABLE = "not readable"  # could not be compared: never taken for harmless


class Fact(StrEnum):
    """One of the three separate facts of a signature. OPEN: it cannot be told from what is here, which is no failure."""

    HOLDS = "holds"
    OPEN = "open"
    FAILS = "fails"


class Covered(StrEnum):
    """How the signed bytes lie in the file."""

    WHOLE_FILE = "whole file"  # up to the end; blanks after it do not count
    REVISION = "revision"  # a whole revision, others follow
    REWRITTEN = "rewritten"  # a whole revision, but what the form shows as the signature was written after it
    NOT_ACCEPTABLE = "not acceptable"


class Revocation(StrEnum):
    """What revocation data says of a certificate or of a whole path."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"  # no data, or none that speaks of the time in question


class EvidenceKind(StrEnum):
    """What a verdict may rest on."""

    CERTIFICATE = "certificate"
    CRL = "crl"
    OCSP = "ocsp"
    TIMESTAMP = "timestamp"


class EvidenceSource(StrEnum):
    """Where a piece of evidence was taken from."""

    FILE = "file"
    GIVEN = "given"  # known here beside the file
    ANCHOR = "anchor"


class WantedKind(StrEnum):
    """What is missing."""

    OCSP = "ocsp"
    CRL = "crl"
    ISSUER = "issuer"


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence by its code and the words to put in; `wording.text_of` renders it in the active language."""

    code: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One revision after the signed one. `revision` counts from 0, the oldest."""

    revision: int
    kind: ChangeKind
    allowed: bool
    fields: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate as it names itself. Names are brought to NFC for display; `sha256` is of the DER bytes."""

    subject: str
    organisation: str | None
    issuer: str
    serial: str
    sha256: str
    not_before: datetime
    not_after: datetime
    revocation: Revocation = Revocation.UNKNOWN
    anchor: bool = False


@dataclass(frozen=True, slots=True)
class TimestampFacts:
    """A time-stamp token (RFC 3161). `intact` is None where the authority's certificate is not at hand.

    `time` is what the token says, None where the token cannot be read. `trusted`: whether the authority's chain leads
    to an anchor and held; None where that was not established. `path`: from the authority's certificate upwards, as far
    as it is known. `sha256` of the token's DER bytes.
    """

    kind: TimestampKind
    time: datetime | None
    authority: str | None
    intact: bool | None
    trusted: bool | None = None
    path: tuple[CertificateFacts, ...] = ()
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class AlgorithmFacts:
    """The algorithms of a signature. `weak` by the policy; None where the algorithm is not known."""

    digest: str
    signature: str
    key: str
    key_bits: int | None
    weak: bool | None


@dataclass(frozen=True, slots=True)
class IntegrityFacts:
    """The first fact: are the signed bytes what was signed, and does the file still show only that?

    `bytes_intact`: digest and signature value hold. `changes_allowed`: what came after is acceptable (None: not judged).
    `pages_changed`: page numbers (from 1) that show something else since, where pages were drawn. `signers`: how many
    SignerInfos the signature holds (a PDF allows one).
    """

    status: Fact = Fact.OPEN
    bytes_intact: bool | None = None
    covered: Covered | None = None
    revision: int | None = None
    later_revisions: int = 0
    changes_allowed: bool | None = None
    pages_changed: tuple[int, ...] = ()
    pages_compared: int = 0
    signers: int | None = None


@dataclass(frozen=True, slots=True)
class IdentityFacts:
    """The second fact: does the signer's certificate lead to an anchor, and did it hold at the time in question?

    `anchored`: the path ends at an anchor. `revocation` of the whole path, at the time in question; `revoked_at` where
    a certificate of it was revoked at all. `usable`: key usage and constraints allow such a signature. `strong`: the
    algorithms were good enough at the time in question, by the policy. None: not established.
    """

    status: Fact = Fact.OPEN
    anchored: bool | None = None
    anchor_sha256: str | None = None
    revocation: Revocation = Revocation.UNKNOWN
    revoked_at: datetime | None = None
    usable: bool | None = None
    strong: bool | None = None


@dataclass(frozen=True, slots=True)
class TimeFacts:
    """The third fact: when did the signature exist?

    `claimed` by the signer; `stamped`: the earliest intact token's time; `proven`: the same where its authority is
    trusted. `judged_at`: the time for which the identity was judged: `proven`, else the time of the validation.
    """

    status: Fact = Fact.OPEN
    claimed: datetime | None = None
    stamped: datetime | None = None
    proven: datetime | None = None
    judged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """Everything established about one signature or document time-stamp.

    `best_time`: the earliest time at which an intact time-stamp shows the signature to have existed, None without one;
    whether its authority is trusted is part of the indication.
    `covers_document`: whether the signed bytes reach the end of the file. `permission`: DocMDP 1, 2 or 3.
    `path`: the signer's certificate first, then its issuers as far as they are known; the last is an anchor where
    `identity.anchored`. `provable_until`: the earliest date after which what is here no longer suffices to conclude
    (`provable.provable`); None where nothing can be concluded even now. `provable_because` says what ends then.
    """

    field: str
    kind: SignatureKind
    indication: Indication
    sub_indication: SubIndication | None
    intact: bool | None
    covers_document: bool | None
    changes_after: tuple[Change, ...]
    changes_allowed: bool | None
    level: str
    signer: str | None
    certificate: CertificateFacts | None
    claimed_time: datetime | None
    best_time: datetime | None
    timestamps: tuple[TimestampFacts, ...]
    algorithm: AlgorithmFacts | None
    permission: int | None
    sub_filter: str | None
    reason: str | None
    message: Message
    findings: tuple[Message, ...] = ()
    integrity: IntegrityFacts = IntegrityFacts()
    identity: IdentityFacts = IdentityFacts()
    time: TimeFacts = TimeFacts()
    path: tuple[CertificateFacts, ...] = ()
    provable_until: datetime | None = None
    provable_because: Message | None = None

    @property
    def status(self) -> str:
        """The indication in the standard's word for what this is: TOTAL-PASSED is said of signatures (EN 319 102-1,
        5.1.3), PASSED of the time-stamps they are proven by (5.4)."""
        if self.kind is SignatureKind.DOCUMENT_TIMESTAMP:
            return self.indication.value.removeprefix("TOTAL-")
        return self.indication.value


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One thing that a verdict rests on: a certificate of a path, revocation data for one, or a time-stamp token.

    `sha256` is of the DER bytes; `der_base64` those bytes, empty where they were moved out of the verdict into a store.
    `subject` and `issuer` are names for display: the certificate's, the list's or the responder's, the authority's.
    `used_for`: names of the signature fields whose verdict it was at hand for.
    """

    kind: EvidenceKind
    sha256: str
    source: EvidenceSource
    der_base64: str
    subject: str
    issuer: str
    this_update: datetime | None = None
    next_update: datetime | None = None
    not_after: datetime | None = None
    used_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something that would settle an open question, and the address at which a certificate says it is to be had.

    `certificate_sha256`: the certificate it is wanted for; `issuer_sha256`: that of its issuer, where it is known.
    """

    kind: WantedKind
    url: str
    certificate_sha256: str
    issuer_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What was seen of the file as a whole. Lengths in bytes; None where the file could not be read that far."""

    size: int
    revisions: int | None = None
    encrypted: bool | None = None
    uncovered_bytes: int | None = None
    pages_compared: int = 0


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """The answer for one file, with all that is needed to defend or repeat it.

    `policy_hash` and `sha256` are lower-case hexadecimal; `anchors` the SHA-256 of the trust anchors' DER bytes;
    `at` the time asked for (None: the time of the run); `seconds` wall-clock time of the run. `evidence`: what the
    verdict rests on; `wanted`: what would settle more. `knowledge_given`: pieces known here that were handed in beside
    the file, `knowledge_unreadable` of them were no certificate, revocation list or answer; `knowledge`: the SHA-256 of
    each, in that order, where who asked keeps them.
    """

    sha256: str
    outcome: Outcome
    message: Message
    signatures: tuple[SignatureVerdict, ...]
    file: FileFacts
    policy: str
    policy_version: str
    policy_hash: str
    tools: dict[str, str]
    anchors: tuple[str, ...]
    validated_at: datetime
    at: datetime | None
    seconds: float
    evidence: tuple[EvidenceItem, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    knowledge_given: int = 0
    knowledge_unreadable: int = 0
    knowledge: tuple[str, ...] = ()

    @property
    def indication(self) -> Indication | None:
        """That of the weakest signature; None where there is no signature."""
        worst = (Indication.TOTAL_FAILED, Indication.INDETERMINATE, Indication.TOTAL_PASSED)
        return min((signature.indication for signature in self.signatures), key=worst.index, default=None)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data: str, float, int, bool, None, lists and dicts; times in ISO 8601 with zone."""
        return to_plain(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "FileVerdict":
        """The inverse of `to_dict`; what an earlier version did not write has its default.

        Raises KeyError, TypeError or ValueError where the data is of another shape.
        """
        return from_plain(cls, data)
