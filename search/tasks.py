"""Celery wakes the indexer; what it has to do stands in the outbox."""

from __future__ import annotations

import logging

from celery import shared_task
from django.core.cache import cache

log = logging.getLogger(__name__)

WOKEN = "search.indexer.woken"


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
    from search.indexer import drain

    cache.delete(WOKEN)
    try:
        drain()
    except EngineError as error:
        # Nothing is lost: everything still waits in the outbox, and the page says how far behind the index is.
        log.warning("the index is behind: %s", error)
