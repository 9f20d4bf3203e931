"""Acts about signatures."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from repository.access import fetch_for
from repository.actors import Actor
from repository.events import record
from repository.jobs.engine import enqueue
from repository.models import File, Job
from signing.watch import ONE


@transaction.atomic
def verify_again(file_id: UUID | str, *, actor: Actor) -> tuple[File, Job]:
    """Have a file's signatures verified now; the job keeps the run. Raises NotVisible or Forbidden."""
    file = fetch_for(actor, "verify", File, file_id, related=("version__document__agency",))
    job = enqueue(ONE, actor.id, params={"file": str(file.pk)}, total=1)
    record("verification.asked", actor, file.version.document, file={"id": file.pk, "sha256": file.sha256})
    return file, job
