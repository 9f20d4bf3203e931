"""Documents made ready for the index, batch by batch: in this process, or for a whole archive in several.

Words are what takes the time, and each document's are its own affair; the index itself has one writer.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import current_process, get_context
from uuid import UUID

from search.engines.base import Change, Deletion
from search.engines.rows import row_of

WORTH_PROCESSES = 20_000
"""From so many documents on it pays to start processes: each takes seconds to load the program."""
_MOST = 4
_PR_SET_PDEATHSIG = 1
_AHEAD = 3
"""Batches that may wait for the writer, for each process."""

Revisions = dict[UUID, int]


def processes_for(documents: int) -> int:
    """How many processes prepare so many documents. A worker of the queue may have no children and does it alone."""
    if documents < WORTH_PROCESSES or current_process().daemon:
        return 1
    return min(len(os.sched_getaffinity(0)), _MOST)


def prepared(batches: Iterable[Revisions], processes: int = 1) -> Iterator[list[Change]]:
    """Yield the changes of each batch, in their order."""
    if processes < 2:
        yield from map(prepare_batch, batches)
        return
    # A fresh interpreter each: a fork would share this one's connection to the database.
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_load_program) as pool:
        waiting: deque[Future[list[Change]]] = deque()
        for batch in batches:
            waiting.append(pool.submit(prepare_batch, batch))
            if len(waiting) > _AHEAD * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def prepare_batch(revisions: Revisions) -> list[Change]:
    """Return the changes with their rows, and without the text that the rows were made of; what cannot be made is set aside."""
    from search.writing import ready

    return ready(_rows_of, revisions)


def _rows_of(revisions: Revisions) -> list[Change]:
    from search.assembly import assemble

    return [
        change if isinstance(change, Deletion) else replace(change, row=row_of(change), text="")
        for change in assemble(revisions)
    ]


def _load_program() -> None:
    import django

    if sys.platform == "linux":
        # Who is killed cannot tell its children to stop; they would wait for work for ever.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    django.setup()
