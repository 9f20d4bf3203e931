"""Why a page cannot be shown."""

from __future__ import annotations


class CannotShow(Exception):
    """`reason` is one of REASONS; the file itself is as it came."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def lasting(self) -> bool:
        """Whether it comes from the bytes alone, so that trying again is of no use."""
        return self.reason in (LOCKED, DAMAGED)


LOCKED = "locked"  # a password is needed
DAMAGED = "damaged"  # no reader makes sense of it
LATE = "late"  # the page took longer than a page may
LARGE = "large"  # the page wanted more memory than a page may
MISSING = "missing"  # the bytes are not here
BUSY = "busy"  # no worker came up: the machine's fault
REASONS = (LOCKED, DAMAGED, LATE, LARGE, MISSING, BUSY)
