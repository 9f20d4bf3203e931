"""The job that checks objects of the store, those first whose last check is longest ago. Each check is written as it is made."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum

from archive import evidence, store
from archive.models import EvidenceObject, Fixity, FixityCheck, ObjectStatus, SealedObject
from archive.watch.findings import STORE_CHANGED, STORE_UNEXPECTED
from archive.watch.objects import check_object
from repository.clock import now
from repository.codes import JobState
from repository.findings import raise_finding
from repository.jobs.engine import UNFINISHED, progress
from repository.jobs.outcomes import Save
from repository.models import Job

KIND = "fixity"
# A night's batch ends with whichever comes first.
OBJECTS_A_NIGHT = 5000
SECONDS_A_NIGHT = 4 * 3600
# Of one object; all of them stand in its check.
TOLD_OF = 100


def work_fixity(job: Job) -> Save:
    """`params`: {} for a night's batch, {"all": true} for the whole store, {"object": identity} for one object."""
    began = time.monotonic()
    everything = bool(job.params.get("all"))
    limit = None if everything else OBJECTS_A_NIGHT
    total = _waiting(job).count()
    progress(job, total=total if limit is None else min(total, limit))
    for done, sealed in enumerate(_next_objects(job), start=1):
        check_and_write(sealed, job)
        progress(job, done=done)
        if limit is not None and (done >= limit or time.monotonic() - began > SECONDS_A_NIGHT):
            break
    strays = list(_strays(job)) if everything else []
    return lambda: _figures(job, strays)


def check_and_write(sealed: SealedObject, job: Job | None) -> FixityCheck:
    """Check one object, keep the result, tell of each problem once."""
    report = check_object(sealed)
    with transaction.atomic():
        made = FixityCheck.objects.create(
            object=sealed,
            job=job,
            checked_at=now(),
            outcome=report.outcome,
            files=report.files,
            bytes=report.bytes,
            problems=[problem.as_json() for problem in report.problems],
        )
        ObjectStatus.objects.filter(object=sealed).update(checked_at=made.checked_at, outcome=made.outcome)
        for problem in report.problems[:TOLD_OF]:
            raise_finding(STORE_CHANGED, problem.as_json(), job=job, dossier=sealed.dossier)
    return made


def _waiting(job: Job) -> Any:
    """What this job has not checked yet: an attempt after a killed one goes on where that was."""
    rows = ObjectStatus.objects.filter(Q(checked_at__isnull=True) | Q(checked_at__lt=job.created_at))
    return rows.filter(object=job.params["object"]) if job.params.get("object") else rows


def _next_objects(job: Job) -> Iterator[SealedObject]:
    while True:
        waiting = _waiting(job).select_related("object__dossier")
        status = (
            waiting.filter(checked_at__isnull=True).order_by("pk").first()
            or waiting.filter(checked_at__isnull=False).order_by("checked_at", "pk").first()
        )
        if status is None:
            return
        yield status.object


def _strays(job: Job) -> Iterator[str]:
    """Objects that no row speaks of, but for one that a sealing has just moved in."""
    if not store.root().is_dir():
        return
    for folder in store.object_folders(store.root()):
        path = str(folder.relative_to(store.root()))
        if SealedObject.objects.filter(path=path).exists() or path in _being_sealed():
            continue
        # One of evidence that was just moved in has its row when the job that made it ends.
        making = Job.objects.filter(kind=evidence.KIND, state__in=UNFINISHED).exists()
        if EvidenceObject.objects.filter(path=path).exists() or (making and evidence.is_evidence(folder)):
            continue
        raise_finding(STORE_UNEXPECTED, {"path": path}, job=job)
        yield path


def _being_sealed() -> set[str]:
    jobs = Job.objects.filter(kind="seal").filter(Q(state__in=UNFINISHED) | Q(state=JobState.FAILED))
    named = [job.params.get("object") for job in jobs.filter(dossier__state="sealing")]
    return {store.path_in_root(object_id) for object_id in named if object_id}


def _figures(job: Job, strays: list[str]) -> dict[str, Any]:
    checks = FixityCheck.objects.filter(job=job)
    sums = checks.aggregate(objects=Count("pk"), files=Sum("files"), bytes=Sum("bytes"))
    by_outcome = dict(checks.values_list("outcome").annotate(n=Count("pk")).order_by())
    return {
        **{name: value or 0 for name, value in sums.items()},
        **{outcome: by_outcome.get(outcome, 0) for outcome in Fixity.values},
        "unexpected": strays,
    }
