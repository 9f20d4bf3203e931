"""A certificate path at a proven time: EN 319 102-1, 5.6.2.1, 5.6.2.2 and 5.6.2.4, with the freshness of 5.2.5.4.

Used where the present is not conclusive. The time is the earliest proof that the signature existed; at it the path must have been valid
(shell model), and each certificate below the anchor not revoked. For that an answer must speak of the proven time: 5.2.5.4 takes as the
time of validation "a time when it is known the signature already existed". An answer of today is not asked for.

- Whatever says that a certificate was revoked by the proven time wins, whenever it was made, also against answers that call it good.
- An answer counts if it was made after the proven time, or was the newest of its kind then (before its next update).
- An answer counts only if it existed while the certificate that it is about, and its signer's, still ran and were not revoked
  themselves. Without a proof of existence it exists since the file was judged: while they run, what the authority signed is believed to
  have been made when it says so; once they have ended, a time-stamp over it must prove that (REVOCATION_OUT_OF_BOUNDS_NO_POE).
- Certificates and answers must have been made with algorithms believed when they are first known to have existed.

pyHanko's own (`_ades_past_signature_validation`) finds no list that the signer's issuer signed itself, so that with lists a running
certificate never passes; its sliding reads the clock instead of the time to judge by; and its validation with time (5.5) lets an expired
certificate, and one of a revoked authority, pass by their time-stamp without asking for any answer.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from asn1crypto import x509
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed, AdESSubIndic
from pyhanko.sign.validation import KeyUsageConstraints
from pyhanko.sign.validation.generic_cms import handle_certvalidator_errors
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.errors import InvalidCertificateError
from pyhanko_certvalidator.ltv.poe import POEManager
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, AcceptAllAlgorithms, CertRevTrustPolicy
from pyhanko_certvalidator.registry import PathBuilder
from pyhanko_certvalidator.validate import async_validate_path

from signing.validation.revocation import Answers, Said

MOST_PATHS = 8  # of one certificate


@dataclass(frozen=True)
class Held:
    """What is said of a path. `sub_indication` None: nothing better than the present answer."""

    sub_indication: AdESSubIndic | None
    path: ValidationPath | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Question:
    """At which time, by what is proven to have existed. `fresh_at`: the time that answers on revocation must speak of;
    `revocation_required`: without one nothing passes."""

    time: datetime
    fresh_at: datetime
    proofs: POEManager
    usage: KeyUsageConstraints
    revocation_required: bool = True


NOTHING_BETTER = Held(None)


class PastPaths:
    """Judges paths to the anchors of one certificate policy, from what is at hand for one file."""

    def __init__(self, policy: CertValidationPolicySpec, answers: Answers) -> None:
        self.policy = policy
        self.answers = answers

    async def judge(self, certificate: x509.Certificate, question: Question) -> Held:
        """The best that can be said of any path from this certificate to an anchor."""
        best = NOTHING_BETTER
        async for path in self._paths(certificate):
            held = await self._path(path, certificate, question)
            if held.sub_indication is AdESPassed.OK:
                return held
            # Through a certificate that somebody put beside the genuine one no path holds: that must not hide a revocation.
            if best.sub_indication is None or (best.revoked_at is None and held.revoked_at is not None):
                best = held
        return best

    async def revoked(self, path: ValidationPath, time: datetime) -> Held:
        """What any answer at hand says of a revocation by this time, on a path that holds otherwise."""
        if path.pkix_len == 0:
            return NOTHING_BETTER
        for part in reversed(_tails(path)):
            said = [one for one in await self.answers.about(part) if one.revoked_at is not None and not one.on_hold]
            revoked = min((one.revoked_at for one in said if one.revoked_at is not None), default=None)
            if revoked is not None and revoked <= time:
                return Held(_kind_of(part, path), path, revoked)
        return NOTHING_BETTER

    async def _paths(self, certificate: x509.Certificate) -> AsyncIterator[ValidationPath]:
        builder = PathBuilder(trust_manager=self.policy.trust_manager, registry=self.answers.handlers.cert_registry)
        paths, count = builder.async_build_paths_lazy(certificate), 0
        try:
            async for path in paths:
                yield path
                count += 1
                if count == MOST_PATHS:
                    return
        finally:
            await paths.cancel()

    async def _path(self, path: ValidationPath, certificate: x509.Certificate, question: Question) -> Held:
        if path.pkix_len == 0:
            return NOTHING_BETTER  # the anchor itself: the present answer is all there is
        try:
            question.usage.validate(certificate)
        except InvalidCertificateError:
            return Held(AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE)
        if question.time < certificate.not_valid_before:
            return Held(AdESFailure.NOT_YET_VALID)
        if any(not one.not_valid_before <= question.time <= one.not_valid_after for one in _below_anchor(path)):
            return NOTHING_BETTER
        failure = await self._chain(path, certificate, question.time)
        if failure is not None:
            return Held(failure)
        if not self._believed(path, question.proofs):
            return Held(AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
        return await self._unrevoked(path, question)

    async def _chain(self, path: ValidationPath, certificate: x509.Certificate, time: datetime) -> AdESSubIndic | None:
        """Signatures, names, constraints and the anchor's own limits at the time."""
        policy = replace(
            self.policy,
            revinfo_policy=CertRevTrustPolicy(revocation_checking_policy=NO_REVOCATION),
            algorithm_usage_policy=AcceptAllAlgorithms(),
        )
        timing = ValidationTimingInfo(time, time, point_in_time_validation=True)
        context = policy.build_validation_context(timing_info=timing, handlers=None)
        result = await handle_certvalidator_errors(
            cert=certificate, coro=async_validate_path(context, path, parameters=policy.pkix_validation_params)
        )
        return result.error_subindic

    def _believed(self, path: ValidationPath, proofs: POEManager) -> bool:
        """The algorithms that each certificate was signed with, when the certificate is first known to have existed."""
        algorithms = self.policy.algorithm_usage_policy
        if algorithms is None:
            return True
        for part in _tails(path):
            issuer = part.find_issuing_authority(part.last)
            used = part.last["signature_algorithm"]
            if not algorithms.signature_algorithm_allowed(used, proofs[part.last], issuer.public_key).allowed:
                return False
        return True

    async def _unrevoked(self, path: ValidationPath, question: Question) -> Held:
        """From the anchor downwards: each certificate, and what its issuer signed, must be older than the issuer's own end."""
        issuer_ends: datetime | None = None  # when the issuer is known to have been revoked
        for part in reversed(_tails(path)):
            certificate = part.last
            if issuer_ends is not None and question.proofs[certificate] > issuer_ends:
                return Held(AdESIndeterminate.REVOKED_CA_NO_POE, path, issuer_ends)
            said = await self.answers.about(part)
            revoked = min((one.revoked_at for one in said if one.revoked_at is not None), default=None)
            if revoked is not None and revoked <= question.time:
                return Held(_kind_of(part, path), path, revoked)
            # "After" a revocation says the same as "made after the proven time": the certificate was good until then.
            speaking = [one for one in said if one.covers(question.time if one.revoked_at else question.fresh_at)]
            counting = [one for one in speaking if self._counts(one, certificate, issuer_ends, question.proofs)]
            if question.revocation_required and not counting:
                return Held(AdESIndeterminate.REVOCATION_OUT_OF_BOUNDS_NO_POE) if speaking else NOTHING_BETTER
            issuer_ends = min((each for each in (issuer_ends, revoked) if each is not None), default=None)
        return Held(AdESPassed.OK, path)

    def _counts(
        self, said: Said, certificate: x509.Certificate, issuer_ends: datetime | None, proofs: POEManager
    ) -> bool:
        known_since = proofs[said.container]
        algorithms, used = self.policy.algorithm_usage_policy, said.container.revinfo_sig_mechanism_used
        if algorithms is not None and used is not None:
            allowed = algorithms.signature_algorithm_allowed(used, known_since, said.signer.public_key)
            if not allowed.allowed:
                return False
        ends = [certificate.not_valid_after, said.signer.not_valid_after]
        return known_since <= min([*ends, issuer_ends] if issuer_ends is not None else ends)


def _kind_of(part: ValidationPath, path: ValidationPath) -> AdESIndeterminate:
    """Who was revoked: the certificate at the end of the path, or an authority above it."""
    is_leaf = part.pkix_len == path.pkix_len
    return AdESIndeterminate.REVOKED_NO_POE if is_leaf else AdESIndeterminate.REVOKED_CA_NO_POE


def _below_anchor(path: ValidationPath) -> Sequence[x509.Certificate]:
    return [part.last for part in _tails(path)]


def _tails(path: ValidationPath) -> list[ValidationPath]:
    """The path, then without its last certificate, and so on up to the first below the anchor."""
    found = [path]
    while found[-1].pkix_len > 1:
        found.append(found[-1].copy_and_drop_leaf())
    return found
