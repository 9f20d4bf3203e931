"""What signing keeps: trust, what stops being provable, audits, and requests to sign."""

from signing.models.audits import Audit, AuditRow, AuditSheet, PopulationPart
from signing.models.batches import Batch, BatchRow
from signing.models.evidence import Evidence, EvidenceKind, RevocationItem, RunBasis, RunRepeat
from signing.models.judged import Judged
from signing.models.notices import ChangeSeen, ChangesSeen, VerdictChange
from signing.models.provable import Ending, EvidenceLeaf, EvidenceStamp, Provable, Renewal
from signing.models.requests import KnownChain, RequestState, SigningKey, SigningRequest, SigningStep
from signing.models.trust import AnchorProposal, ProposalState, Purpose, TrustAnchor

__all__ = [
    "AnchorProposal",
    "Audit",
    "AuditRow",
    "AuditSheet",
    "Batch",
    "BatchRow",
    "ChangeSeen",
    "ChangesSeen",
    "Ending",
    "Evidence",
    "EvidenceKind",
    "EvidenceLeaf",
    "EvidenceStamp",
    "Judged",
    "KnownChain",
    "PopulationPart",
    "ProposalState",
    "Provable",
    "Purpose",
    "Renewal",
    "RequestState",
    "RevocationItem",
    "RunBasis",
    "RunRepeat",
    "SigningKey",
    "SigningRequest",
    "SigningStep",
    "TrustAnchor",
    "VerdictChange",
]
