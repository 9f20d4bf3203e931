"""Searches are noted after their answer has gone out, so that noting them slows none; what cannot be noted is left out, never the answer.

They are no evidence and go after SEARCH_LOG_DAYS days; with 0 nothing is noted at all.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.core.signals import request_finished
from django.db import DatabaseError
from django.http import QueryDict

from repository.access import may
from repository.access.acts import READING_ROLES
from repository.actors import Actor
from repository.clock import now
from repository.jobs.outcomes import Save
from repository.models import Job
from repository.text.fold import fold
from search.models import AskedSearch

log = logging.getLogger(__name__)

KIND = "search-log"
LONGEST = 300


class _Waiting(threading.local):
    """The searches of the request that this thread answers."""

    rows: tuple[AskedSearch, ...] = ()


_waiting = _Waiting()


def note(actor: Actor, query: str, total: int) -> None:
    """Have the search noted once this request is answered. `query` is a search as an address has it, in its one form."""
    if not settings.SEARCH_LOG_DAYS or actor.user is None or not query or not may(actor, "search"):
        return
    words = QueryDict(query).get("q", "")[:LONGEST]
    paths = actor.paths(*READING_ROLES)
    row = AskedSearch(
        asked_at=now(),
        person=actor.user,
        agency_path=paths[0] if paths else "",
        clearance=actor.clearance,
        query=query[:2000],
        words=words,
        same=same_of(words),
        total=total,
    )
    _waiting.rows = (*_waiting.rows, row)


def same_of(words: str) -> str:
    """What writes the same search the same: without marks, capitals and further spaces."""
    return fold(" ".join(words.split()))[:LONGEST]


def write(**_: object) -> None:
    rows, _waiting.rows = _waiting.rows, ()
    if not rows:
        return
    try:
        AskedSearch.objects.bulk_create(rows)
    except DatabaseError:
        log.warning("%s searches could not be noted", len(rows), exc_info=True)


request_finished.connect(write, dispatch_uid="searches-asked")


def clear_away(_job: Job) -> Save:
    """Nightly: what is older than SEARCH_LOG_DAYS goes, everything where that is 0."""
    before = now() - timedelta(days=settings.SEARCH_LOG_DAYS)

    def save() -> dict[str, int]:
        removed, _rows = AskedSearch.objects.filter(asked_at__lt=before).delete()
        return {"removed": removed}

    return save
