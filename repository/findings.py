"""Tell people of what was found: one open finding for each problem, however often it is found again."""

from __future__ import annotations

from typing import Any

from repository.clock import now
from repository.models import Document, Dossier, Finding, Job


def raise_finding(
    kind: str,
    body: dict[str, Any],
    *,
    job: Job | None = None,
    dossier: Dossier | None = None,
    document: Document | None = None,
    severe: bool = True,
) -> bool:
    """Write a finding unless the same stands open; whether it is new. `body` says what and where: it is what makes it the same."""
    same = Finding.objects.filter(kind=kind, closed_at__isnull=True, dossier=dossier, document=document)
    if any(finding.body == body for finding in same.iterator()):
        return False
    Finding.objects.create(
        kind=kind, severe=severe, found_at=now(), job=job, dossier=dossier, document=document, body=body
    )
    return True
