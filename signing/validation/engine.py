"""A file's verdict: reads it, examines each signature, weighs them together. Runs inside the worker process."""

import hashlib
import logging
import time
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pypdfium2
from asn1crypto import x509

from signing.validation.anchors import Anchor, read_qualified
from signing.validation.canonical import from_plain
from signing.validation.coverage import covered_end
from signing.validation.differences import Differences
from signing.validation.document import (
    BYTE_RANGE,
    FilledField,
    NotReadable,
    SignedPdf,
    contents_of,
    filled_fields,
    once_filled,
    open_pdf,
    revision_ends,
    unexplained_tail,
    unlisted_objects,
    usage_rights_only,
)
from signing.validation.evidence import evidence_of, wanted_of
from signing.validation.examination import Examined, examine
from signing.validation.knowledge import read_knowledge
from signing.validation.material import gathered
from signing.validation.once import worked_out_once
from signing.validation.pages import Comparison, compare_pages
from signing.validation.policy import Policy
from signing.validation.stamps import stamps_of
from signing.validation.trust import Trust
from signing.validation.verdict_of import hold_to_who_covers, verdict_of, weigh
from signing.validation.verdicts import (
    ChangeKind,
    Covered,
    EvidenceItem,
    FileFacts,
    FileVerdict,
    Message,
    Outcome,
    SignatureVerdict,
    Wanted,
)
from signing.validation.widgets import placed_of, rectangles_of

PREFIXES_TRIED = 8  # earlier revisions looked into when the newest cannot be read


@cache
def tool_versions() -> dict[str, str]:
    """The versions of the libraries that the verdict rests on."""
    names = ("pyHanko", "pyhanko-certvalidator", "cryptography", "asn1crypto", "pypdfium2")
    return {name: version(name) for name in names}


def validate(
    path: str,
    trust: Sequence[bytes],
    now: str,
    at: str | None,
    password: str | None,
    policy: dict[str, Any],
    knowledge: Sequence[bytes] = (),
) -> dict[str, Any]:
    """Entry of the worker process: plain arguments, the verdict as plain JSON data.

    `now` and `at` in ISO 8601 with zone. Raises OSError and AnchorNotReadable.
    """
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    data = Path(path).read_bytes()
    present, moment = datetime.fromisoformat(now), None if at is None else datetime.fromisoformat(at)
    anchors, rules = read_qualified(trust), from_plain(Policy, policy)
    return validate_bytes(data, anchors, present, moment, password, rules, knowledge).to_dict()


def validate_bytes(
    data: bytes,
    anchors: Sequence[x509.Certificate | Anchor],
    now: datetime,
    at: datetime | None,
    password: str | None,
    policy: Policy,
    knowledge: Sequence[bytes] = (),
) -> FileVerdict:
    """The verdict for a PDF's bytes. `at`: the time to judge by, None for `now`. Hostile bytes end in a verdict too."""
    started = time.monotonic()
    known = read_knowledge(knowledge)
    run = _Run(data, Trust(anchors, now, at, policy, known), password, policy)
    with worked_out_once():
        outcome, message = run.outcome()
    return FileVerdict(
        sha256=hashlib.sha256(data).hexdigest(),
        outcome=outcome,
        message=message,
        signatures=tuple(run.verdicts),
        file=run.facts,
        policy=policy.name,
        policy_version=policy.version,
        policy_hash=policy.hash,
        tools=tool_versions(),
        anchors=tuple(sorted(anchor.sha256.hex() for anchor in run.trust.anchors)),
        validated_at=now,
        at=at,
        seconds=round(time.monotonic() - started, 4),
        evidence=run.evidence,
        wanted=run.wanted,
        knowledge_given=known.given,
        knowledge_unreadable=known.unreadable,
    )


class _Run:
    """One validation of one file."""

    def __init__(self, data: bytes, trust: Trust, password: str | None, policy: Policy) -> None:
        self.data = data
        self.trust = trust
        self.password = password
        self.policy = policy
        self.facts = FileFacts(size=len(data))
        self.verdicts: list[SignatureVerdict] = []
        self.evidence: tuple[EvidenceItem, ...] = ()
        self.wanted: tuple[Wanted, ...] = ()

    def outcome(self) -> tuple[Outcome, Message]:
        """Read and judge."""
        try:
            pdf, fields = _read(self.data, self.password)
        except NotReadable as error:
            return self._unreadable(error)
        if not fields:
            return self._unsigned(pdf)
        found = self._examined(pdf, fields)
        self._conclude(pdf, found)
        return weigh(found, self.verdicts)

    def _unreadable(self, error: NotReadable) -> tuple[Outcome, Message]:
        """The newest revision cannot be read: an earlier one, a signature's bytes, or nothing may be there."""
        self.facts = FileFacts(size=len(self.data), encrypted=error.code.startswith(("password", "encrypted")) or None)
        why = Message(error.code, {"detail": error.detail} if error.detail else {})
        if error.code != "damaged":
            return Outcome.UNPROCESSABLE, why
        for end in list(reversed(revision_ends(self.data)))[:PREFIXES_TRIED]:
            if end == len(self.data):
                continue
            try:
                pdf, fields = _read(self.data[:end], self.password)
            except NotReadable:
                continue
            if fields:
                found = self._examined(pdf, fields)
                for signature in found:
                    signature.modified.append(Message("unreadable_after"))
                self._conclude(pdf, found)
                return weigh(found, self.verdicts)
        if BYTE_RANGE.search(self.data):
            return Outcome.TAMPERED, Message("damaged_signed", {"detail": error.detail})
        return Outcome.UNPROCESSABLE, why

    def _unsigned(self, pdf: SignedPdf) -> tuple[Outcome, Message]:
        self.facts = self._file_facts(pdf, None)
        if gone := {field.name for field in once_filled(pdf)}:
            return Outcome.MODIFIED, Message("signature_removed", {"fields": ", ".join(sorted(gone))})
        if BYTE_RANGE.search(self.data) and not usage_rights_only(pdf):
            return Outcome.TAMPERED, Message("signature_hidden")
        return Outcome.NO_SIGNATURE, Message("no_signature")

    def _examined(self, pdf: SignedPdf, fields: Sequence[FilledField]) -> list[Examined]:
        differences = Differences(pdf)
        found = sorted((examine(field, pdf, differences) for field in fields), key=lambda each: each.revision)
        _hold_permissions(found)
        _find_removed(pdf, found, {contents_of(field) for field in fields})
        uncovered = self._hold_tail(pdf, found)
        self.facts = self._file_facts(pdf, uncovered)
        if self.policy.compare_pages:
            self._compare_pages(pdf, found)
        return found

    def _hold_tail(self, pdf: SignedPdf, found: Sequence[Examined]) -> int:
        """Bytes that no revision explains, or objects that no cross-reference lists, after the bytes that each signature signed.

        Also before the end of a later one: who signs or stamps later does not look for what is hidden.
        """
        ends = [(each, covered_end(each.embedded, self.data) or 0) for each in found if each.embedded is not None]
        intact = [end for each, end in ends if each.intact]
        if not intact or min(intact) >= len(self.data):
            return 0
        tail = unexplained_tail(pdf) if max(end for _, end in ends) < len(self.data) else 0
        hidden = unlisted_objects(pdf, min(intact))
        for each, end in ends:
            if tail:
                each.modified.append(Message("hidden_tail", {"bytes": str(tail)}))
            elif count := sum(place >= end for place in hidden):
                each.modified.append(Message("hidden_objects", {"count": str(count)}))
        return tail

    def _compare_pages(self, pdf: SignedPdf, found: Sequence[Examined]) -> None:
        """Draw the oldest revision after which more than validation data changed beside the newest."""
        for each in found:
            if each.modified or each.embedded is None or each.coverage is not Covered.REVISION:
                continue
            if all(change.kind is ChangeKind.VALIDATION_DATA for change in each.changes):
                continue
            end = covered_end(each.embedded, self.data)
            later = {other.name for other in found if other.revision > each.revision}
            filled = {name for change in each.changes for name in change.fields} - later
            before = {other.name for other in found if other.revision <= each.revision}
            try:
                signed = pdf.get_historical_resolver(each.revision)
                newest = pdf.get_historical_resolver(pdf.xrefs.total_revisions - 1)
                result = compare_pages(
                    self.data[:end],
                    self.data,
                    rectangles_of(signed, filled),
                    self.policy,
                    self.password,
                    placed_of(newest, later),
                    rectangles_of(signed, before),
                )
            except pypdfium2.PdfiumError:
                return  # not drawn, so `pages_compared` stays 0; the difference analysis stands alone
            self.facts = self._file_facts(pdf, self.facts.uncovered_bytes, result.compared)
            each.pages_compared = result.compared
            each.pages_changed = tuple(number + 1 for number in result.changed)
            if result.changed:
                pages = ", ".join(map(str, each.pages_changed))
                each.modified.append(Message("pages_differ", {"pages": pages}))
            self._hold_uncovered(found, result)
            return

    def _hold_uncovered(self, found: Sequence[Examined], result: Comparison) -> None:
        """What later signatures lie over was signed by each one before them."""
        revisions = {each.name: each.revision for each in found}
        for each in found:
            over = {name for name in result.touching | result.hiding if revisions[name] > each.revision}
            each.covered_by = frozenset(over)
            if each.intact and (hiding := over & result.hiding):
                each.modified.append(Message("covered", {"fields": ", ".join(sorted(hiding))}))

    def _conclude(self, pdf: SignedPdf, found: Sequence[Examined]) -> None:
        signatures = [each.embedded.signed_data for each in found if each.embedded is not None]
        material = gathered(pdf, signatures, self.trust.known)
        judge = self.trust.over(material, stamps_of(found, pdf))
        self.verdicts = hold_to_who_covers(found, [verdict_of(each, pdf, judge) for each in found])
        self.evidence = evidence_of(judge.uses, material, self.trust.anchors)
        self.wanted = wanted_of(judge.uses)

    def _file_facts(self, pdf: SignedPdf, uncovered: int | None, compared: int = 0) -> FileFacts:
        return FileFacts(len(self.data), pdf.xrefs.total_revisions, bool(pdf.encrypted), uncovered, compared)


def _read(data: bytes, password: str | None) -> tuple[SignedPdf, list[FilledField]]:
    pdf = open_pdf(data, password)
    try:
        return pdf, filled_fields(pdf)
    except Exception as error:
        raise NotReadable("damaged", str(error)) from None


def _hold_permissions(found: Sequence[Examined]) -> None:
    """A later signature may not allow more than an earlier one (ISO 32000-2, table 258, /P)."""
    strictest = None
    for each in found:
        if each.permission is None or not each.intact:
            continue
        if strictest is not None and each.permission.value > strictest:
            each.modified.append(Message("permission_loosened"))
        strictest = each.permission.value if strictest is None else min(strictest, each.permission.value)


def _find_removed(pdf: SignedPdf, found: Sequence[Examined], present: Collection[bytes | None]) -> None:
    """Signatures that an earlier revision's form had and the newest has not, or has others in their place."""
    gone = {field.name for field in once_filled(pdf) if contents_of(field) not in present}
    if gone:
        message = Message("signature_removed", {"fields": ", ".join(sorted(gone))})
        for each in found:
            each.modified.append(message)
