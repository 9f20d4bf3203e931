"""An uploaded inventory between its upload and its use: read in a worker, kept beside its job, and taken away with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from repository.actions.receive_file import may_file
from repository.actors import Actor
from repository.clock import now
from repository.codes import JobState
from repository.intake.names import clean_name
from repository.isolation import Isolated, IsolationError, ParserFailed
from repository.jobs.engine import enqueue
from repository.jobs.products import making, path_of
from repository.models import Dossier, Job
from repository.refusals import NotVisible, Refused

KIND = "inventory"
NAME = "table.json"
MOST_BYTES = 20 * 1024 * 1024

_reader = Isolated("repository.inventory.sheets:read", seconds=30, memory_mb=512, workers=1)


def read_inventory(dossier: Dossier, name: str, path: Path, *, actor: Actor) -> Job:
    """Read the table and keep it. Raises NotVisible, Forbidden, or Refused for what is no table."""
    may_file(dossier.pk, actor=actor)
    try:
        found = _reader.run(str(path))
    except ParserFailed as error:
        if error.message == "old excel":
            raise _refused(
                dossier, "old-excel", _("This is a file of an old Excel (.xls)."), _("Save it as .xlsx and send it.")
            ) from error
        raise _refused(
            dossier, "no-table", _("This file is no table that can be read."), _("Send an .xlsx or .csv file.")
        ) from error
    except IsolationError as error:
        raise _refused(
            dossier, "too-large", _("The table is too large or damaged."), _("Send only the sheet with the list.")
        ) from error
    if not found["rows"]:
        raise _refused(dossier, "empty", _("There is nothing in this table."), _("Check the file and send it again."))
    with transaction.atomic():
        job = enqueue(KIND, actor.id, dossier=dossier, params={"name": clean_name(name)}, wake=False)
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE, finished_at=now())
        with making(job, NAME) as stream:
            stream.write(json.dumps(found, ensure_ascii=False).encode())
    return job


def inventory_of(job_id: UUID | str, dossier: Dossier, *, actor: Actor) -> tuple[Job, dict[str, Any]]:
    """The job and its table {"rows", "cut"}. Raises NotVisible, or Refused where the table was taken away meanwhile."""
    job = Job.objects.filter(pk=job_id, kind=KIND, dossier=dossier, actor=actor.user).first()
    if job is None or actor.user is None:
        raise NotVisible
    path = path_of(job, NAME)
    if path is None:
        raise _refused(dossier, "gone", _("This table is no longer kept here."), _("Send the Excel file once more."))
    table: dict[str, Any] = json.loads(path.read_bytes())
    return job, table


def _refused(dossier: Dossier, code: str, title: str, remedy: str) -> Refused:
    return Refused.because("file", dossier, code, title, remedy)
