"""Where Celery looks for an app's tasks."""

from repository.jobs.tasks import sweep_all, work_on

__all__ = ["sweep_all", "work_on"]
