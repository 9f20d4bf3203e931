"""Confirm or correct a document's metadata: until a person has, what intake read is only a proposal (Nghị định 30/2020, annex VI)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from repository.access import fetch_for
from repository.actions.change_state import hold_dossiers_of
from repository.actions.open_dossier import refused_fields
from repository.actions.saving import check_clearance, check_pages, check_revision
from repository.actors import Actor
from repository.clock import now
from repository.codes import WORKING_STATES, DocumentType
from repository.events import record
from repository.models import Document
from repository.ordering import order_by_date
from repository.refusals import Refused
from repository.registry import documents_changed

EDITABLE = (
    "type_code", "type_name", "number", "notation", "code", "issued_date", "place", "organ_name", "subject", "signer_name", "signer_position",
    "authority", "to_places", "urgency", "secrecy", "mode", "language", "page_amount", "keyword", "infor_sign", "confidence_level", "condition",
    "autograph", "description", "direction", "arrival_date", "arrival_number", "issued_amount", "due_date",
)  # fmt: skip


@transaction.atomic
def confirm_document(
    document_id: UUID | str, changes: dict[str, Any], *, actor: Actor, revision: int | None = None
) -> Document:
    """Write the changes and confirm the document.

    `revision` is the one the person saw: where it is no longer the document's, nothing is written and the refusal says so.
    Raises NotVisible, Forbidden, or Refused with every field that is wrong.
    """
    document = edit(document_id, changes, actor=actor, revision=revision, confirm=True)
    return document


@transaction.atomic
def edit(
    document_id: UUID | str,
    changes: dict[str, Any],
    *,
    actor: Actor,
    revision: int | None,
    confirm: bool | None,
    read: dict[str, Any] | None = None,
) -> Document:
    """Write the changes; `confirm` confirms the document too, None takes the confirmation back. `read` is added to where values were read.

    Raises NotVisible, Forbidden, or Refused with every field that is wrong.
    """
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise KeyError(f"not editable: {', '.join(sorted(unknown))}")
    hold_dossiers_of(document_id)
    document: Document = fetch_for(actor, "edit", Document, document_id, related=("agency",), lock=True)
    if document.sealed_at is not None:
        raise Refused.because(
            "edit",
            document,
            "sealed",
            _("The document is sealed and read-only."),
            _("Its dossier must be reopened by the archive first."),
        )
    # The dossier is not named: it may be one that this person may not see.
    if document.dossiers.exclude(state__in=WORKING_STATES).exists():
        raise Refused.because(
            "edit",
            document,
            "in-closed-dossier",
            _("The document stands in a dossier that is no longer open."),
            _("That dossier must be reopened or returned first."),
        )
    check_revision(document, revision)
    before = {name: getattr(document, name) for name in changes}
    for name, value in changes.items():
        setattr(document, name, value.strip() if isinstance(value, str) else value)
    _fill_in(document, changes)
    if read:
        document.proposals = {**document.proposals, **read}
    check_clearance(document, actor)
    check_pages(document, "page_amount")
    try:
        document.full_clean(exclude=["agency", "received_by", "confirmed_by"])
    except ValidationError as wrong:
        raise refused_fields("edit", document, wrong) from wrong
    moment = now()
    newly = confirm and document.confirmed_at is None
    if confirm:
        document.confirmed_at, document.confirmed_by = moment, actor.user
    elif confirm is None:
        document.confirmed_at = document.confirmed_by = None
    document.changed_at = moment
    document.revision = F("revision") + 1
    document.save()
    document.refresh_from_db()
    changed = {
        name: [before[name], getattr(document, name)] for name in changes if before[name] != getattr(document, name)
    }
    kind = "document.confirmed" if newly else "document.unconfirmed" if confirm is None else "document.changed"
    record(kind, actor, document, changed=changed)
    for dossier in document.dossiers.filter(order_by_hand=False):
        order_by_date(dossier)
    documents_changed([document.pk])
    return document


def _fill_in(document: Document, changes: dict[str, Any]) -> None:
    """The type's code follows its name, and the printed code follows number and notation, where only one of them was given."""
    if "type_name" in changes and "type_code" not in changes:
        document.type_code = DocumentType.of_name(document.type_name)
    elif "type_code" in changes and "type_name" not in changes and document.type_code != DocumentType.OTHER:
        document.type_name = DocumentType(document.type_code).label
    if "code" not in changes and {"number", "notation"} & set(changes):
        document.code = "/".join(part for part in (document.number, document.notation) if part)
