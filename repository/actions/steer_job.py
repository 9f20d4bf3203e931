"""What a person may do with a job of hers: stop it, have what failed tried again, put away what she has seen."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from repository.actions.receive_file import cancel_intake
from repository.actors import Actor
from repository.clock import now
from repository.codes import ItemState, JobState
from repository.jobs.engine import UNFINISHED, wake_up
from repository.models import Job, JobItem, User
from repository.refusals import NotVisible, Refused
from repository.registry import registry

SEEN = "tray_seen"


def own_job(job_id: UUID | str, actor: Actor, *, lock: bool = False) -> Job:
    """The actor's own job. Raises NotVisible."""
    jobs = Job.objects.select_related("dossier")
    if lock:
        jobs = Job.objects.select_for_update(of=("self",))
    try:
        return jobs.get(pk=job_id, actor=actor.user, actor__isnull=False)
    except (Job.DoesNotExist, ValidationError, ValueError) as absent:
        raise NotVisible from absent


@transaction.atomic
def stop_job(job_id: UUID | str, *, actor: Actor) -> Job:
    """What is being worked on ends, what waits is left out, what is done stays done. Raises NotVisible or Refused."""
    job = own_job(job_id, actor, lock=True)
    if job.kind == "intake":
        return cancel_intake(job_id, actor=actor)
    if not registry.kinds[job.kind].stops:
        raise Refused.because(
            "stop", None, "not-stopped", _("This task cannot be stopped on the way."), _("It ends by itself.")
        )
    if job.state not in UNFINISHED:
        raise Refused.because("stop", None, "already", _("The task has ended already."), _("Load the page again."))
    left_out = JobItem.objects.filter(job=job, state=ItemState.QUEUED).update(
        state=ItemState.CANCELLED, finished_at=now(), lease_until=None
    )
    Job.objects.filter(pk=job.pk).update(
        state=JobState.CANCELLED, finished_at=now(), failed=F("failed") + left_out, lease_until=None
    )
    job.refresh_from_db()
    return job


@transaction.atomic
def retry_failed(job_id: UUID | str, *, actor: Actor) -> Job:
    """Put the items that failed into the queue again. Raises NotVisible or Refused."""
    job = own_job(job_id, actor, lock=True)
    if not may_retry(job):
        raise Refused.because(
            "retry", None, "nothing-failed", _("There is nothing here to try again."), _("Load the page again.")
        )
    again = JobItem.objects.filter(job=job, state=ItemState.FAILED).update(
        state=ItemState.QUEUED, attempt=0, reason="", message="", finished_at=None, lease_until=None, owner=""
    )
    Job.objects.filter(pk=job.pk).update(
        state=JobState.QUEUED, finished_at=None, started_at=None, failed=F("failed") - again
    )
    wake_up(job.pk)
    job.refresh_from_db()
    return job


def may_retry(job: Job) -> bool:
    """Of jobs that may be stopped: the others (intake, sealing) have ways of their own to try again."""
    kind = registry.kinds[job.kind]
    return bool(kind.stops and kind.work_item is not None and job.state == JobState.DONE and job.failed)


@transaction.atomic
def put_away(*, actor: Actor) -> None:
    """What has ended until now is off the person's tray; the list of her tasks keeps it. Raises NotVisible for nobody."""
    if actor.user is None:
        raise NotVisible
    user = User.objects.select_for_update().get(pk=actor.user.pk)
    user.prefers = {**user.prefers, SEEN: now().isoformat()}
    user.save(update_fields=["prefers"])
    # The answer to this very request shows the tray as it is now.
    actor.user.prefers = user.prefers
