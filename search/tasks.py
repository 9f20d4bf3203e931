"""Celery wakes the indexer; what it has to do stands in the outbox."""

from __future__ import annotations

import logging

from celery import shared_task
from django.core.cache import cache

log = logging.getLogger(__name__)

WOKEN = "search.indexer.woken"
WOKEN_MEANING = "search.meaning.woken"


def wake_indexer() -> None:
    """Send one message for many changes. It may be lost: beat sends another every few seconds."""
    try:
        if cache.add(WOKEN, 1, timeout=2):
            index.apply_async(retry=False, ignore_result=True)
    except Exception as error:
        log.warning("the indexer could not be woken (%s); beat will", type(error).__name__)


@shared_task(name="search.index")
def index() -> None:
    from search.engines.base import EngineError
    from search.index_jobs import rebuild_lost
    from search.indexer import drain, engine

    cache.delete(WOKEN)
    try:
        if not engine().exists():
            rebuild_lost()
        drain()
    except EngineError as error:
        # Nothing is lost: everything still waits in the outbox, and the page says how far behind the index is.
        log.warning("the index is behind: %s", error)


def wake_meaning() -> None:
    """The same for vectors, which take longer: one message for the changes of some seconds."""
    try:
        if cache.add(WOKEN_MEANING, 1, timeout=10):
            meaning.apply_async(retry=False, ignore_result=True)
    except Exception as error:
        log.warning("the making of vectors could not be woken (%s); beat will", type(error).__name__)


@shared_task(name="search.meaning")
def meaning() -> None:
    from search.engines.base import EngineError
    from search.meaning.job import drain
    from search.meaning.models import MeaningDown

    cache.delete(WOKEN_MEANING)
    try:
        drain()
    except (MeaningDown, EngineError) as error:
        # What waits goes on waiting, and the words answer meanwhile.
        log.warning("vectors are behind: %s", error)
