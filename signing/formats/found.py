"""From what was found of one signature to its verdict, and from the verdicts to one word for the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from asn1crypto import x509

from signing.formats.chain import Judged, judge_of
from signing.validation.apart import identity_facts, judged_tokens, path_facts, provable_end, use
from signing.validation.evidence import evidence_of, wanted_of
from signing.validation.examination import Examined
from signing.validation.facts import certificate_facts
from signing.validation.integrity import INTACT, Integrity
from signing.validation.trust import Judge, Judgement, Trust
from signing.validation.verdict_of import NOT_CONCLUDED
from signing.validation.verdicts import (
    AlgorithmFacts,
    Covered,
    EvidenceItem,
    Fact,
    IdentityFacts,
    Indication,
    IntegrityFacts,
    Message,
    Outcome,
    SignatureKind,
    SignatureVerdict,
    SubIndication,
    TimeFacts,
    TimestampFacts,
    TimestampKind,
    Wanted,
)


@dataclass
class Found:
    """Everything about one signature that does not need its chain.

    `name`: how it is called in its file; `form`: CMS, CAdES, XML-DSig, XAdES or OOXML. `covers`: whether it signs the whole
    file; `unsigned`: what it leaves out. `judged` None: there is nothing whose chain could be judged.
    `counter`: it signs another signature, and no file.
    """

    name: str
    form: str
    integrity: Integrity = INTACT
    kind: SignatureKind = SignatureKind.SIGNATURE
    certificate: x509.Certificate | None = None
    judged: Judged | None = None
    tokens: tuple[TimestampFacts, ...] = ()
    level: str = "-"
    claimed_time: datetime | None = None
    algorithm: AlgorithmFacts | None = None
    covers: bool | None = None
    unsigned: list[str] = field(default_factory=list)
    reason: str | None = None
    counter: bool = False
    findings: list[Message] = field(default_factory=list)
    against: bool = False

    @property
    def embedded(self) -> Judged | None:
        """Where its CMS is, by the name that `validation.apart` knows."""
        return self.judged

    @property
    def intact(self) -> bool | None:
        return self.integrity.intact

    @property
    def revision(self) -> int:
        """Nothing can follow it inside its file."""
        return 0

    @property
    def stamped(self) -> bool:
        """Whether an intact token over the signature's value is there."""
        return any(token.kind is TimestampKind.SIGNATURE and token.intact for token in self.tokens)

    @property
    def broken_timestamps(self) -> bool:
        """Whether a token is there that is not over what it stands on."""
        return any(token.intact is False for token in self.tokens)


@dataclass
class Concluded:
    """The verdicts in the order of what was found, and what they rest on."""

    verdicts: list[SignatureVerdict] = field(default_factory=list)
    evidence: dict[str, EvidenceItem] = field(default_factory=dict)
    wanted: dict[Wanted, None] = field(default_factory=dict)

    def take(self, evidence: Iterable[EvidenceItem], wanted: Iterable[Wanted]) -> None:
        """Each piece once, for all signatures that rest on it."""
        for item in evidence:
            known = self.evidence.get(item.sha256)
            names = {*item.used_for, *(known.used_for if known else ())}
            self.evidence[item.sha256] = replace(item, used_for=tuple(sorted(names)))
        self.wanted.update(dict.fromkeys(wanted))


def conclude(found: Sequence[Found], trust: Trust) -> Concluded:
    """The verdict on each signature, and what they rest on together."""
    result = Concluded()
    for one in found:
        judge = None if one.judged is None else judge_of(one.judged, trust)
        result.verdicts.append(_verdict(one, judge, trust))
        if judge is not None:
            result.take(evidence_of(judge.uses, judge.material, trust.anchors), wanted_of(judge.uses))
    return result


def _verdict(found: Found, judge: Judge | None, trust: Trust) -> SignatureVerdict:
    judgement, message = _judged(found, judge)
    found.against = judgement.against
    intact = found.integrity.intact
    facts = None if found.certificate is None else certificate_facts(found.certificate)
    # What stands apart from the signature's syntax is worked out as for a PDF's.
    examined = cast(Examined, found)
    identity, end = IdentityFacts(), None
    if judge is not None:
        found.tokens = judged_tokens(examined, judge, judgement)
        identity = identity_facts(examined, judgement, found.algorithm, judge)
        if intact:
            end = provable_end(examined, judgement, found.tokens, judge)
            use(examined, judgement, found.tokens, judge)
    times = [token.time for token in found.tokens if token.intact and token.time is not None]
    findings = [*found.findings] if message in found.findings else [message, *found.findings]
    return SignatureVerdict(
        field=found.name,
        kind=found.kind,
        indication=judgement.indication,
        sub_indication=judgement.sub_indication,
        intact=intact,
        covers_document=found.covers if intact else None,
        changes_after=(),
        changes_allowed=True if intact else None,
        level=found.level if intact else "-",
        signer=None if facts is None else facts.subject,
        certificate=facts,
        claimed_time=found.claimed_time,
        best_time=judgement.best_time or min(times, default=None),
        timestamps=found.tokens,
        algorithm=found.algorithm,
        permission=None,
        sub_filter=found.form,
        reason=found.reason,
        message=message,
        findings=tuple(findings),
        integrity=_integrity_facts(found),
        identity=identity,
        time=_time_facts(found, judgement, times, trust),
        path=path_facts(judgement),
        provable_until=None if end is None else end.moment,
        provable_because=None if end is None else end.because,
    )


def _integrity_facts(found: Found) -> IntegrityFacts:
    intact = found.integrity.intact
    status = {True: Fact.HOLDS, False: Fact.FAILS, None: Fact.OPEN}[intact]
    covered = Covered.WHOLE_FILE if intact and found.covers else None
    return IntegrityFacts(
        status=status, bytes_intact=intact, covered=covered, changes_allowed=True if intact else None, signers=1
    )


def _time_facts(found: Found, judgement: Judgement, times: Sequence[datetime], trust: Trust) -> TimeFacts:
    proven = judgement.best_time
    status = Fact.OPEN
    if found.broken_timestamps:
        status = Fact.FAILS
    elif proven is not None:
        status = Fact.HOLDS
    return TimeFacts(
        status=status,
        claimed=found.claimed_time,
        stamped=min(times, default=None),
        proven=proven,
        judged_at=proven or trust.timing.validation_time,
    )


def _judged(found: Found, judge: Judge | None) -> tuple[Judgement, Message]:
    integrity = found.integrity
    detail = {"detail": integrity.detail[:500]} if integrity.detail else {}
    if integrity.intact is not True:
        # EN 319 102-1, table 5: what the cryptographic check cannot even process has failed by its form.
        failed = integrity.intact is False or integrity.code == "not_xml_signature"
        indication = Indication.TOTAL_FAILED if failed else Indication.INDETERMINATE
        return Judgement(indication, integrity.sub_indication), Message(integrity.code, detail)
    if found.judged is None or judge is None:
        return Judgement(Indication.INDETERMINATE, SubIndication.NO_SIGNING_CERTIFICATE_FOUND), Message(
            "no_certificate"
        )
    if found.judged.stamp is not None:
        judgement = judge.judge_timestamp(found.judged.stamp)
    else:
        judgement = judge.judge_signature(found.judged.signed_data, found.judged.digest, stamped=found.stamped)
    passed = judgement.indication is Indication.TOTAL_PASSED
    if found.broken_timestamps:
        if passed:
            judgement = replace(judgement, indication=Indication.INDETERMINATE, sub_indication=SubIndication.GENERIC)
        return judgement, Message("timestamp_broken")
    if found.covers is False:
        # A signature over a part says nothing of the rest: nothing passes that a reader would take for the whole.
        if passed:
            constraints = SubIndication.SIG_CONSTRAINTS_FAILURE
            judgement = replace(judgement, indication=Indication.INDETERMINATE, sub_indication=constraints)
        return judgement, Message("signs_only_parts", {"parts": shortened(found.unsigned)})
    if passed:
        return judgement, Message("passed")
    code = NOT_CONCLUDED.get(judgement.sub_indication or SubIndication.GENERIC, "intact_not_concluded")
    if code == "intact_no_timestamp" and judgement.against:
        code = "intact_not_concluded"
    if judgement.evidence_missing:
        code = "intact_no_revocation_data"
    return judgement, Message(code)


def weigh(found: Sequence[Found], verdicts: Sequence[SignatureVerdict], *, whole: bool) -> tuple[Outcome, Message]:
    """One word for the file: the worst that is known of any signature. `whole`: together they sign all of it."""
    paired = list(zip(found, verdicts, strict=True))
    signatures = [pair for pair in paired if not pair[0].counter]
    for group in (signatures, paired):
        broken = [verdict for one, verdict in group if one.integrity.intact is False]
        if broken:
            return Outcome.TAMPERED, broken[0].message
    if any(one.broken_timestamps for one in found):
        return Outcome.TIMESTAMP_BROKEN, Message("timestamp_broken")
    missing = [
        verdict for one, verdict in paired if one.integrity.sub_indication is SubIndication.SIGNED_DATA_NOT_FOUND
    ]
    if missing:
        return Outcome.INDETERMINATE, missing[0].message
    unknown = [verdict for one, verdict in paired if one.integrity.intact is None]
    if unknown:
        return Outcome.UNPROCESSABLE, unknown[0].message
    if not whole:
        partial = [verdict for one, verdict in signatures if one.covers is False]
        return Outcome.INDETERMINATE, partial[0].message if partial else Message("intact_not_concluded")
    doubtful = [verdict for one, verdict in signatures if one.against]
    if doubtful:
        return Outcome.INDETERMINATE, doubtful[0].message
    questions = [verdict.message for _, verdict in signatures if verdict.indication is not Indication.TOTAL_PASSED]
    return Outcome.VALID, questions[0] if questions else Message("passed")


def shortened(names: Sequence[str], most: int = 12) -> str:
    """The first names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" … (+{more})" if more > 0 else "")
