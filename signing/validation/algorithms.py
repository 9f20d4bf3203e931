"""The policy's ends of algorithms, as pyHanko asks for them: was this algorithm still believed at that moment?"""

from datetime import datetime

from asn1crypto import algos, keys
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint, AlgorithmUsagePolicy

from signing.validation.policy import AlgorithmEnd, Policy

FIXED_SIZE = ("ed25519", "ed448", "mldsa44", "mldsa65", "mldsa87")  # asn1crypto cannot say their size


def key_bits(key: keys.PublicKeyInfo) -> int | None:
    """The key's length in bits; None where it has only one."""
    return None if key.algorithm in FIXED_SIZE else int(key.bit_size)


def ends_of(policy: Policy, digest: str, key: str, bits: int | None) -> list[AlgorithmEnd]:
    """The ends that concern a signature made with this digest and key, the earliest first."""
    found = [policy.end_of(digest), policy.end_of(key, bits)]
    return sorted((end for end in found if end is not None), key=lambda end: end.last_day)


class EndsOfAlgorithms(AlgorithmUsagePolicy):
    """What has no end in the policy is allowed; what has one, until then."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: datetime | None
    ) -> AlgorithmUsageConstraint:
        name = str(algo["algorithm"].native)
        return _held(self.policy.end_of(name), name, moment)

    def signature_algorithm_allowed(
        self, algo: algos.SignedDigestAlgorithm, moment: datetime | None, public_key: keys.PublicKeyInfo | None
    ) -> AlgorithmUsageConstraint:
        constraint = AlgorithmUsageConstraint(allowed=True)
        if public_key is not None:
            name, bits = str(public_key.algorithm), key_bits(public_key)
            constraint = _held(self.policy.end_of(name, bits), f"{name} of {bits} bits", moment)
        try:
            digest = str(algo.hash_algo)
        except ValueError:
            return constraint
        by_digest = _held(self.policy.end_of(digest), digest, moment)
        return min(constraint, by_digest, key=lambda each: (each.allowed, each.not_allowed_after is None))


def _held(end: AlgorithmEnd | None, name: str, moment: datetime | None) -> AlgorithmUsageConstraint:
    if end is None or (moment is not None and moment <= end.moment):
        return AlgorithmUsageConstraint(allowed=True)
    reason = f"{name} is not believed after {end.last_day} ({end.source})"
    return AlgorithmUsageConstraint(allowed=False, failure_reason=reason, not_allowed_after=end.moment)
