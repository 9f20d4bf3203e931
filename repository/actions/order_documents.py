"""Put the documents of a dossier in another order, or back in the order of their dates."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import fetch_for
from repository.actions.receive_file import may_file
from repository.actors import Actor
from repository.clock import now
from repository.events import record
from repository.models import Dossier
from repository.ordering import order_as, order_by_date
from repository.refusals import Refused


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
        raise Refused.because(
            "order",
            dossier,
            "other-documents",
            _("The dossier holds other documents by now."),
            _("Load the page again and order them once more."),
        ) from error
    Dossier.objects.filter(pk=dossier.pk).update(order_by_hand=by_hand, changed_at=now())
    dossier.refresh_from_db()
    record("dossier.ordered", actor, dossier, by_hand=by_hand)
    return dossier
