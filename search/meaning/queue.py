"""Which documents' vectors are behind: noted in the transaction of the change, where a model is set."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from repository.models import Document
from search.models import Meaning

_BATCH = 500


def is_on() -> bool:
    """Whether a model is set."""
    return bool(settings.MEANING_URL or settings.MEANING_FOLDER)


def put(ids: Iterable[UUID]) -> None:
    """Note that these documents changed; runs in the transaction of the change."""
    from search.tasks import wake_meaning

    if not is_on():
        return
    _note(sorted(set(ids)))
    transaction.on_commit(wake_meaning)


def put_everything(model: str) -> None:
    """Note every document that has no vector of this model: it was set anew, or another one was set."""
    Meaning.objects.exclude(model=model).filter(done=F("revision")).update(revision=F("revision") + 1)
    last: UUID | None = None
    while True:
        rows = Document.objects.order_by("pk")
        ids = list((rows.filter(pk__gt=last) if last else rows).values_list("pk", flat=True)[:_BATCH])
        if not ids:
            return
        last = ids[-1]
        Meaning.objects.bulk_create([Meaning(document_id=pk) for pk in ids], ignore_conflicts=True)


def waiting(limit: int) -> list[Meaning]:
    """What waits, without its old vector."""
    return list(Meaning.objects.filter(done__lt=F("revision")).defer("vector").order_by("key")[:limit])


def _note(ids: list[UUID]) -> None:
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        # First the rows, then their revisions: the second statement waits for whoever is changing the same document.
        Meaning.objects.bulk_create([Meaning(document_id=pk, revision=0) for pk in batch], ignore_conflicts=True)
        Meaning.objects.filter(document_id__in=batch).update(revision=F("revision") + 1)
