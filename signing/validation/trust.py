"""Whether a chain leads to a trust anchor and held at the proven time: ETSI EN 319 102-1, clauses 5.3 to 5.6.

Nothing is fetched: revocation data comes from the file, or was given as known.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from asn1crypto import cms, x509
from pyhanko.sign.ades.report import AdESStatus
from pyhanko.sign.validation import KeyUsageConstraints, generic_cms
from pyhanko.sign.validation.ades import ades_basic_validation
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, REQUIRE_REVINFO, CertRevTrustPolicy

from signing.validation.algorithms import EndsOfAlgorithms
from signing.validation.anchors import SIGNATURES, TIMESTAMPS, Anchor, AnchorNotReadable, manager, read_qualified
from signing.validation.chains import NO_PATH, Chains, Path
from signing.validation.evidence import Uses
from signing.validation.facts import aware
from signing.validation.integrity import LenientValidator, signer_certificate
from signing.validation.knowledge import Knowledge
from signing.validation.material import Material, sha256_of, tokens_of
from signing.validation.past import Answer, Past, Stamp
from signing.validation.policy import Policy
from signing.validation.verdicts import Indication, SubIndication

INDICATIONS = {
    AdESStatus.PASSED: Indication.TOTAL_PASSED,
    AdESStatus.INDETERMINATE: Indication.INDETERMINATE,
    AdESStatus.FAILED: Indication.TOTAL_FAILED,
}
# Evidence against the signature, as opposed to evidence that is missing here.
AGAINST = {
    SubIndication.REVOKED,
    SubIndication.REVOKED_NO_POE,
    SubIndication.REVOKED_CA_NO_POE,
    SubIndication.EXPIRED,
    SubIndication.NOT_YET_VALID,
    SubIndication.OUT_OF_BOUNDS_NO_POE,
    SubIndication.OUT_OF_BOUNDS_NOT_REVOKED,
    SubIndication.CHAIN_CONSTRAINTS_FAILURE,
    SubIndication.SIG_CONSTRAINTS_FAILURE,
    SubIndication.TIMESTAMP_ORDER_FAILURE,
}


@dataclass(frozen=True)
class TokenJudgement:
    """A time-stamp token: `trusted` None where no anchor was given, or where it stands over the content."""

    trusted: bool | None = None
    path: Path = NO_PATH


@dataclass(frozen=True)
class Judgement:
    """What is known of trust. `best_time`: earliest proof that the signature existed; None without one.

    `against`: there is evidence against the signature, as opposed to evidence that is missing here.
    `evidence_missing`: the chain was not concluded, and there is no revocation data at all. `chain_held`: the chain was
    concluded at the time in question, whatever else the policy asks for.
    """

    indication: Indication
    sub_indication: SubIndication | None
    best_time: datetime | None = None
    against: bool = False
    evidence_missing: bool = False
    chain_held: bool = False
    path: Path = NO_PATH
    revoked_at: datetime | None = None


NOTHING_KNOWN = Knowledge()
NOT_CONCLUSIVE = (SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, SubIndication.TRY_LATER)


def read_anchors(given: Sequence[bytes]) -> list[x509.Certificate]:
    """Certificates from PEM (any number in each) or DER. Raises AnchorNotReadable."""
    return [anchor.certificate for anchor in read_qualified(given)]


class Trust:
    """Anchors and a time to judge by: `at`, or `now` where that is None."""

    def __init__(
        self,
        anchors: Sequence[Anchor | x509.Certificate],
        now: datetime,
        at: datetime | None,
        policy: Policy,
        known: Knowledge = NOTHING_KNOWN,
    ) -> None:
        self.known = known
        self.policy = policy
        qualified = [each if isinstance(each, Anchor) else Anchor(each) for each in anchors]
        self.anchors = tuple(anchor.certificate for anchor in qualified)
        at = at or now
        revocation = REQUIRE_REVINFO if policy.require_revocation else NO_REVOCATION
        algorithms = CMSAlgorithmUsagePolicy.lift_policy(EndsOfAlgorithms(policy))
        signatures, timestamps = (
            CertValidationPolicySpec(
                trust_manager=manager(qualified, purpose),
                revinfo_policy=CertRevTrustPolicy(revocation_checking_policy=revocation),
                algorithm_usage_policy=algorithms,
                signature_validator=LenientValidator(),
            )
            for purpose in (SIGNATURES, TIMESTAMPS)
        )
        self.spec = SignatureValidationSpec(
            cert_validation_policy=signatures,
            ts_cert_validation_policy=timestamps,
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY,
                certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
            ),
            key_usage_settings=KeyUsageConstraints(
                key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
            ),
            signature_algorithm_policy=algorithms,
        )
        self.timing = ValidationTimingInfo(validation_time=at, best_signature_time=at, point_in_time_validation=True)

    def over(self, material: Material, stamps: Iterable[Stamp] = ()) -> "Judge":
        """A judge for the signatures of one file, from what is at hand for it."""
        return Judge(self, material, tuple(stamps))


class Judge:
    """Judges the signatures and time-stamps of one file; what they have in common is worked out once."""

    def __init__(self, trust: Trust, material: Material, stamps: Sequence[Stamp]) -> None:
        self.trust = trust
        self.timing = trust.timing
        self.material = material
        self.chains = Chains(list(material.certificates.values()), trust.anchors)
        knowledge = material.local_knowledge()
        # What is in the file exists at the time of the validation, also of one in the future: that asks what the file alone
        # will prove. pyHanko would look at the clock at each use, and find every certificate younger than the moment at
        # which it began.
        held_since = self.timing.validation_time
        knowledge = replace(knowledge, known_poes=list(knowledge.assert_existence_known_at(held_since)))
        self.spec = replace(trust.spec, local_knowledge=knowledge)
        self.past = Past(self.spec, self.timing, trust.policy, held_since, stamps)
        self.uses = Uses()
        self._tokens: dict[str, dict[str, TokenJudgement]] = {}

    def judge_signature(self, signed_data: cms.SignedData, digest: bytes, *, stamped: bool) -> Judgement:
        """A signature over content of this digest. With a time-stamp in or after it by the algorithm for long-term
        validation material (clause 5.6.3), else by the basic one (5.3)."""
        path = self._path(signed_data, None)
        if not self.trust.anchors:
            return Judgement(Indication.INDETERMINATE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND, path=path)
        try:
            answer = _run(self.past.signature(signed_data, digest) if stamped else self._basic(signed_data, digest))
        except Exception:  # the file's own data made the algorithm stop: nothing is concluded
            return Judgement(Indication.INDETERMINATE, SubIndication.GENERIC, path=path)
        judged = self._judgement(signed_data, answer)
        unproven = judged.best_time is None  # also where the time-stamp itself is not, or no longer, believed
        if judged.indication is Indication.TOTAL_PASSED and unproven and self.trust.policy.require_timestamp:
            return replace(
                judged, indication=Indication.INDETERMINATE, sub_indication=SubIndication.SIG_CONSTRAINTS_FAILURE
            )
        return judged if stamped else self._held_to_validity(signed_data, judged)

    def judge_timestamp(self, stamp: Stamp) -> Judgement:
        """A document time-stamp, by the file's own validation data and by the time-stamps after it."""
        path = self._path(stamp.token, None)
        if not self.trust.anchors:
            return Judgement(Indication.INDETERMINATE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND, path=path)
        try:
            _run(self.past.proofs())
            answer = self.past.answers[stamp.revision]
        except Exception:
            return Judgement(Indication.INDETERMINATE, SubIndication.GENERIC, path=path)
        return self._judgement(stamp.token, answer)

    def judge_tokens(self, signed_data: cms.SignedData) -> dict[str, TokenJudgement]:
        """The tokens inside a signature, by the SHA-256 of their DER bytes: those over its value are judged."""
        key = sha256_of(signed_data["signer_infos"][0]["signature"].native)
        if key not in self._tokens:
            self._tokens[key] = self._judge_tokens(signed_data)
        return self._tokens[key]

    def _judge_tokens(self, signed_data: cms.SignedData) -> dict[str, TokenJudgement]:
        tokens = tokens_of(signed_data)
        found = {sha256_of(token.dump()): TokenJudgement(path=self._path(token, None)) for token in tokens}
        if not self.trust.anchors or not found:
            return found
        try:
            attached = list(generic_cms.extract_tst_data_iter(signed_data["signer_infos"][0], signed=False))
            for token, answer in zip(attached, _run(self.past.attached(signed_data)), strict=True):
                found[sha256_of(token.dump())] = TokenJudgement(answer.passed, self._path(token, answer.path))
        except Exception:  # noqa: S110 - a token that stops the algorithm is not trusted, and not distrusted either
            pass
        return found

    async def _basic(self, signed_data: cms.SignedData, digest: bytes) -> Answer:
        result = await ades_basic_validation(signed_data, self.spec, timing_info=self.timing, raw_digest=digest)
        answer = Answer.of(result, None)
        if not answer.passed:
            return answer
        return await self.past.unless_revoked(answer, self.timing.validation_time, is_timestamp=False)

    def _judgement(self, signed_data: cms.SignedData, answer: Answer) -> Judgement:
        time = None if answer.time is None else aware(answer.time)
        judged = Judgement(
            INDICATIONS[answer.sub_indication.status],
            None,
            best_time=time if answer.proven else None,
            chain_held=answer.passed,
            # A path that did not hold may have failed at a link: only links that were verified are shown then.
            path=self._path(signed_data, answer.path if answer.passed else None),
            revoked_at=None if answer.revoked_at is None else aware(answer.revoked_at),
        )
        if answer.passed:
            return judged
        try:
            sub_indication = SubIndication(answer.sub_indication.standard_name)
        except ValueError:
            sub_indication = SubIndication.GENERIC
        missing = sub_indication is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE and not (
            self.material.crls or self.material.responses
        )
        against = sub_indication in AGAINST
        return replace(judged, sub_indication=sub_indication, against=against, evidence_missing=missing)

    def _held_to_validity(self, signed_data: cms.SignedData, judged: Judgement) -> Judgement:
        """Where the chain alone was not conclusive, the certificate's own dates still may be."""
        certificate = signer_certificate(signed_data)
        if judged.sub_indication not in NOT_CONCLUSIVE or certificate is None:
            return judged
        if self.timing.validation_time < certificate.not_valid_before:
            return replace(judged, sub_indication=SubIndication.NOT_YET_VALID, against=True, evidence_missing=False)
        if self.timing.validation_time > certificate.not_valid_after:
            out_of_bounds = SubIndication.OUT_OF_BOUNDS_NO_POE
            return replace(judged, sub_indication=out_of_bounds, against=True, evidence_missing=False)
        return judged

    def path_of(self, signed_data: cms.SignedData) -> Path:
        """From the certificate of a signature or token upwards."""
        return self._path(signed_data, None)

    def _path(self, signed_data: cms.SignedData, validated: ValidationPath | None) -> Path:
        if validated is not None:
            return Path(tuple(reversed(list(validated.iter_certs(include_root=True)))), anchored=True)
        certificate = signer_certificate(signed_data)
        return Path() if certificate is None else self.chains.path_of(certificate)


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


__all__ = ["AnchorNotReadable", "Judge", "Judgement", "TokenJudgement", "Trust", "read_anchors"]
