"""Validation with the past in mind: ETSI EN 319 102-1, clause 5.6, put together from pyHanko's building blocks.

pyHanko's own `ades_lta_validation` walks the whole file again for each signature, so a file with fifty of them takes
fifty times as long; here the chain of document time-stamps is judged once. It also differs where pyHanko refuses what
the standard lets pass, or believes too much:

- time-stamps are judged from the newest to the oldest, each by proofs from those after it that were found good
  (clause 5.6.2.3). pyHanko lends each the proofs of the next before that one is judged, and drops all proofs when one
  time-stamp of the chain is not conclusive, though the newer ones still prove what they cover;
- the time of a signature's time-stamp that is proven only with the help of later ones counts as its time.
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime

from asn1crypto import cms
from pyhanko.sign.ades.report import AdESIndeterminate, AdESPassed, AdESStatus, AdESSubIndic
from pyhanko.sign.validation import generic_cms
from pyhanko.sign.validation.ades import (
    _LTA_FURTHER_PROC,
    AdESBasicValidationResult,
    _ades_past_signature_validation,
    _ades_signature_crypto_policy_check,
    ades_timestamp_validation,
    ades_with_time_validation,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.policy_decl import SignatureValidationSpec, bootstrap_validation_data_handlers
from pyhanko_certvalidator.errors import PathError
from pyhanko_certvalidator.ltv.poe import POEManager, POEType, digest_for_poe
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.path import ValidationPath

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
    held_since: datetime
    stamps: Sequence[Stamp] = ()
    answers: dict[int, Answer] = field(default_factory=dict)  # of the stamps, by revision
    _proofs: POEManager | None = None
    _tokens: dict[tuple[bytes, bytes], Answer] = field(default_factory=dict)

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
        answer = await self._with_past(token, now, copy(proofs), is_timestamp=True)
        # pyHanko lets a token pass for its time-stamped past without asking whether its own algorithms were good then.
        return self._held_to_algorithms(token, answer, proofs[token["signer_infos"][0]["signature"].native])

    async def signature(self, signed_data: cms.SignedData, digest: bytes) -> Answer:
        """A signature over content of this digest (5.6.3)."""
        proofs = copy(await self.proofs())
        signer = signed_data["signer_infos"][0]
        value = signer["signature"].native
        tokens = list(generic_cms.extract_tst_data_iter(signer, signed=False))
        imprint = generic_cms.message_imprint_checker(signer)
        now = await ades_with_time_validation(
            signed_data,
            self.spec,
            timing_info=self.timing,
            raw_digest=digest,
            validation_data_handlers=self._handlers(proofs),
        )
        if now.ades_subindic not in _LTA_FURTHER_PROC:
            return Answer.of(now, proofs[value])
        digest_of_value = digest_for_poe(value)
        proven = any(digest_of_value in stamp.proven for stamp in self.stamps if self.answers[stamp.revision].passed)
        for token in tokens:
            if (await self._attached(token, imprint, proofs)).passed:
                proofs.register(value, POEType.VALIDATION, _time(token))
                proven = True
        answer = await self._with_past(signed_data, now, copy(proofs), is_timestamp=False)
        return replace(self._held_to_algorithms(signed_data, answer, proofs[value]), proven=proven)

    async def attached(self, signed_data: cms.SignedData) -> list[Answer]:
        """The time-stamps over a signature's value, in their order."""
        proofs = copy(await self.proofs())
        signer = signed_data["signer_infos"][0]
        imprint = generic_cms.message_imprint_checker(signer)
        return [
            await self._attached(token, imprint, proofs)
            for token in generic_cms.extract_tst_data_iter(signer, signed=False)
        ]

    async def _attached(self, token: cms.SignedData, imprint: Imprint, proofs: POEManager) -> Answer:
        key = token["signer_infos"][0]["signature"].native, token["encap_content_info"].dump()
        if key not in self._tokens:
            self._tokens[key] = await self.token(token, imprint, proofs)
        return self._tokens[key]

    async def _with_past(
        self, signed_data: cms.SignedData, now: AdESBasicValidationResult, proofs: POEManager, *, is_timestamp: bool
    ) -> Answer:
        """Past signature validation (5.6.2.4) where the present is not conclusive."""
        value = signed_data["signer_infos"][0]["signature"].native
        answer = Answer.of(now, proofs[value])
        if not isinstance(now.ades_subindic, AdESIndeterminate) or now.ades_subindic not in _LTA_FURTHER_PROC:
            return answer
        try:
            path = await _ades_past_signature_validation(
                signed_data,
                validation_spec=self.spec,
                poe_manager=proofs,
                current_time_sub_indic=now.ades_subindic,
                init_control_time=self.timing.validation_time,
                is_timestamp=is_timestamp,
            )
        except SignatureValidationError as error:
            better = error.ades_subindication
            if better is None or better is AdESPassed.OK or _revoked_before(answer, better, proofs[value]):
                return answer
            return replace(answer, sub_indication=better)
        except PathError:
            return answer
        return replace(answer, sub_indication=AdESPassed.OK, path=path)

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


def _revoked_before(answer: Answer, past: AdESSubIndic, best_time: datetime) -> bool:
    """Whether the past adds nothing: what proves the signature is no older than the revocation.

    Then the present answer stands (5.5.4 and the last step of 5.6.2.4: REVOKED_NO_POE), where pyHanko says NO_POE of its
    sliding. It is not TOTAL-FAILED: a time-stamp over the signature proves that it existed by then, not that it did not
    exist before; only one over the content could (5.3.4).
    """
    revoked = answer.sub_indication in (AdESIndeterminate.REVOKED_NO_POE, AdESIndeterminate.REVOKED_CA_NO_POE)
    late = answer.revoked_at is not None and answer.revoked_at <= best_time
    return revoked and late and past is AdESIndeterminate.NO_POE


def _time(token: cms.SignedData) -> datetime:
    time: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return time
