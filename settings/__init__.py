"""One program, two profiles: what an address is set for is served by that service, the rest is embedded."""

from settings.base import *  # noqa: F403
from settings.celery import app as celery_app

__all__ = ["celery_app"]
