"""Grants: leave for one person to read one dossier or document, until a moment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import fetch_for
from repository.actors import Actor
from repository.clock import now
from repository.events import record
from repository.models import Document, Dossier, Grant, User
from repository.refusals import NotVisible, Refused
from repository.registry import documents_changed


@transaction.atomic
def give_grant(
    thing: Dossier | Document, user_id: UUID | str, reason: str, expires_at: datetime, *, actor: Actor
) -> Grant:
    """Let the person read the thing until `expires_at` (aware). Raises NotVisible, Forbidden or Refused."""
    # Taken, as placing takes it: a document placed meanwhile is either among those told of or indexed after the grant stands.
    thing = fetch_for(actor, "grant", type(thing), thing.pk, related=("agency",), lock=True)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotVisible
    moment = now()
    if not reason.strip():
        raise Refused.because(
            "grant", thing, "no-reason", _("Say why the person may read it."), _("The reason is kept with the history.")
        )
    if expires_at <= moment:
        raise Refused.because("grant", thing, "past", _("The end lies in the past."), _("Choose a later day."))
    on = {"dossier": thing} if isinstance(thing, Dossier) else {"document": thing}
    grant = Grant.objects.create(
        user=user, reason=reason.strip()[:500], given_by=actor.user, given_at=moment, expires_at=expires_at, **on
    )
    record(
        "grant.given",
        actor,
        thing,
        grant=grant.pk,
        to={"id": user.pk, "label": user.label},
        reason=grant.reason,
        until=expires_at,
    )
    documents_changed(_documents(thing))
    return grant


@transaction.atomic
def end_grant(grant_id: UUID | str, *, actor: Actor) -> Grant:
    """End a grant now. Raises NotVisible or Forbidden."""
    grant = Grant.objects.select_related("dossier", "document", "user").filter(pk=grant_id).first()
    if grant is None:
        raise NotVisible
    about = grant.dossier or grant.document
    assert about is not None
    thing = fetch_for(actor, "grant", type(about), about.pk, related=("agency",), lock=True)
    moment = now()
    if Grant.objects.filter(pk=grant.pk, expires_at__gt=moment).update(expires_at=moment):
        record("grant.ended", actor, thing, grant=grant.pk, to={"id": grant.user_id, "label": grant.user.label})
        documents_changed(_documents(thing))
    grant.refresh_from_db()
    return grant


def _documents(thing: Dossier | Document) -> list[UUID]:
    return list(thing.documents.values_list("pk", flat=True)) if isinstance(thing, Dossier) else [thing.pk]
