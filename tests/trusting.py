"""Two people of the cast make a certificate a trust anchor."""

from __future__ import annotations

from typing import Any

from signing.anchor_proposals import approve_anchor, propose_anchor
from signing.models import Purpose, TrustAnchor


def trust(certificate: bytes, cast: Any, *, purpose: str = Purpose.BOTH) -> TrustAnchor:
    """The anchor, proposed by the chief archivist and approved by the administrator. PEM or DER."""
    second = cast.administrator
    proposal = propose_anchor(certificate, "Tự tạo để thử", actor=cast.chief, purpose=purpose)
    return approve_anchor(proposal.pk, actor=second)
