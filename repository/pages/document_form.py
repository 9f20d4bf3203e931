"""The form on which a document's metadata is confirmed, and the words each proposed value was read from."""

from __future__ import annotations

from typing import Any

from django import forms

from repository.models import Document
from repository.pages.forms import Styled

MAIN_FIELDS = (
    "type_name",
    "number",
    "notation",
    "code",
    "issued_date",
    "place",
    "organ_name",
    "subject",
    "signer_name",
    "signer_position",
    "authority",
    "to_places",
)
MORE_FIELDS = (
    "direction",
    "urgency",
    "secrecy",
    "mode",
    "language",
    "page_amount",
    "keyword",
    "infor_sign",
    "confidence_level",
    "condition",
    "autograph",
    "description",
    "arrival_date",
    "arrival_number",
    "due_date",
)


class DocumentForm(Styled, forms.ModelForm[Document]):
    class Meta:
        model = Document
        fields = MAIN_FIELDS + MORE_FIELDS
        widgets = {
            "subject": forms.Textarea(attrs={"rows": 3}),
            "to_places": forms.Textarea(attrs={"rows": 2}),
            "autograph": forms.Textarea(attrs={"rows": 2}),
            "description": forms.Textarea(attrs={"rows": 2}),
        }

    def main_fields(self) -> list[Any]:
        return [self[name] for name in MAIN_FIELDS]

    def more_fields(self) -> list[Any]:
        return [self[name] for name in MORE_FIELDS]


def evidence_of(document: Document, text: str) -> dict[str, dict[str, Any]]:
    """Per field: the words it was read from, with a little of what stands around them, and whether it is sure."""
    found = {}
    for name, proposal in (document.proposals or {}).items():
        start, end = proposal.get("start"), proposal.get("end")
        before = after = ""
        if start is not None and end is not None and text[start:end] == proposal.get("text"):
            before, after = text[max(start - 40, 0) : start], text[end : end + 40]
        found[name] = {**proposal, "before": before, "after": after}
    return found
