"""What every worker needs to hold a row: who it is, how a lease lives, and how a busy database is asked again."""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from django.db import OperationalError, close_old_connections, connection
from django.utils.translation import gettext as _

from repository.clock import now
from repository.codes import JobState
from repository.models import Job, JobItem

log = logging.getLogger(__name__)

UNFINISHED = (JobState.QUEUED, JobState.RUNNING)
Row = Job | JobItem
T = TypeVar("T")

# What an item carries for its work only, such as the password of a locked file: gone once the work has ended.
PASSING = ("password",)
# A service that is down is waited for this often, ever longer, up to five minutes: some three hours in all.
MOST_PUT_OFFS = 40
LONGEST_PAUSE = 300.0
# A busy database (SQLite's lock, PostgreSQL's deadlock) is asked again this often.
BUSY_TRIES = 5
BUSY_PAUSE = 0.1  # seconds before the first of them, doubled each time


class LeaseLost(Exception):
    """Another worker has the row now: what this one did is thrown away."""


def me() -> str:
    """Names this thread of this process, so that a lease says who holds it."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}:{_RUN}"


_RUN = uuid.uuid4().hex[:8]


def persistently(write: Callable[[], T]) -> T:
    """Do a write that begins its own transaction, again where the database was busy. Raises OperationalError after BUSY_TRIES."""
    pause = threading.Event()
    for number in range(1, BUSY_TRIES + 1):
        try:
            return write()
        except OperationalError:
            if number == BUSY_TRIES or connection.in_atomic_block:
                raise
            log.warning("the database was busy; trying again")
            close_old_connections()
            pause.wait(BUSY_PAUSE * 2 ** (number - 1))
    raise AssertionError("unreachable")


@contextmanager
def heartbeat(row: Row, seconds: int) -> Iterator[None]:
    """Renew the lease while the outside work runs, from a thread of its own; it ends with the block, or with the process."""
    stop = threading.Event()
    model, pk, attempt = type(row), row.pk, row.attempt

    def beat() -> None:
        while not stop.wait(seconds / 3):
            try:
                close_old_connections()
                model._default_manager.filter(pk=pk, attempt=attempt, state=JobState.RUNNING).update(
                    lease_until=now() + timedelta(seconds=seconds)
                )
            except Exception:
                log.exception("heartbeat of %s %s", model.__name__, pk)
        connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def pause_before(seconds: float, times: int) -> float:
    return max(seconds, min(seconds * 1.5 ** (times - 1), LONGEST_PAUSE))


def put_offs(row: Row) -> int:
    """How often a service that the row needs was down. Kept in `result` until the work has one."""
    return int(row.result.get("put_off", 0))


def tries(row: Row) -> int:
    """Attempts that count against the row: those that ended because a service was down do not."""
    return row.attempt - put_offs(row)


def lasting(item: JobItem) -> dict[str, Any]:
    """The payload without what was for the work only."""
    return {name: value for name, value in item.payload.items() if name not in PASSING}


def unexpected() -> str:
    return _(
        "Something went wrong that the program did not expect. The file is kept; try again, and tell your administrator if it stays."
    )
