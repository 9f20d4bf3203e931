"""One look of an alert: what its owner can find now and could not at the look before.

The search is asked as its owner, with the keys that she holds at this moment, and the rule in the database is asked again; so a document
counts as new when it was filed, when it was changed so that the search finds it, and when a later role or grant opened it to her.
What could be found at the last look is kept as a set of identities: time alone would not tell of any of these but the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from repository.access import may
from repository.actors import Actor, actor_of
from repository.clock import now
from repository.jobs.outcomes import Again, Save
from search.engines.base import EngineError
from search.found import seen, stretches, whole
from search.models import Alert, AlertKnown, AlertNotice

# Documents that an alert keeps in mind: 320 KB of identities. A search that finds more is too wide to be told of.
MOST = 20_000
SIZE = 16


def packed(ids: Iterable[UUID]) -> bytes:
    return b"".join(one.bytes for one in ids)


def unpacked(held: Any) -> list[UUID]:
    data = bytes(held)
    return [UUID(bytes=data[at : at + SIZE]) for at in range(0, len(data), SIZE)]


def look(alert_id: UUID) -> Save:
    """Ask, without a transaction; the returned callable writes what came of it. Raises Again while the engine does not answer."""
    alert = Alert.objects.select_related("search__owner").filter(pk=alert_id).first()
    if alert is None:
        return lambda: {"gone": True}
    actor = actor_of(alert.search.owner)
    if not may(actor, "search"):
        # Her account is closed or she has no role any more: nothing is asked, nothing is told.
        return lambda: {"closed": True}
    try:
        found = _found(alert.search.query, actor)
    except EngineError as down:
        raise Again("engine", _("The search engine does not answer. This is tried again by itself.")) from down
    seen_at = alert.looked_at

    def save() -> dict[str, Any]:
        locked = Alert.objects.select_for_update().filter(pk=alert_id).first()
        if locked is None or locked.looked_at != seen_at:
            # Switched off, or looked at by another job meanwhile: that one has told.
            return {"meanwhile": True}
        return _write(locked, found)

    return save


def _found(query: str, actor: Actor) -> list[UUID] | None:
    """What the search finds now, newest first; None where that is more than MOST. All its words count: near hits are no news."""
    asked = whole(query, actor, loosely=False)
    if asked.total > MOST:
        return None
    return [one for ids in stretches(asked) for one in seen(ids, actor)]


def _write(alert: Alert, found: list[UUID] | None) -> dict[str, Any]:
    first = alert.looked_at is None or alert.too_many
    Alert.objects.filter(pk=alert.pk).update(looked_at=now(), too_many=found is None)
    if found is None:
        AlertKnown.objects.filter(alert=alert).update(ids=b"")
        return {"too_many": True}
    known = set() if first else set(unpacked(AlertKnown.objects.get(alert=alert).ids))
    AlertKnown.objects.update_or_create(alert=alert, defaults={"ids": packed(found)})
    new = [] if first else [one for one in found if one not in known]
    if new:
        _tell(alert, new)
    return {"new": len(new)}


@transaction.atomic
def _tell(alert: Alert, new: list[UUID]) -> None:
    """What the owner has not read yet is one notice, however many nights it took."""
    unread = AlertNotice.objects.select_for_update().filter(alert=alert, read_at__isnull=True).first()
    if unread is None:
        AlertNotice.objects.create(alert=alert, found_at=now(), count=len(new), ids=packed(new))
        return
    ids = list(dict.fromkeys([*new, *unpacked(unread.ids)]))[:MOST]
    AlertNotice.objects.filter(pk=unread.pk).update(found_at=now(), count=len(ids), ids=packed(ids))
