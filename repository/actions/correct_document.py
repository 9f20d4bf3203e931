"""What a table does to documents: a few fields of one, without confirming it; and a confirmation taken back."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.db import transaction

from repository.access import fetch_for
from repository.actions.confirm_document import edit
from repository.actors import Actor
from repository.models import Document


@transaction.atomic
def correct_document(
    document_id: UUID | str,
    changes: dict[str, Any],
    *,
    actor: Actor,
    revision: int | None,
    confirm: bool = False,
    read: dict[str, Any] | None = None,
) -> Document:
    """Write the changes; a document that waits for confirmation goes on waiting unless `confirm` is set.

    `read` says where values came from, in the form of `Document.proposals`. Raises NotVisible, Forbidden, or Refused (code
    `conflict` where `revision` is no longer the document's).
    """
    if {"number", "notation"} & set(changes) and "code" not in changes:
        document = fetch_for(actor, "edit", Document, document_id, related=("agency",))
        changes = {**changes, "code": code_with(document, changes)}
    return edit(document_id, changes, actor=actor, revision=revision, confirm=confirm, read=read)


def unconfirm_document(document_id: UUID | str, *, actor: Actor, revision: int | None) -> Document:
    """Take a confirmation back: the document waits again. Raises NotVisible, Forbidden or Refused (closed, sealed, changed since)."""
    return edit(document_id, {}, actor=actor, revision=revision, confirm=None)


def code_with(document: Document, changes: dict[str, Any]) -> str:
    """The printed code for a changed number or notation; a year between them (06/2022/QĐ-UBND) stays."""
    number = str(changes.get("number", document.number)).strip()
    notation = str(changes.get("notation", document.notation)).strip()
    year = re.fullmatch(
        rf"{re.escape(document.number)}/((?:19|20)\d\d)/{re.escape(document.notation)}", document.code or ""
    )
    return "/".join(part for part in (number, year[1] if year else "", notation) if part)[:60]
