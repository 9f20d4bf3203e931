"""Renewing many: from a choice in the list, an item a file; and at night what ends within the months that the operator set."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils.translation import gettext as _

from repository import formats
from repository.access import fetch_for
from repository.actors import Actor, actor_of
from repository.events import record
from repository.jobs.engine import enqueue, progress
from repository.jobs.outcomes import ItemFailed, ItemHeld, Save, refusals_told
from repository.models import File, Job, JobItem
from repository.refusals import Refused
from signing.provable.renew import renew
from signing.provable.rows import ending_within
from signing.provable.stamping import configured
from signing.runs import PDF
from signing.sealing.stamps import timestamp_token

log = logging.getLogger(__name__)
KIND = "renew"
NIGHTLY = "renew-nightly"
MOST = 10_000  # files in one job
# A night's batch ends with whichever comes first.
FILES_A_NIGHT = 5000
SECONDS_A_NIGHT = 4 * 3600
RELATED = ("version__document__agency",)


def start_renewal(rows: QuerySet[Any], actor: Actor) -> Job:
    """Make the job that renews the files of these rows, each file once. Raises Refused where none or too many are meant,
    or where no time-stamp server is set up."""
    if not configured():
        raise Refused.because(
            "renew",
            None,
            "no-server",
            _("No time-stamp server is set up; nothing can be renewed."),
            _("Ask your administrator to set TIMESTAMP_SERVER."),
        )
    found = rows.order_by("file").values_list("file", "file__name").distinct()
    files = list(found[: MOST + 1])
    if len(files) > MOST:
        raise Refused.because(
            "renew",
            None,
            "too-many",
            _("More than %(count)s files are chosen.") % {"count": formats.number(MOST)},
            _("Narrow the list with a filter, for example by what ends, and do it in parts."),
        )
    with transaction.atomic():
        job = enqueue(KIND, actor.id, items=[(name, {"file": str(file)}) for file, name in files])
        record("renewal.asked", actor, None, files=len(files), job=job.pk)
    return job


def work_renew(job: Job, item: JobItem) -> Save:
    """Renew one file with the rights that who asked has now."""
    assert job.actor is not None
    actor = actor_of(job.actor)
    with refusals_told():
        file = fetch_for(actor, "renew", File, item.payload["file"], related=RELATED)
    return renew(file, timestamp_token, actor=actor, job=job)


def work_nightly(job: Job) -> Save:
    """Renew what ends within the months that are set, the soonest first. Each file is written as it is done."""
    months = settings.RENEW_WITHIN_MONTHS
    if not (months and configured()):
        return lambda: {"configured": configured(), "months": months}
    began = time.monotonic()
    soonest = ending_within(months).filter(file__mime=PDF, file__version__document__sealed_at__isnull=False)
    files = list(
        soonest.values_list("file").annotate(end=Min("provable_until")).order_by("end", "file")[:FILES_A_NIGHT]
    )
    progress(job, total=len(files), done=0, failed=0)
    done = failed = 0
    for pk, _end in files:
        if time.monotonic() - began > SECONDS_A_NIGHT:
            break
        # What cannot be renewed does not keep the others from it; a server that is down ends the night's work.
        try:
            save = renew(File.objects.select_related(*RELATED).get(pk=pk), timestamp_token, job=job)
            with transaction.atomic():
                # Asks first whether the job is still ours: a worker that was paused past its lease writes nothing.
                progress(job, done=done + 1)
                save()
            done += 1
        except ItemHeld:
            done += 1
        except ItemFailed as reason:
            failed += 1
            log.warning("file %s was not renewed: %s", pk, reason.code)
        progress(job, done=done, failed=failed)
    return lambda: {"renewed": done, "not_renewed": failed, "months": months}
