"""What a person's screen remembers: single keys of `User.prefers`, changed without losing what another window writes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from repository.actors import Actor
from repository.models import User

# Set where somebody else made the password; gone once the person has chosen her own.
MUST_CHANGE = "must_change_password"


def preferred(user: Any, key: str, default: Any = None) -> Any:
    """What is remembered under the key; the default for people who chose nothing or are not signed in."""
    return (getattr(user, "prefers", None) or {}).get(key, default)


@transaction.atomic
def remember(actor: Actor, key: str, change: Callable[[Any], Any]) -> Any:
    """Put `change(what was remembered, or None)` in its place and return it. Nothing for an actor who is no person."""
    if actor.user is None:
        return None
    locked = User.objects.select_for_update().get(pk=actor.user.pk)
    kept = change(locked.prefers.get(key))
    if kept != locked.prefers.get(key):
        locked.prefers = {**locked.prefers, key: kept}
        locked.save(update_fields=["prefers"])
    actor.user.prefers = locked.prefers
    return kept
