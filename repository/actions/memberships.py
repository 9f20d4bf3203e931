"""Roles: a person holds one in an agency and everything below it, from one day until the day before another."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from repository.access import require
from repository.access.acts import AGENCY_ACTS
from repository.access.querysets import under
from repository.actions.people import people_of
from repository.actions.saving import save_checked
from repository.actors import Actor
from repository.clock import today
from repository.codes import Role
from repository.events import record
from repository.models import Agency, Membership
from repository.refusals import Blocker, NotVisible, Refused


def roles_of(actor: Actor) -> QuerySet[Membership]:
    """Roles an administrator sees: those in her agencies."""
    if actor.is_system:
        return Membership.objects.all()
    return Membership.objects.filter(under("agency__path", actor.paths(*AGENCY_ACTS["manage people"])))


@transaction.atomic
def give_role(
    user_id: UUID | str,
    agency: Agency,
    role: Role,
    *,
    actor: Actor,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Membership:
    """Give a person a role. Nobody gives one to herself. Raises NotVisible, Forbidden or Refused."""
    require(actor, "manage people", agency)
    user = people_of(actor).filter(pk=user_id).first()
    if user is None:
        raise NotVisible
    begins = valid_from or today()
    blockers = []
    if not actor.is_system and user.pk == actor.id:
        blockers.append(
            Blocker("self", _("Nobody gives herself a role."), remedy=_("Another administrator gives it to you."))
        )
    if valid_until is not None and valid_until <= begins:
        blockers.append(
            Blocker("field-valid_until", _("The role ends before it begins."), remedy=_("Choose a later day."))
        )
    overlap = user.memberships.filter(agency=agency, role=role).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=begins)
    )
    if valid_until is not None:
        overlap = overlap.filter(valid_from__lt=valid_until)
    if overlap.exists():
        blockers.append(
            Blocker(
                "already", _("The person holds this role there at that time already."), remedy=_("Look at her roles.")
            )
        )
    if blockers:
        raise Refused("give role", user, blockers)
    given = Membership(user=user, agency=agency, role=role, valid_from=begins, valid_until=valid_until)
    save_checked(given, "give role", new=True)
    record("role.given", actor, user, agency=agency, role=given.role, begins=begins, until=valid_until)
    return given


@transaction.atomic
def end_role(membership_id: UUID | str, on: date | None = None, *, actor: Actor) -> Membership:
    """End a role: from the day `on` (today if none is given) it no longer holds. One that had not held a day before is taken back.

    Raises NotVisible or Refused.
    """
    rows = roles_of(actor).select_for_update(of=("self",)).select_related("user", "agency")
    held = rows.filter(pk=membership_id).first()
    if held is None:
        raise NotVisible
    day = on or today()
    blockers = []
    if not actor.is_system and held.user_id == actor.id:
        blockers.append(
            Blocker("self", _("Nobody ends her own role."), remedy=_("Another administrator ends it for you."))
        )
    if held.valid_until is not None and held.valid_until <= today():
        blockers.append(Blocker("already", _("The role has ended already."), remedy=_("Load the page again.")))
    if day < today():
        blockers.append(
            Blocker(
                "field-on",
                _("The day lies in the past; what was done then was done in this role."),
                remedy=_("Choose today or later."),
            )
        )
    if blockers:
        raise Refused("end role", held, blockers)
    details: dict[str, Any] = {"role": held.role, "begins": held.valid_from, "until": day}
    if day <= held.valid_from:
        record("role.taken_back", actor, held.user, agency=held.agency, **details)
        held.delete()
        return held
    held.valid_until = day
    save_checked(held, "end role", new=False)
    record("role.ended", actor, held.user, agency=held.agency, **details)
    return held
