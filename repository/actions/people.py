"""People: added, changed, switched off; never deleted, for what they did is signed with their names.

An administrator looks after the people of her agencies and those without a role. She may not act on herself, nor on one who also
holds a role elsewhere: by a new password she would take that role as well.
"""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from repository.access import require
from repository.access.acts import AGENCY_ACTS
from repository.access.querysets import under
from repository.actions.saving import changes, save_checked
from repository.actors import Actor
from repository.clock import today
from repository.events import record
from repository.models import Agency, Membership, User
from repository.preferences import MUST_CHANGE
from repository.refusals import NotVisible, Refused

CHANGEABLE = ("full_name", "position", "email", "clearance")


def people_of(actor: Actor) -> QuerySet[User]:
    """People an administrator sees: those with a role, now or once, in her agencies, and those who never had one."""
    if actor.is_system:
        return User.objects.all()
    paths = actor.paths(*AGENCY_ACTS["manage people"])
    if not paths:
        return User.objects.none()
    roles = Membership.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(roles.filter(under("agency__path", paths))) | ~Exists(roles), is_superuser=False)


def managed_person(user_id: UUID | str, *, actor: Actor) -> User:
    """The person's row, locked, if the actor may act on it. Raises NotVisible or Refused."""
    require(actor, "manage people")
    user = people_of(actor).select_for_update(of=("self",)).filter(pk=user_id).first()
    if user is None:
        raise NotVisible
    if actor.is_system:
        return user
    if user.pk == actor.id:
        raise Refused.because(
            "manage people", user, "self", _("This is you."), _("Another administrator changes your account and roles.")
        )
    elsewhere = (
        user.memberships.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=today()))
        .exclude(under("agency__path", actor.paths(*AGENCY_ACTS["manage people"])))
        .exists()
    )
    if elsewhere:
        raise Refused.because(
            "manage people",
            user,
            "elsewhere",
            _("This person also holds a role outside your agencies."),
            _("An administrator of all her agencies changes the account; you can give and end roles in yours."),
        )
    return user


def seat_of(user: User, actor: Actor) -> Agency | None:
    """The agency under which an act on a person is told: hers among the actor's, or the actor's own; None for the system."""
    paths = actor.paths(*AGENCY_ACTS["manage people"])
    if not paths:
        return None
    role = (
        user.memberships.filter(under("agency__path", paths)).select_related("agency").order_by("agency__path").first()
    )
    return role.agency if role is not None else Agency.objects.get(path=paths[0])


def one_time_password() -> str:
    """Four groups of five letters and digits that are not mistaken for each other: 98 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


@transaction.atomic
def add_person(username: str, full_name: str, *, actor: Actor, **fields: Any) -> tuple[User, str]:
    """Add a person; return her with the password, which is told this once and kept nowhere. Raises Forbidden or Refused."""
    require(actor, "manage people")
    password = one_time_password()
    user = User(
        username=username,
        full_name=full_name,
        password=make_password(password),
        prefers={MUST_CHANGE: True},
        **{name: value for name, value in fields.items() if name in CHANGEABLE},
    )
    save_checked(user, "add person", new=True)
    record("person.added", actor, user, agency=seat_of(user, actor), username=user.username, clearance=user.clearance)
    return user, password


@transaction.atomic
def change_person(user_id: UUID | str, values: dict[str, Any], *, actor: Actor) -> User:
    """Change name, position, address or clearance. Raises NotVisible, Forbidden or Refused."""
    user = managed_person(user_id, actor=actor)
    changed = changes(user, {name: value for name, value in values.items() if name in CHANGEABLE})
    if changed:
        save_checked(user, "change person", new=False)
        record("person.changed", actor, user, agency=seat_of(user, actor), changed=changed)
    return user


@transaction.atomic
def switch_person(user_id: UUID | str, on: bool, *, actor: Actor) -> User:
    """Switch a person's account off, which ends her sessions, or on again. Raises NotVisible, Forbidden or Refused."""
    user = managed_person(user_id, actor=actor)
    if User.objects.filter(pk=user.pk, is_active=not on).update(is_active=on):
        record("person.switched_on" if on else "person.switched_off", actor, user, agency=seat_of(user, actor))
    user.refresh_from_db()
    return user


@transaction.atomic
def reset_password(user_id: UUID | str, *, actor: Actor) -> tuple[User, str]:
    """Give the person a new password and return it: it is told this once. Her sessions end. Raises NotVisible, Forbidden or Refused."""
    user = managed_person(user_id, actor=actor)
    password = one_time_password()
    user.set_password(password)
    user.prefers = {**user.prefers, MUST_CHANGE: True}
    user.save(update_fields=["password", "prefers"])
    record("person.password_reset", actor, user, agency=seat_of(user, actor))
    return user, password
