"""What beat starts each night: every job that an app registered."""

from repository.jobs.nightly import once, start_all

__all__ = ["once", "start_all"]
