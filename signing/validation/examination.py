"""One signature in its file: what is found about it, before a verdict is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from asn1crypto import cms, x509
from pyhanko.pdf_utils import generic
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.validation.coverage import coverage_of
from signing.validation.differences import Differences
from signing.validation.document import FilledField, SignedPdf, contents_of
from signing.validation.facts import attached_timestamps, lock_of, permission_of, token_facts
from signing.validation.integrity import Integrity, check_signature, check_token, signer_certificate
from signing.validation.verdicts import (
    Change,
    ChangeKind,
    Covered,
    Message,
    SignatureKind,
    SubIndication,
    TimestampFacts,
    TimestampKind,
)

RFC3161 = "/ETSI.RFC3161"
SUB_FILTERS = ("/adbe.pkcs7.detached", "/adbe.pkcs7.sha1", "/ETSI.CAdES.detached", "/PBAD_PAdES", RFC3161)


@dataclass
class Examined:
    """What is found about one filled signature field. `embedded` is None where the value is no signature at all.

    `modified`: what came after it and is not acceptable. `certificate` is the signer's, as enclosed. `against`: its
    chain speaks against it. `covered_by`: fields of later signatures that lie over something it signed.
    """

    name: str
    kind: SignatureKind
    embedded: EmbeddedPdfSignature | None
    sub_filter: str | None
    integrity: Integrity
    coverage: Covered | None = None
    changes: tuple[Change, ...] = ()
    tokens: tuple[TimestampFacts, ...] = ()
    certificate: x509.Certificate | None = None
    permission: MDPPerm | None = None
    modified: list[Message] = field(default_factory=list)
    against: bool = False
    pages_changed: tuple[int, ...] = ()
    pages_compared: int = 0
    covered_by: frozenset[str] = frozenset()
    signers: int | None = None

    @property
    def intact(self) -> bool | None:
        """Whether the signature holds over acceptable bytes."""
        if self.coverage is Covered.NOT_ACCEPTABLE:
            return False
        return self.integrity.intact

    @property
    def revision(self) -> int:
        """The signed revision, counted from 0; -1 where there is none."""
        return self.embedded.signed_revision if self.embedded is not None else -1

    @property
    def stamped(self) -> bool:
        """Whether an intact token over the signature's value is inside it."""
        return any(token.kind is TimestampKind.SIGNATURE and token.intact for token in self.tokens)

    @property
    def broken_timestamps(self) -> bool:
        """Whether a token inside the signature is not over it."""
        return any(token.intact is False for token in self.tokens)


def examine(filled: FilledField, pdf: SignedPdf, differences: Differences) -> Examined:
    """Everything about one filled field that does not need the others. Never raises for what is in the file."""
    try:
        return _examine(filled, pdf, differences)
    except Exception as error:  # a hostile file may raise anything: a finding about this field, and no crash
        reason = f"{type(error).__name__}: {error}"[:500]
        integrity = Integrity(None, SubIndication.FORMAT_FAILURE, "unreadable_signature", reason)
        return Examined(filled.name, SignatureKind.SIGNATURE, None, None, integrity)


def _examine(filled: FilledField, pdf: SignedPdf, differences: Differences) -> Examined:
    value = filled.value
    if not isinstance(value, generic.DictionaryObject):
        raise TypeError("the field's value is not a signature dictionary")
    sub_filter = _name(value, "/SubFilter")
    kind = SignatureKind.SIGNATURE
    if sub_filter == RFC3161:
        kind = SignatureKind.DOCUMENT_TIMESTAMP
        # Some writers leave /Type out or write /Sig; what the value is, its SubFilter says.
        value[generic.NameObject("/Type")] = generic.NameObject("/DocTimeStamp")
    if (signers := _signers(filled)) is not None and signers != 1:
        # EN 319 142-1, 6.3 (h): exactly one. Which of several would be meant, nothing says.
        integrity = Integrity(None, SubIndication.FORMAT_FAILURE, "several_signers")
        return Examined(filled.name, kind, None, sub_filter, integrity, signers=signers)
    embedded = EmbeddedPdfSignature(pdf, filled.field, filled.name)
    found = Examined(filled.name, kind, embedded, sub_filter, _integrity(embedded, kind, sub_filter))
    found.signers = signers
    found.certificate = signer_certificate(embedded.signed_data)
    found.coverage = coverage_of(embedded, pdf.data)
    if found.intact is False:
        return found
    found.permission = permission_of(embedded)
    if kind is SignatureKind.DOCUMENT_TIMESTAMP:
        found.tokens = (token_facts(embedded.signed_data, TimestampKind.DOCUMENT, embedded),)
    else:
        found.tokens = attached_timestamps(embedded)
    if found.coverage is Covered.REWRITTEN:
        found.modified.append(Message("rewritten"))
    elif found.coverage is Covered.REVISION:
        found.changes = differences.after(embedded.signed_revision, found.permission, lock_of(embedded))
        found.modified.extend(_refused(found.changes))
    return found


def _signers(filled: FilledField) -> int | None:
    """How many SignerInfos the signature holds; None where it cannot be read so far."""
    try:
        return len(cms.ContentInfo.load(contents_of(filled) or b"")["content"]["signer_infos"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _integrity(embedded: EmbeddedPdfSignature, kind: SignatureKind, sub_filter: str | None) -> Integrity:
    if sub_filter not in SUB_FILTERS:
        return Integrity(None, SubIndication.FORMAT_FAILURE, "kind_unknown", sub_filter or "")
    if kind is SignatureKind.DOCUMENT_TIMESTAMP:
        return check_token(embedded.signed_data, embedded)
    return check_signature(embedded, sub_filter)


def _refused(changes: Sequence[Change]) -> list[Message]:
    for change in changes:
        if not change.allowed:
            code = "changes_unreadable" if change.kind is ChangeKind.NOT_READABLE else "changes_not_allowed"
            return [Message(code, {"revision": str(change.revision + 1), "detail": change.detail})]
    return []


def _name(dictionary: generic.DictionaryObject, key: str) -> str | None:
    value = dictionary.get(key)
    return str(value) if isinstance(value, generic.NameObject) else None
