"""Each night the folder of renditions is brought back to its size."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from repository.jobs.outcomes import Save
from repository.models import Job
from repository.renditions import cache

KIND = "renditions"


def work_trim(job: Job) -> Save:
    removed, freed = cache.trim(settings.RENDITIONS_MB * 1024 * 1024)

    def save() -> dict[str, Any]:
        return {"removed": removed, "freed": freed}

    return save
