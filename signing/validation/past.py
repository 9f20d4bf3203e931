"""Validation with the past in mind: ETSI EN 319 102-1, clauses 5.5 and 5.6, put together from pyHanko's building blocks.

pyHanko's own `ades_lta_validation` walks the whole file again for each signature, so a file with fifty of them takes
fifty times as long; here the chain of document time-stamps is judged once. It also differs where pyHanko refuses what
the standard lets pass, or believes too much:

- time-stamps are judged from the newest to the oldest, each by proofs from those after it that were found good
  (clause 5.6.2.3). pyHanko lends each the proofs of the next before that one is judged, and drops all proofs when one
  time-stamp of the chain is not conclusive, though the newer ones still prove what they cover;
- the time of a signature's time-stamp that is proven only with the help of later ones counts as its time;
- where the present is not conclusive, the path is judged at the proven time (`past_path`), with every answer on
  revocation that is at hand.
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime

from asn1crypto import cms
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESStatus, AdESSubIndic
from pyhanko.sign.validation import KeyUsageConstraints, generic_cms
from pyhanko.sign.validation.ades import (
    AdESBasicValidationResult,
    _ades_signature_crypto_policy_check,
    ades_basic_validation,
    ades_timestamp_validation,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.policy_decl import SignatureValidationSpec, bootstrap_validation_data_handlers
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator.ltv.poe import POEManager, POEType, digest_for_poe
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.path import ValidationPath

from signing.validation.integrity import signer_certificate
from signing.validation.past_path import PastPaths, Question
from signing.validation.policy import Policy
from signing.validation.revocation import TOLERANCE, Answers

# What a proof of the past may still settle. The chain as a whole too: an authority that has ended since, or answers that are of the past.
OPEN_TO_THE_PAST = frozenset(
    {
        AdESIndeterminate.REVOKED_NO_POE,
        AdESIndeterminate.REVOKED_CA_NO_POE,
        AdESIndeterminate.OUT_OF_BOUNDS_NO_POE,
        AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED,
        AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
        AdESIndeterminate.REVOCATION_OUT_OF_BOUNDS_NO_POE,
        AdESIndeterminate.TRY_LATER,
        AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE,
    }
)
SETTLED_WITHOUT_PROOF = (
    AdESIndeterminate.REVOKED_NO_POE,
    AdESIndeterminate.REVOKED_CA_NO_POE,
    AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE,
)

Imprint = Callable[[str], bytes]


@dataclass(frozen=True)
class Stamp:
    """A document time-stamp that is intact: what it proves to have existed at its time.

    `proven`: SHA-256 digests of certificates, revocation data and signature values in the bytes that it covers.
    """

    revision: int
    time: datetime
    token: cms.SignedData
    imprint: Imprint
    proven: frozenset[bytes]


@dataclass(frozen=True)
class Answer:
    """What the standard's algorithm says of a signature or token. `time`: the earliest proof of its existence, or when
    the file was first there; `proven`: it is that of a time-stamp found good."""

    sub_indication: AdESSubIndic
    path: ValidationPath | None = None
    time: datetime | None = None
    revoked_at: datetime | None = None
    proven: bool = False

    @classmethod
    def of(cls, result: AdESBasicValidationResult, time: datetime | None) -> "Answer":
        """From pyHanko's result."""
        status = result.api_status
        details = getattr(status, "revocation_details", None)
        revoked_at = None if details is None else details.revocation_date
        return cls(result.ades_subindic, getattr(status, "validation_path", None), time, revoked_at)

    @property
    def passed(self) -> bool:
        """Whether it is concluded."""
        return self.sub_indication.status is AdESStatus.PASSED


@dataclass
class Past:
    """The proofs of existence that the time-stamps of one file give. `held_since`: when the file itself was there."""

    spec: SignatureValidationSpec
    timing: ValidationTimingInfo
    policy: Policy
    held_since: datetime
    stamps: Sequence[Stamp] = ()
    answers: dict[int, Answer] = field(default_factory=dict)  # of the stamps, by revision
    _proofs: POEManager | None = None
    _tokens: dict[tuple[bytes, bytes, bytes], Answer] = field(default_factory=dict)  # by what they stand over too
    _paths: dict[bool, PastPaths] = field(default_factory=dict)

    async def proofs(self) -> POEManager:
        """Everything that the time-stamps found good prove to have existed, and when."""
        if self._proofs is None:
            proofs = POEManager(current_dt_override=self.held_since)
            self.spec.local_knowledge.add_to_poe_manager(proofs)
            for stamp in sorted(self.stamps, key=lambda each: each.revision, reverse=True):
                answer = self.answers[stamp.revision] = await self.token(stamp.token, stamp.imprint, proofs)
                if answer.passed:
                    for digest in stamp.proven:
                        proofs.register_by_digest(digest, POEType.VALIDATION, stamp.time)
            self._proofs = proofs
        return self._proofs

    async def token(self, token: cms.SignedData, imprint: Imprint, proofs: POEManager) -> Answer:
        """A time-stamp token, now or, with the help of proofs, at the time when it was last known good (5.4, 5.6.2)."""
        now = await ades_timestamp_validation(
            token,
            self.spec,
            expected_tst_imprint=imprint,
            timing_info=self.timing,
            validation_data_handlers=self._handlers(proofs),
        )
        value = token["signer_infos"][0]["signature"].native
        answer = Answer.of(now, proofs[value])
        if answer.passed:
            answer = await self.unless_revoked(answer, proofs[value], is_timestamp=True)
        elif answer.sub_indication in OPEN_TO_THE_PAST:
            answer = await self._at_proven_time(token, answer, proofs, is_timestamp=True)
        if answer.passed and _older_than_certificate(token, _time(token)):
            answer = replace(answer, sub_indication=AdESFailure.NOT_YET_VALID)
        # pyHanko lets a token pass for its time-stamped past without asking whether its own algorithms were good then.
        return self._held_to_algorithms(token, answer, proofs[value])

    async def signature(self, signed_data: cms.SignedData, digest: bytes) -> Answer:
        """A signature over content of this digest (5.6.3)."""
        proofs = copy(await self.proofs())
        signer = signed_data["signer_infos"][0]
        value = signer["signature"].native
        now = await ades_basic_validation(
            signed_data,
            self.spec,
            timing_info=self.timing,
            raw_digest=digest,
            validation_data_handlers=self._handlers(proofs),
        )
        present = Answer.of(now, proofs[value])
        if not present.passed and present.sub_indication not in OPEN_TO_THE_PAST:
            return present
        digest_of_value = digest_for_poe(value)
        proven = any(digest_of_value in stamp.proven for stamp in self.stamps if self.answers[stamp.revision].passed)
        imprint, doubts = generic_cms.message_imprint_checker(signer), []
        for token in generic_cms.extract_tst_data_iter(signer, signed=False):
            judged = await self._attached(token, value, imprint, proofs)
            doubts.append(judged.sub_indication)
            if judged.passed:
                proofs.register(value, POEType.VALIDATION, _time(token))
                proven = True
        if not doubts or not proven:
            return replace(present, sub_indication=_without_proof(present, doubts))
        if any(_time(token) > proofs[value] for token in generic_cms.extract_tst_data_iter(signer, signed=True)):
            return replace(present, sub_indication=AdESIndeterminate.TIMESTAMP_ORDER_FAILURE)
        if _older_than_certificate(signed_data, proofs[value]):
            # 5.6.2.4: also where the present passes, whoever held the key before it was certified.
            return replace(present, sub_indication=AdESFailure.NOT_YET_VALID, time=proofs[value], proven=proven)
        if present.passed:
            answer = await self.unless_revoked(present, proofs[value], is_timestamp=False)
        else:
            answer = await self._at_proven_time(signed_data, present, proofs, is_timestamp=False)
        return replace(self._held_to_algorithms(signed_data, answer, proofs[value]), proven=proven)

    async def attached(self, signed_data: cms.SignedData) -> list[Answer]:
        """The time-stamps over a signature's value, in their order."""
        proofs = copy(await self.proofs())
        signer = signed_data["signer_infos"][0]
        imprint = generic_cms.message_imprint_checker(signer)
        return [
            await self._attached(token, signer["signature"].native, imprint, proofs)
            for token in generic_cms.extract_tst_data_iter(signer, signed=False)
        ]

    async def _attached(self, token: cms.SignedData, value: bytes, imprint: Imprint, proofs: POEManager) -> Answer:
        """A time-stamp over this value of a signature; `imprint` digests it."""
        key = token["signer_infos"][0]["signature"].native, token.dump(), value
        if key not in self._tokens:
            self._tokens[key] = await self.token(token, imprint, proofs)
        return self._tokens[key]

    async def _at_proven_time(
        self, signed_data: cms.SignedData, present: Answer, proofs: POEManager, *, is_timestamp: bool
    ) -> Answer:
        """Past signature validation (5.6.2.4) where the present is not conclusive: `present`, or what is better."""
        certificate = signer_certificate(signed_data)
        time = proofs[signed_data["signer_infos"][0]["signature"].native]
        if certificate is None or time >= self.timing.validation_time:
            return present
        runs = certificate.not_valid_after >= self.timing.validation_time
        usage = self.spec.key_usage_settings or KeyUsageConstraints()
        held = await self._past_paths(is_timestamp).judge(
            certificate,
            Question(
                time=time,
                fresh_at=self.timing.validation_time if runs and self.policy.asks_revocation_of_today else time,
                proofs=proofs,
                usage=TimestampSignatureStatus.default_usage_constraints() if is_timestamp else usage,
                revocation_required=self.policy.require_revocation,
            ),
        )
        if held.sub_indication is None:
            return present
        return replace(
            present,
            sub_indication=held.sub_indication,
            path=held.path or present.path,
            revoked_at=held.revoked_at or present.revoked_at,
        )

    async def unless_revoked(self, present: Answer, time: datetime, *, is_timestamp: bool) -> Answer:
        """`present`, which passed, held against every answer at hand: pyHanko stops at the first that suffices."""
        if present.path is None:
            return present
        held = await self._past_paths(is_timestamp).revoked(present.path, time)
        if held.sub_indication is None:
            return present
        return replace(present, sub_indication=held.sub_indication, revoked_at=held.revoked_at)

    def _past_paths(self, is_timestamp: bool) -> PastPaths:
        if is_timestamp not in self._paths:
            policy = self.spec.cert_validation_policy
            if is_timestamp:
                policy = self.spec.ts_cert_validation_policy or policy
            handlers = self._handlers(POEManager(current_dt_override=self.held_since))
            self._paths[is_timestamp] = PastPaths(policy, Answers(policy, handlers))
        return self._paths[is_timestamp]

    def _held_to_algorithms(self, signed_data: cms.SignedData, answer: Answer, time: datetime) -> Answer:
        """The algorithms of a signature that passed must have been good at the earliest proof (5.6.3.4, step 8)."""
        answer = replace(answer, time=time)
        policy = self.spec.cert_validation_policy.algorithm_usage_policy
        if not answer.passed or policy is None:
            return answer
        certificate = generic_cms.extract_certs_for_validation(signed_data).signer_cert
        try:
            _ades_signature_crypto_policy_check(
                signed_data["signer_infos"][0], policy, control_time=time, public_key=certificate.public_key
            )
        except SignatureValidationError as error:
            weak = error.ades_subindication or AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE
            return replace(answer, sub_indication=weak)
        return answer

    def _handlers(self, proofs: POEManager):  # type: ignore[no-untyped-def]
        return bootstrap_validation_data_handlers(self.spec, timing_info=self.timing, poe_manager_override=copy(proofs))


def _without_proof(present: Answer, doubts: Sequence[AdESSubIndic]) -> AdESSubIndic:
    """What is open where no time-stamp of a signature was found good; `doubts`: what was found of each."""
    if present.sub_indication in SETTLED_WITHOUT_PROOF:
        return present.sub_indication
    if not doubts:
        return (
            AdESIndeterminate.SIG_CONSTRAINTS_FAILURE
        )  # 5.5.4: the policy asks for a time-stamp of the signature's own
    if present.passed or doubts[-1] not in OPEN_TO_THE_PAST:
        return doubts[-1]
    return AdESIndeterminate.NO_POE


def _older_than_certificate(signed_data: cms.SignedData, time: datetime) -> bool:
    certificate = signer_certificate(signed_data)
    return certificate is not None and time < certificate.not_valid_before - TOLERANCE


def _time(token: cms.SignedData) -> datetime:
    time: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return time
