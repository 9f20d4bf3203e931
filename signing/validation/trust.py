"""Whether the signer's chain leads to a trust anchor and held at the proven time: ETSI EN 319 102-1, clause 5.6.

pyHanko's implementation of the standard does the work. Nothing is fetched: revocation data comes from the file.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from asn1crypto import pem, x509
from pyhanko.sign.ades.report import AdESStatus
from pyhanko.sign.validation import KeyUsageConstraints, generic_cms
from pyhanko.sign.validation.ades import (
    AdESBasicValidationResult,
    _adobe_revinfo_archival_to_local_knowledge,
    _dss_to_local_knowledge,
    ades_basic_validation,
    ades_lta_validation,
    ades_timestamp_validation,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing.validation.facts import aware
from signing.validation.knowledge import Knowledge
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


class AnchorNotReadable(ValueError):
    """A trust anchor is not a certificate in PEM or DER."""


@dataclass(frozen=True)
class Judgement:
    """What is known of trust. `best_time`: earliest proof that the signature existed; None without one.

    `against`: there is evidence against the signature, as opposed to evidence that is missing here.
    `evidence_missing`: the chain was not concluded, and the file holds no revocation data at all.
    """

    indication: Indication
    sub_indication: SubIndication | None
    best_time: datetime | None = None
    against: bool = False
    evidence_missing: bool = False


NOTHING_KNOWN = Knowledge()
NO_ANCHORS = Judgement(Indication.INDETERMINATE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND)


def read_anchors(given: Sequence[bytes]) -> list[x509.Certificate]:
    """Certificates from PEM (any number in each) or DER. Raises AnchorNotReadable."""
    found = []
    try:
        for data in given:
            parts = [part for _, _, part in pem.unarmor(data, multiple=True)] if pem.detect(data) else [data]
            for part in parts:
                certificate = x509.Certificate.load(part, strict=True)
                str(certificate.subject.native)
                found.append(certificate)
    except (ValueError, TypeError) as error:
        raise AnchorNotReadable(str(error)) from None
    return found


class Trust:
    """Anchors and a time to judge by: `at`, or `now` where that is None."""

    def __init__(
        self,
        anchors: Sequence[x509.Certificate],
        now: datetime,
        at: datetime | None,
        policy: Policy,
        known: Knowledge = NOTHING_KNOWN,
    ) -> None:
        self.now = now
        self.known = known
        at = at or now
        self.anchors = tuple(anchors)
        self.policy = policy
        revocation = REQUIRE_REVINFO if policy.require_revocation else NO_REVOCATION
        self.spec = SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(
                trust_manager=SimpleTrustManager.build(trust_roots=list(anchors)),
                revinfo_policy=CertRevTrustPolicy(revocation_checking_policy=revocation),
            ),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY,
                certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
            ),
            key_usage_settings=KeyUsageConstraints(
                key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
            ),
        )
        self.timing = ValidationTimingInfo(validation_time=at, best_signature_time=at, point_in_time_validation=True)

    def judge_signature(self, signature: EmbeddedPdfSignature, *, stamped: bool) -> Judgement:
        """A signature. With a time-stamp in or after it by the algorithm for long-term validation material (clause
        5.6.3), else by the basic one (5.3)."""
        if not self.anchors:
            return NO_ANCHORS
        try:
            signature.compute_integrity_info(skip_diff=True)
            knowledge = _enclosed(signature)
            judged = self._long_term(signature, knowledge) if stamped else self._basic(signature, knowledge)
            if judged.sub_indication is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE:
                judged = replace(judged, evidence_missing=not (knowledge.known_crls or knowledge.known_ocsps))
        except Exception:  # the file's own data made the algorithm stop: nothing is concluded
            judged = Judgement(Indication.INDETERMINATE, SubIndication.GENERIC)
        return judged if stamped else self._held_to_validity(signature, judged)

    def _long_term(self, signature: EmbeddedPdfSignature, knowledge: LocalKnowledge) -> Judgement:
        held_since = min(self.timing.validation_time, self.now)
        # What is in the file exists at the time of the validation. pyHanko would look at the clock at each use, and
        # find every certificate younger than the moment at which it began.
        knowledge = replace(knowledge, known_poes=list(knowledge.assert_existence_known_at(held_since)))
        specification = PdfSignatureValidationSpec(
            signature_validation_spec=replace(self.spec, local_knowledge=knowledge), diff_policy=None
        )
        result = asyncio.run(ades_lta_validation(signature, specification, timing_info=self.timing))
        best = aware(result.best_signature_time)
        return _judgement(result, best if best < self.timing.validation_time else None)

    def _basic(self, signature: EmbeddedPdfSignature, knowledge: LocalKnowledge) -> Judgement:
        result = asyncio.run(
            ades_basic_validation(
                signature.signed_data,
                replace(self.spec, local_knowledge=knowledge),
                timing_info=self.timing,
                raw_digest=signature.compute_digest(),
            )
        )
        judged = _judgement(result, None)
        if judged.indication is Indication.TOTAL_PASSED and self.policy.require_timestamp:
            return Judgement(Indication.INDETERMINATE, SubIndication.SIG_CONSTRAINTS_FAILURE)
        return judged

    def _held_to_validity(self, signature: EmbeddedPdfSignature, judged: Judgement) -> Judgement:
        """Where the chain alone was not conclusive, the certificate's own dates still may be."""
        if judged.sub_indication not in (SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, SubIndication.TRY_LATER):
            return judged
        certificate = signature.signer_cert
        if self.timing.validation_time < certificate.not_valid_before:
            return Judgement(Indication.INDETERMINATE, SubIndication.NOT_YET_VALID, against=True)
        if self.timing.validation_time > certificate.not_valid_after:
            return Judgement(Indication.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NO_POE, against=True)
        return judged

    def judge_timestamp(self, signature: EmbeddedPdfSignature) -> Judgement:
        """A document time-stamp by itself (clause 5.4)."""
        if not self.anchors:
            return NO_ANCHORS
        try:
            result = asyncio.run(
                ades_timestamp_validation(
                    signature.signed_data,
                    self.spec,
                    expected_tst_imprint=signature.compute_digest,
                    timing_info=self.timing,
                )
            )
        except Exception:
            return Judgement(Indication.INDETERMINATE, SubIndication.GENERIC)
        return _judgement(result, None)


def _enclosed(signature: EmbeddedPdfSignature) -> LocalKnowledge:
    """Certificates, revocation lists and answers in the file: its security store, the signature, its time-stamps."""
    store = _dss_to_local_knowledge(signature.reader)
    attribute = _adobe_revinfo_archival_to_local_knowledge(signature)
    tokens = [
        token
        for signed in (True, False)
        for token in generic_cms.extract_tst_data_iter(signature.signer_info, signed=signed)
    ]
    certificates = {
        choice.chosen.dump(): choice.chosen
        for signed_data in (signature.signed_data, *tokens)
        for choice in signed_data["certificates"]
        if choice.name == "certificate"
    }
    return LocalKnowledge(
        known_ocsps=store.known_ocsps + attribute.known_ocsps,
        known_crls=store.known_crls + attribute.known_crls,
        known_certs=[*store.known_certs, *certificates.values()],
    )


def _judgement(result: AdESBasicValidationResult, best_time: datetime | None) -> Judgement:
    indication = INDICATIONS[result.ades_subindic.status]
    if indication is Indication.TOTAL_PASSED:
        return Judgement(indication, None, best_time)
    try:
        sub_indication = SubIndication(result.ades_subindic.standard_name)
    except ValueError:
        sub_indication = SubIndication.GENERIC
    return Judgement(indication, sub_indication, best_time, against=sub_indication in AGAINST)
