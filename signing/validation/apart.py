"""The three facts of a signature, each by itself: integrity, identity, time; and what they rest on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from asn1crypto import cms

from signing.validation.document import SignedPdf
from signing.validation.examination import Examined
from signing.validation.facts import certificate_facts
from signing.validation.material import sha256_of, tokens_of
from signing.validation.provable import (
    End,
    earliest,
    ends_of_algorithms,
    ends_of_chain_algorithms,
    ends_of_path,
    latest_of,
)
from signing.validation.trust import Judge, Judgement
from signing.validation.verdicts import (
    AlgorithmFacts,
    CertificateFacts,
    Fact,
    IdentityFacts,
    Indication,
    IntegrityFacts,
    Message,
    Revocation,
    SignatureKind,
    SubIndication,
    TimeFacts,
    TimestampFacts,
    TimestampKind,
)

WEAK = (SubIndication.CRYPTO_CONSTRAINTS_FAILURE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
# Evidence that the identity does not hold; where only a proof of time is missing, it is open.
IDENTITY_FAILS = (
    SubIndication.REVOKED,
    SubIndication.EXPIRED,
    SubIndication.NOT_YET_VALID,
    SubIndication.CHAIN_CONSTRAINTS_FAILURE,
)
REVOKED = (SubIndication.REVOKED, SubIndication.REVOKED_NO_POE, SubIndication.REVOKED_CA_NO_POE)


def integrity_facts(found: Examined, pdf: SignedPdf) -> IntegrityFacts:
    """Bytes, coverage and changes."""
    status = Fact.OPEN
    if found.intact is False or found.modified:
        status = Fact.FAILS
    elif found.intact:
        status = Fact.HOLDS
    later = pdf.xrefs.total_revisions - 1 - found.revision if found.embedded is not None else 0
    return IntegrityFacts(
        status=status,
        bytes_intact=found.integrity.intact,
        covered=found.coverage,
        revision=found.revision if found.embedded is not None else None,
        later_revisions=max(0, later),
        changes_allowed=None if found.intact is not True else not found.modified,
        pages_changed=found.pages_changed,
        pages_compared=found.pages_compared,
        signers=found.signers,
    )


def identity_facts(
    found: Examined, judgement: Judgement, algorithm: AlgorithmFacts | None, judge: Judge
) -> IdentityFacts:
    """Chain, revocation, use and strength."""
    sub, path = judgement.sub_indication, judgement.path
    status = Fact.OPEN
    if judgement.chain_held:
        status = Fact.HOLDS
    elif sub in IDENTITY_FAILS:
        status = Fact.FAILS
    revocation = Revocation.UNKNOWN
    if judgement.chain_held and judge.trust.policy.require_revocation:
        revocation = Revocation.GOOD
    elif sub in REVOKED:
        revocation = Revocation.REVOKED
    usable = True if judgement.chain_held else None
    if sub is SubIndication.CHAIN_CONSTRAINTS_FAILURE or (
        sub is SubIndication.SIG_CONSTRAINTS_FAILURE and not judgement.chain_held
    ):
        usable = False
    strong = None if algorithm is None or algorithm.weak is None else not algorithm.weak
    return IdentityFacts(
        status=status,
        anchored=path.anchored if path.certificates else None,
        anchor_sha256=path.certificates[-1].sha256.hex() if path.anchored else None,
        revocation=revocation,
        revoked_at=judgement.revoked_at,
        usable=usable,
        strong=False if sub in WEAK else strong,
    )


def time_facts(
    found: Examined, judgement: Judgement, claimed: datetime | None, times: Sequence[datetime], judge: Judge
) -> TimeFacts:
    """Claimed, time-stamped, proven."""
    status = Fact.OPEN
    proven = judgement.best_time
    if found.kind is SignatureKind.DOCUMENT_TIMESTAMP and judgement.indication is Indication.TOTAL_PASSED:
        proven = min(times, default=proven)
    if found.broken_timestamps:
        status = Fact.FAILS
    elif proven is not None:
        status = Fact.HOLDS
    return TimeFacts(
        status=status,
        claimed=claimed,
        stamped=min(times, default=None),
        proven=proven,
        judged_at=proven or judge.timing.validation_time,
    )


def path_facts(judgement: Judgement) -> tuple[CertificateFacts, ...]:
    """The signer's certificate and its issuers, with what is known of each one's revocation."""
    path, found = judgement.path, []
    for place, certificate in enumerate(path.certificates):
        facts = certificate_facts(certificate)
        if facts is None:
            continue
        anchor = path.anchored and place == len(path.certificates) - 1
        revocation = Revocation.UNKNOWN
        if judgement.chain_held and not anchor:
            revocation = Revocation.GOOD
        elif judgement.sub_indication in (SubIndication.REVOKED, SubIndication.REVOKED_NO_POE) and place == 0:
            revocation = Revocation.REVOKED
        found.append(replace(facts, anchor=anchor, revocation=revocation))
    return tuple(found)


def judged_tokens(found: Examined, judge: Judge, judgement: Judgement) -> tuple[TimestampFacts, ...]:
    """The time-stamps of a signature with what is known of their authorities."""
    if found.embedded is None or not found.tokens:
        return found.tokens
    if found.kind is SignatureKind.DOCUMENT_TIMESTAMP:
        trusted = None if not judge.trust.anchors else judgement.indication is Indication.TOTAL_PASSED
        return tuple(replace(token, trusted=trusted, path=path_facts(judgement)) for token in found.tokens)
    judged = judge.judge_tokens(found.embedded.signed_data)
    result = []
    for token in found.tokens:
        one = judged.get(token.sha256)
        if one is None:
            result.append(token)
            continue
        held = Judgement(Indication.INDETERMINATE, None, chain_held=bool(one.trusted), path=one.path)
        result.append(replace(token, trusted=one.trusted, path=path_facts(held)))
    return tuple(result)


def use(found: Examined, judgement: Judgement, tokens: Sequence[TimestampFacts], judge: Judge) -> None:
    """Note the paths and tokens that the verdict rests on, and those about which something is missing."""
    assert found.embedded is not None
    signed_data, uses = found.embedded.signed_data, judge.uses
    uses.paths.append((found.name, judgement.path))
    is_stamp = found.kind is SignatureKind.DOCUMENT_TIMESTAMP
    enclosed = [signed_data] if is_stamp else tokens_of(signed_data)
    judged = {} if is_stamp else judge.judge_tokens(signed_data)
    for token in enclosed:
        uses.tokens.append((found.name, token))
        one = judged.get(sha256_of(token.dump()))
        if one is not None:
            uses.paths.append((found.name, one.path))
            if one.trusted is False and judge.trust.anchors:
                uses.open.append(one.path)
    missing = judgement.indication is Indication.INDETERMINATE and not judgement.chain_held
    if missing and judge.trust.anchors and judgement.path.certificates:
        uses.open.append(judgement.path)


def provable_end(found: Examined, judgement: Judgement, tokens: Sequence[TimestampFacts], judge: Judge) -> End | None:
    """The earliest end of what the conclusion rests on (`provable`). None where evidence speaks against it."""
    if found.embedded is None or (judgement.against and not judgement.chain_held):
        return None
    later = [stamp for stamp in judge.past.stamps if stamp.revision > found.revision]
    good = [stamp for stamp in later if _counts(judge, stamp.revision)]
    if good:
        newest = max(good, key=lambda stamp: stamp.revision)
        ends = _token_ends(newest.token, judge)
        if not judgement.chain_held:
            ends += ends_of_path(judgement.path, "ends_certificate")
        return earliest(ends)
    signed_data, policy = found.embedded.signed_data, judge.trust.policy
    if found.kind is SignatureKind.DOCUMENT_TIMESTAMP:
        return earliest(_token_ends(signed_data, judge))
    ends = ends_of_path(judgement.path, "ends_certificate")
    trusted = {
        token.sha256
        for token in tokens
        if token.kind is TimestampKind.SIGNATURE and token.intact and token.trusted is not False
    }
    guards = [_token_ends(token, judge) for token in tokens_of(signed_data) if sha256_of(token.dump()) in trusted]
    guards = [guard for guard in guards if guard]
    if guards:
        return earliest([*ends, *latest_of(guards)])
    ends += ends_of_algorithms(signed_data, policy) + ends_of_chain_algorithms(judgement.path, policy)
    return earliest([*ends, *_ends_of_revocation_data(judge, judgement)])


def _counts(judge: Judge, revision: int) -> bool:
    answer = judge.past.answers.get(revision)
    return not judge.trust.anchors or (answer is not None and answer.passed)


def _token_ends(token: cms.SignedData, judge: Judge) -> list[End]:
    path = judge.path_of(token)
    policy = judge.trust.policy
    return [
        *ends_of_path(path, "ends_authority"),
        *ends_of_algorithms(token, policy),
        *ends_of_chain_algorithms(path, policy),
    ]


def _ends_of_revocation_data(judge: Judge, judgement: Judgement) -> list[End]:
    """The latest next update among the lists of each issuer in the path: later, nothing here speaks of the present."""
    if not judgement.chain_held:
        return []
    found = []
    issuers = {certificate.issuer.dump() for certificate in judgement.path.below_anchor}
    for issuer in issuers:
        updates = [
            listed["tbs_cert_list"]["next_update"].native
            for listed in judge.material.crls.values()
            if listed.issuer.dump() == issuer
        ]
        known = [moment.astimezone(UTC) for moment in updates if moment is not None]
        if known:
            found.append(End(max(known), Message("ends_revocation_data")))
    return found
