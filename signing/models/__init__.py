"""What signing keeps: trust, what stops being provable, audits, and requests to sign."""

from signing.models.audits import Audit, AuditRow, AuditSheet, PopulationPart
from signing.models.batches import Batch, BatchRow
from signing.models.judged import Judged
from signing.models.trust import TrustAnchor

__all__ = [
    "Audit",
    "AuditRow",
    "AuditSheet",
    "Batch",
    "BatchRow",
    "Judged",
    "PopulationPart",
    "TrustAnchor",
]
