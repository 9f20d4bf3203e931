"""Holds: on an order, a dossier is frozen against destruction until the order is lifted."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import fetch_for
from repository.actors import Actor
from repository.clock import now
from repository.events import record
from repository.models import Dossier, Hold
from repository.refusals import Blocker, NotVisible, Refused
from repository.registry import documents_changed
from repository.retention import refresh_retention


@transaction.atomic
def place_hold(dossier_id: UUID | str, reason: str, *, actor: Actor, order_number: str = "") -> Hold:
    """Put a hold on the dossier. Raises NotVisible, Forbidden or Refused."""
    dossier = fetch_for(actor, "hold", Dossier, dossier_id, related=("agency",), lock=True)
    if not reason.strip():
        raise Refused.because(
            "hold", dossier, "no-reason", _("Say why the dossier is held."), _("Name the order it follows.")
        )
    hold = Hold.objects.create(
        dossier=dossier,
        reason=reason.strip()[:500],
        order_number=order_number.strip()[:60],
        placed_by=actor.user,
        placed_at=now(),
    )
    refresh_retention([dossier.pk])
    record("hold.placed", actor, dossier, hold=hold.pk, reason=hold.reason, order=hold.order_number)
    documents_changed(dossier.documents.values_list("pk", flat=True))
    return hold


@transaction.atomic
def lift_hold(hold_id: UUID | str, reason: str, *, actor: Actor) -> Hold:
    """Lift a hold, with a reason. Raises NotVisible, Forbidden or Refused."""
    hold = Hold.objects.filter(pk=hold_id).first()
    if hold is None:
        raise NotVisible
    dossier = fetch_for(actor, "lift", Dossier, hold.dossier_id, related=("agency",), lock=True)
    if not reason.strip():
        raise Refused.because(
            "lift", dossier, "no-reason", _("Say why the hold is lifted."), _("Name the order it follows.")
        )
    lifted = Hold.objects.filter(pk=hold.pk, lifted_at__isnull=True).update(
        lifted_at=now(), lifted_by=actor.user, lifted_reason=reason.strip()[:500]
    )
    if not lifted:
        raise Refused(
            "lift", dossier, [Blocker("already", _("The hold is lifted already."), remedy=_("Load the page again."))]
        )
    refresh_retention([dossier.pk])
    record("hold.lifted", actor, dossier, hold=hold.pk, reason=reason.strip())
    documents_changed(dossier.documents.values_list("pk", flat=True))
    hold.refresh_from_db()
    return hold
