"""Verify again: every night a batch of sealed files, those first whose last run is longest ago; and on demand one file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from repository.bytes import BytesMissing
from repository.codes import Indication
from repository.jobs.engine import progress
from repository.jobs.outcomes import ItemFailed, Save
from repository.models import File, Finding, Job, Verification
from signing.judging import Judge
from signing.runs import BESIDE, BytesChanged, keep, look_again

KIND = "reverify"
ONE = "verify"
# A night's batch ends with whichever comes first.
FILES_A_NIGHT = 5000
SECONDS_A_NIGHT = 4 * 3600
STEP = 200


def work_reverify(job: Job) -> Save:
    """Each run is written as it is made, so that an attempt after a killed one goes on where that was."""
    began = time.monotonic()
    waiting = _waiting(job)
    progress(job, total=min(waiting.count(), FILES_A_NIGHT), done=0)
    done = missing = 0
    # One for the night: anchors, lists and responses are read once, and no address is asked twice.
    judge = Judge(online=True)
    for file in _oldest_first(job):
        if done + missing >= FILES_A_NIGHT or time.monotonic() - began > SECONDS_A_NIGHT:
            break
        try:
            keep(file, look_again(file, judge=judge), "nightly", job=job)
            done += 1
        except (BytesMissing, BytesChanged):
            # The check of the store tells of it; here it only cannot be judged, and those after it still can.
            missing += 1
        progress(job, done=done, failed=missing)
    return lambda: _figures(job, missing)


def _waiting(job: Job) -> Any:
    return File.objects.filter(
        version__document__sealed_at__isnull=False, status__verified_at__lt=job.created_at
    ).exclude(status__indication=Indication.NONE)


def _oldest_first(job: Job) -> Iterator[File]:
    seen: set[Any] = set()
    while True:
        rows = list(
            _waiting(job).exclude(pk__in=seen).select_related(*BESIDE).order_by("status__verified_at", "pk")[:STEP]
        )
        if not rows:
            return
        for row in rows:
            seen.add(row.pk)
            yield row
        # Those written have left the waiting ones; only what could not be read is still to be passed over.
        seen = set(_waiting(job).filter(pk__in=seen).values_list("pk", flat=True))


def _figures(job: Job, missing: int) -> dict[str, Any]:
    runs = Verification.objects.filter(reason="nightly", run_at__gte=job.created_at)
    return {"verified": runs.count(), "missing": missing, "alerts": Finding.objects.filter(job=job).count()}


def work_one(job: Job) -> Save:
    """Verify one file again because somebody asked. `params`: {"file": identity}."""
    file = File.objects.select_related(*BESIDE).get(pk=job.params["file"])
    try:
        verdict = look_again(file, judge=Judge(online=True))
    except BytesMissing as error:
        raise ItemFailed(
            "bytes-missing", _("The file's bytes are nowhere to be found. Tell your administrator.")
        ) from error

    def save() -> dict[str, Any]:
        from repository.actors import SYSTEM, actor_of

        run = keep(file, verdict, "asked", actor=actor_of(job.actor) if job.actor else SYSTEM, job=job)
        return {"indication": run.indication}

    return save


def failed_title(finding: Finding) -> str:
    return _("A signature does not hold: the file was changed after signing, or the signature is broken.")


def changed_title(finding: Finding) -> str:
    return _("A later check came to another verdict: %(before)s, now %(after)s.") % {
        "before": Indication(finding.body["before"]).label,
        "after": Indication(finding.body["after"]).label,
    }
