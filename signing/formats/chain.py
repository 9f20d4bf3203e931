"""The signer's chain and the time, judged by the same anchors, policy and algorithms as a PDF's (`validation.trust`).

That judges CMS. A signature in another syntax travels in a CMS of ours (`carrier`): its arithmetic was done before, and
what is looked at there are the certificates, the algorithms and the time-stamps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from asn1crypto import algos, cms, crl, keys, ocsp, x509
from pyhanko_certvalidator.sig_validate import DEFAULT_VALIDATION_CONTEXT, SignatureValidationContext

from signing.validation.integrity import LenientValidator
from signing.validation.material import Material, gathered
from signing.validation.past import Past, Stamp
from signing.validation.trust import Judge, Trust
from signing.validation.verdicts import EvidenceSource


@dataclass
class Enclosed:
    """What a signature carries for its own validation beside what a CMS holds in its usual places."""

    certificates: list[x509.Certificate] = field(default_factory=list)
    crls: list[crl.CertificateList] = field(default_factory=list)
    responses: list[ocsp.OCSPResponse] = field(default_factory=list)

    @property
    def revocation(self) -> bool:
        return bool(self.crls or self.responses)


@dataclass(frozen=True)
class Judged:
    """A signature as `Judge` reads it. `digest` of the content, by the signer's algorithm; `carried`: it is a carrier.

    `stamp`: it is no signature but a time-stamp token over a file.
    """

    signed_data: cms.SignedData
    digest: bytes
    enclosed: Enclosed
    carried: bool = False
    stamp: Stamp | None = None


class _Carried(LenientValidator):
    """Knows the one value that was verified in its own syntax; everything else (certificates, tokens) it verifies.

    The value counts only over the carrier's own attributes: a forged certificate may bear the same value as its signature.
    """

    def __init__(self, signed_data: cms.SignedData) -> None:
        [signer] = signed_data["signer_infos"]
        self.verified = (signer["signature"].native, signer["signed_attrs"].untag().dump())

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: Any,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        if (signature, signed_data) == self.verified:
            return
        super().validate_signature(signature, signed_data, public_key_info, signature_algorithm, context)


def judge_of(judged: Judged, trust: Trust) -> Judge:
    """The judge for one signature, from what it carries and what is known here."""
    judge = trust.over(material_of(judged, trust), () if judged.stamp is None else (judged.stamp,))
    if judged.carried:
        policy = replace(judge.spec.cert_validation_policy, signature_validator=_Carried(judged.signed_data))
        judge.spec = replace(judge.spec, cert_validation_policy=policy)
        judge.past = Past(judge.spec, judge.timing, judge.past.policy, judge.past.held_since)
    return judge


def material_of(judged: Judged, trust: Trust) -> Material:
    """Everything at hand for the signature."""
    material = gathered(None, [judged.signed_data], trust.known)
    for kind in ("certificates", "crls", "responses"):
        for piece in getattr(judged.enclosed, kind):
            material.add(kind, piece, EvidenceSource.FILE)
    return material


def carrier(
    signer: x509.Certificate,
    certificates: Sequence[x509.Certificate],
    value: bytes,
    digest_algorithm: str,
    signature_algorithm: str,
    tokens: Sequence[cms.SignedData] = (),
) -> cms.SignedData:
    """A CMS that holds `value` as its signature, and the tokens that stand over `value`. Raises ValueError, KeyError."""
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [carried_digest(value, digest_algorithm)]}),
        ]
    )
    info: dict[str, Any] = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            name="issuer_and_serial_number",
            value=cms.IssuerAndSerialNumber({"issuer": signer.issuer, "serial_number": signer.serial_number}),
        ),
        "digest_algorithm": algos.DigestAlgorithm({"algorithm": digest_algorithm}),
        "signed_attrs": attributes,
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": signature_algorithm}),
        "signature": value,
    }
    if tokens:
        stamps = [cms.ContentInfo({"content_type": "signed_data", "content": token}) for token in tokens]
        info["unsigned_attrs"] = cms.CMSAttributes(
            [cms.CMSAttribute({"type": "signature_time_stamp_token", "values": stamps})]
        )
    # The signer's goes first: of two certificates that call themselves the same, the one that verified is meant.
    unique = {one.dump(): one for one in (signer, *certificates) if one is signer or not _same_name(one, signer)}
    made = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": digest_algorithm}],
            "encap_content_info": {"content_type": "data"},
            "certificates": [cms.CertificateChoices("certificate", one) for one in unique.values()],
            "signer_infos": [info],
        }
    )
    return cms.SignedData.load(made.dump())


def _same_name(one: x509.Certificate, other: x509.Certificate) -> bool:
    return bool(one.issuer == other.issuer and one.serial_number == other.serial_number)


def carried_digest(value: bytes, algorithm: str) -> bytes:
    """What a carrier names as its content's digest."""
    return hashlib.new(algorithm, value).digest()
