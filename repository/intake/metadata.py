"""What the head says becomes a proposal; a person confirms it."""

from __future__ import annotations

from typing import Any

from repository.codes import DocumentType, Secrecy, Urgency
from repository.intake.context import Intake
from repository.models import Document

# Document's field: the head's. Lengths are cut to the field's; the proposal keeps the words as they were read.
FIELDS = {
    "type_name": "type",
    "number": "number",
    "notation": "notation",
    "code": "code",
    "issued_date": "date",
    "place": "place",
    "organ_name": "agency",
    "subject": "subject",
    "signer_name": "signer",
    "signer_position": "position",
    "authority": "authority",
    "to_places": "recipients",
}
SECRECIES = {"MẬT": Secrecy.SECRET, "TỐI MẬT": Secrecy.HIGHLY_SECRET, "TUYỆT MẬT": Secrecy.TOP_SECRET}
URGENCIES = {
    "KHẨN": Urgency.URGENT,
    "THƯỢNG KHẨN": Urgency.VERY_URGENT,
    "HỎA TỐC": Urgency.EXPRESS,
    "HỎA TỐC HẸN GIỜ": Urgency.EXPRESS_TIMED,
}


def apply_head(document: Document, intake: Intake) -> None:
    """Fill the unsaved document with what was read and keep, per field, the words it was read from."""
    head = intake.head
    if head is None:
        document.subject = intake.name.rsplit(".", 1)[0][:500]
        return
    proposals: dict[str, Any] = {}
    for name, read in FIELDS.items():
        value = getattr(head, read)
        if not value:
            continue
        if isinstance(value, tuple):
            value = "; ".join(value)
        field = Document._meta.get_field(name)
        longest = getattr(field, "max_length", None)
        kept = value[:longest] if isinstance(value, str) and longest else value
        setattr(document, name, kept)
        proposals[name] = _proposal(str(value), head.evidence.get(read))
    document.type_code = DocumentType.of_name(document.type_name)
    if head.urgency:
        document.urgency = URGENCIES.get(head.urgency.upper(), Urgency.NORMAL)
        proposals["urgency"] = _proposal(head.urgency, head.evidence.get("urgency"))
    if not document.subject:
        document.subject = intake.name.rsplit(".", 1)[0][:500]
        proposals["subject"] = {
            "value": document.subject,
            "text": intake.name,
            "start": None,
            "end": None,
            "sure": False,
            "source": "file name",
        }
    if head.secrecy:
        # Only an isolated installation gets here (repository.intake.secrets).
        document.secrecy = max(document.secrecy, SECRECIES.get(head.secrecy.upper(), Secrecy.TOP_SECRET))
        proposals["secrecy"] = _proposal(head.secrecy, head.evidence.get("secrecy"))
    document.proposals = proposals


def _proposal(value: str, evidence: Any) -> dict[str, Any]:
    if evidence is None:
        return {"value": value, "text": "", "start": None, "end": None, "sure": False, "source": "text"}
    return {
        "value": value,
        "text": evidence.text,
        "start": evidence.start,
        "end": evidence.end,
        "sure": evidence.confidence == "sure",
        "source": evidence.source,
    }
