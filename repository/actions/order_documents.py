"""Put the documents of a dossier in another order: one of them elsewhere, all of them anew, or back in the order of their dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import fetch_for
from repository.actions.receive_file import may_file
from repository.actors import Actor
from repository.clock import now
from repository.events import record
from repository.models import Document, Dossier
from repository.ordering import move, order_as, order_by_date
from repository.refusals import NotVisible, Refused


@transaction.atomic
def order_documents(dossier_id: UUID | str, documents: Sequence[UUID] | None, *, actor: Actor) -> Dossier:
    """Number the documents in this order; None numbers them by date again. Raises NotVisible, Forbidden or Refused."""
    fetch_for(actor, "order", Dossier, dossier_id)
    dossier = may_file(dossier_id, actor=actor, lock=True)
    by_hand = documents is not None
    try:
        if documents is None:
            order_by_date(dossier)
        else:
            order_as(dossier, documents)
    except ValueError as error:
        raise _other_by_now(dossier) from error
    Dossier.objects.filter(pk=dossier.pk).update(order_by_hand=by_hand, changed_at=now())
    dossier.refresh_from_db()
    record("dossier.ordered", actor, dossier, by_hand=by_hand)
    return dossier


@transaction.atomic
def move_document(
    dossier_id: UUID | str, document_id: UUID | str, number: int, *, actor: Actor, was: int | None = None
) -> Dossier:
    """Let one document stand at this number of the dossier; any distance is one act.

    `was` is the number it had on the person's screen: where it has another by now, nothing moves. Raises NotVisible, Forbidden or Refused.
    """
    fetch_for(actor, "order", Dossier, dossier_id)
    dossier = may_file(dossier_id, actor=actor, lock=True)
    document: Document = fetch_for(actor, "view", Document, document_id)
    standing = dossier.placements.filter(document=document).values_list("number", flat=True).first()
    if standing is None:
        raise NotVisible
    if was is not None and was != standing:
        raise _other_by_now(dossier)
    before, after = move(dossier, document.pk, number)
    if before != after:
        Dossier.objects.filter(pk=dossier.pk).update(order_by_hand=True, changed_at=now())
        dossier.refresh_from_db()
        details: dict[str, Any] = {
            "document": {"id": document.pk, "label": document.label},
            "from": before,
            "to": after,
        }
        record("dossier.moved", actor, dossier, **details)
    return dossier


def _other_by_now(dossier: Dossier) -> Refused:
    return Refused.because(
        "order",
        dossier,
        "other-documents",
        _("The dossier's documents stand otherwise by now."),
        _("Load the page again and order them once more."),
    )
