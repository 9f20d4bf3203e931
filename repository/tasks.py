"""Where Celery looks for an app's tasks."""

from repository.jobs.tasks import nightly, sequence_events, sweep_all, work_on

__all__ = ["nightly", "sequence_events", "sweep_all", "work_on"]
