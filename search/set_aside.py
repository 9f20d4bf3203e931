"""Documents that the engine, or what makes their rows, refused: set aside so that the others go on, and tried again."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef

from repository.clock import now
from search.engines.base import EngineError
from search.models import Outbox, SetAside

log = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(days=1)


def note(pk: UUID, revision: int, error: Exception) -> None:
    """Set a document aside at this revision; the next change of it brings it back at once, time does otherwise.

    Kept is what kind of refusal it was, never words of the document; the log has the rest.
    """
    log.error("document %s is not indexed for now", pk, exc_info=error)
    told = str(error) if isinstance(error, EngineError) else type(error).__name__
    known = SetAside.objects.filter(pk=pk).first()
    attempts = known.attempts + 1 if known else 1
    pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
    since = known.since if known else now()
    SetAside(
        document_id=pk,
        revision=revision,
        error=told[:300],
        attempts=attempts,
        since=since,
        again_at=now() + pause,
    ).save()


def written(ids: Iterable[UUID]) -> None:
    """The index has these now."""
    SetAside.objects.filter(document_id__in=list(ids)).delete()


def still_out(ids: Iterable[UUID]) -> set[UUID]:
    """Those of the documents that are set aside as they are now."""
    rows = SetAside.objects.filter(document_id__in=list(ids)).filter(_as_it_is())
    return set(rows.values_list("document_id", flat=True))


def resting() -> Exists:
    """Of a row of the outbox: its document is set aside as it is now, and its time has not come."""
    return Exists(
        SetAside.objects.filter(document_id=OuterRef("pk"), revision=OuterRef("revision"), again_at__gt=now())
    )


def _as_it_is() -> Exists:
    return Exists(Outbox.objects.filter(pk=OuterRef("pk"), revision=OuterRef("revision")))
