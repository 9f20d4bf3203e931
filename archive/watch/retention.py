"""Due dates, computed anew each night in batches; dossiers whose retention has ended are told of once."""

from __future__ import annotations

from django.db import transaction

from archive.watch.findings import RETENTION_ENDED
from repository.clock import now
from repository.codes import DossierState, RetentionState
from repository.jobs.engine import progress
from repository.jobs.outcomes import Save
from repository.models import Dossier, Finding, Job, Retention
from repository.retention import refresh_retention

KIND = "retention"
BATCH = 500


def work_retention(job: Job) -> Save:
    figures = {"computed": 0, "changed": 0, "ended": 0, "told": 0}
    dossiers = Dossier.objects.exclude(state__in=[DossierState.DESTROYED, DossierState.TRANSFERRED])
    progress(job, total=dossiers.count())
    after = None
    while True:
        rows = dossiers.filter(pk__gt=after) if after else dossiers
        batch = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not batch:
            return lambda: figures
        # Due date and finding in one transaction: killed in between, the next night would not know that it ended newly.
        with transaction.atomic():
            for name, count in refresh_retention(batch).items():
                figures[name] += count
            ended = Retention.objects.filter(
                dossier__in=batch, state=RetentionState.ENDED, dossier__state=DossierState.ARCHIVED
            ).exclude(dossier__findings__kind=RETENTION_ENDED)
            findings = [
                Finding(
                    kind=RETENTION_ENDED,
                    severe=False,
                    found_at=now(),
                    job=job,
                    dossier_id=row.dossier_id,
                    body={"due_on": row.due_on.isoformat() if row.due_on else None},
                )
                for row in ended
            ]
            Finding.objects.bulk_create(findings)
        figures["told"] += len(findings)
        after = batch[-1]
        progress(job, done=figures["computed"])
