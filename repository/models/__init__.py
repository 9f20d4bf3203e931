"""What a record is, in rows."""

from repository.models.agencies import Agency, AgencyName, FilePlan, FilePlanEntry, Fonds, RecordClass
from repository.models.documents import Document, Extraction, File, FileStatus, Verification, Version
from repository.models.dossiers import Dossier, Hold, Placement, Retention
from repository.models.evidence import Checkpoint, Event, EventPosition
from repository.models.jobs import Finding, Job, JobItem
from repository.models.people import Grant, Membership, User

__all__ = [
    "Agency",
    "AgencyName",
    "Checkpoint",
    "Document",
    "Dossier",
    "Event",
    "EventPosition",
    "Extraction",
    "File",
    "FilePlan",
    "FilePlanEntry",
    "FileStatus",
    "Finding",
    "Fonds",
    "Grant",
    "Hold",
    "Job",
    "JobItem",
    "Membership",
    "Placement",
    "RecordClass",
    "Retention",
    "User",
    "Verification",
    "Version",
]
