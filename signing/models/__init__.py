"""What signing keeps: trust, what stops being provable, audits, and requests to sign."""

from signing.models.trust import TrustAnchor

__all__ = ["TrustAnchor"]
