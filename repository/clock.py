"""The one clock. Everything that asks what time it is asks here, so that a test can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")

_set_to: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _set_to.get() or datetime.now(UTC)


def today() -> date:
    """Today's date in Vietnam, where deadlines are counted."""
    return now().astimezone(LOCAL).date()


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Within the block it is `moment` (aware)."""
    token = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(token)
