"""Write to the outbox and read what waits in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest

from repository.clock import now
from search import set_aside
from search.models import Outbox

BATCH = 500


def put(ids: Iterable[UUID], *, beyond: int = 0) -> None:
    """Note that these documents changed, in the transaction of the change where there is one; wakes the indexer after it.

    Their new revisions are higher than `beyond`: than what an index holds that is newer than a restored database.
    """
    from search.tasks import wake_indexer

    wanted = sorted(set(ids))
    moment = now()
    # The time keeps revisions growing even where the database was built again beside an index that is older than it.
    least = max(int(moment.timestamp() * 1000), beyond + 1)
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        # Who corrects the index is in no transaction of a change; the rows' locks need one.
        with transaction.atomic(savepoint=False):
            # First the rows, then their revisions: the second statement waits for whoever is changing the same document.
            Outbox.objects.bulk_create(
                [Outbox(document_id=pk, changed_at=moment) for pk in batch], ignore_conflicts=True
            )
            rows = Outbox.objects.filter(document_id__in=batch)
            list(rows.select_for_update().order_by("pk").values_list("pk"))
            rows.update(revision=Greatest(F("revision") + 1, Value(least)), changed_at=moment)
    transaction.on_commit(wake_indexer)


def waiting(limit: int) -> dict[UUID, int]:
    """Documents the index is behind on, the longest waiting first, with their revisions."""
    rows = _behind().order_by("changed_at")[:limit]
    return dict(rows.values_list("document_id", "revision"))


def waiting_since(moment: datetime, limit: int) -> dict[UUID, int]:
    """Documents changed since then that the index is behind on."""
    rows = _behind().filter(changed_at__gte=moment).order_by("changed_at")[:limit]
    return dict(rows.values_list("document_id", "revision"))


def waiting_after(last: UUID | None, limit: int) -> dict[UUID, int]:
    """Documents the index is behind on, by identity, those after `last`."""
    rows = Outbox.objects.filter(done__lt=F("revision"), **({"pk__gt": last} if last else {}))
    return dict(rows.order_by("pk").values_list("document_id", "revision")[:limit])


def seconds_behind() -> float:
    """For how long the oldest change has waited; 0 where none does."""
    rows = _behind()
    oldest = rows.order_by("changed_at").values_list("changed_at", flat=True).first()
    return (now() - oldest).total_seconds() if oldest else 0.0


def lag() -> tuple[int, float]:
    """How many documents wait, and for how many seconds the oldest has."""
    rows = _behind()
    oldest = rows.order_by("changed_at").values_list("changed_at", flat=True).first()
    return rows.count(), (now() - oldest).total_seconds() if oldest else 0.0


def acknowledge(revisions: dict[UUID, int]) -> None:
    """The index holds these revisions durably. What has changed since goes on waiting."""
    wanted = list(revisions)
    for start in range(0, len(wanted), BATCH):
        with transaction.atomic():
            # In the order in which `put` takes them: two that met in another would wait for each other.
            rows = (
                Outbox.objects.select_for_update().filter(document_id__in=wanted[start : start + BATCH]).order_by("pk")
            )
            level = [pk for pk, revision in rows.values_list("document_id", "revision") if revision == revisions[pk]]
            Outbox.objects.filter(document_id__in=level).update(done=F("revision"))
            set_aside.written(level)


def _behind() -> QuerySet[Outbox]:
    """What waits, without what was refused and rests: that is told of by itself and is no lag."""
    return Outbox.objects.filter(done__lt=F("revision")).exclude(set_aside.resting())
