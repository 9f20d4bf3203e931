"""Bring the index to what the database says. One process writes at a time; everybody else leaves the work to it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path
from weakref import WeakSet

from django.conf import settings

from search import outbox
from search.engines.base import Engine, Writer, WriterBusy
from search.engines.connect import connect
from search.models import Outbox
from search.writing import bring

log = logging.getLogger(__name__)

BATCH = 100
PATIENCE = 60.0
"""Seconds that a rebuild waits for whoever is writing: an indexer is through in a moment."""


_begun: WeakSet[Engine] = WeakSet()


def engine() -> Engine:
    """The engine the settings name: Elasticsearch by its address, else tantivy in a folder.

    The first time its index is made, if there never was one. An index that has been lost stays away until a rebuild: an empty one
    would answer that nothing is found.
    """
    made = _engine(settings.ELASTICSEARCH_URL, Path(settings.INDEX))
    if made not in _begun:
        if not made.exists() and not Outbox.objects.filter(done__gt=0).exists():
            made.ensure()
        _begun.add(made)
    return made


@lru_cache(maxsize=8)
def _engine(url: str | None, folder: Path) -> Engine:
    return connect(
        url,
        folder,
        name=settings.ELASTICSEARCH_INDEX,
        user=settings.ELASTICSEARCH_SIGN_IN,
        api_key=settings.ELASTICSEARCH_API_KEY,
        ca_certs=settings.ELASTICSEARCH_CA_CERTS,
        fingerprint=settings.ELASTICSEARCH_FINGERPRINT,
        shards=settings.ELASTICSEARCH_SHARDS,
    )


def drain() -> int:
    """Index everything that waits; on return it can be found. Returns how many documents were written.

    Where another process is writing, that one does the work and this returns 0. Raises EngineDown, with everything still waiting.
    """
    written = 0
    while outbox.waiting(1):
        try:
            with engine().writer() as writer:
                while revisions := outbox.waiting(BATCH):
                    # Read after the revisions: what is newer than its revision is written again under the next one.
                    for held in bring(writer.write, revisions):
                        outbox.acknowledge(held)
                        written += len(held)
                writer.refresh()
        except WriterBusy:
            return written
        # A change may have come between the last look and the end of the lock, whose indexer found us still writing: look again.
    return written


@contextmanager
def writer_when_free(patience: float = PATIENCE) -> Iterator[Writer]:
    """Enter to write, as soon as nobody else does. Raises WriterBusy where that takes longer than `patience` seconds."""
    pause, waited = threading.Event(), 0.0
    while True:
        writing = engine().writer()
        try:
            writer = writing.__enter__()
            break
        except WriterBusy:
            if waited >= patience:
                raise
            pause.wait(0.1)
            waited += 0.1
    with ExitStack() as stack:
        stack.push(writing)
        yield writer


def settle() -> None:
    """Return when nothing waits any more, whoever does the work. Raises EngineError where the engine does not let it."""
    pause = threading.Event()
    while outbox.waiting(1):
        drain()
        if outbox.waiting(1):
            # Another process is writing: it will be through in a moment.
            pause.wait(0.1)
