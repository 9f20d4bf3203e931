"""What of renewal and of the time-stamps belongs into the archive's store; the archive takes it from here through the registry."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from repository.models import FileStatus, Verification
from signing.models import EvidenceLeaf, EvidenceStamp, Renewal


def renewals() -> QuerySet[Any]:
    """Renewals of what is sealed. One made before its dossier was sealed is among them: the dossier's object does not hold its row."""
    related = ("file__version", "of")
    return Renewal.objects.filter(file__version__document__sealed_at__isnull=False).select_related(*related)


def parts_of_renewal(renewal: Renewal) -> list[Any]:
    """Version, file, the run by which it was kept, and the renewal itself."""
    run = Verification.objects.filter(file=renewal.file).order_by("run_at", "pk").first()
    status = FileStatus.objects.filter(file=renewal.file).first()
    if status is not None:
        # As it was with that run: a later one is not in the store.
        status.verification = run
    found = [renewal.file.version, renewal.file, run, status, renewal]
    return [part for part in found if part is not None]


def stamps() -> QuerySet[Any]:
    return EvidenceStamp.objects.all()


def parts_of_stamp(stamp: EvidenceStamp) -> list[Any]:
    """The token and every leaf of its tree: with the files' digests it can be proven from the store alone."""
    return [stamp, *EvidenceLeaf.objects.filter(stamp=stamp).order_by("place")]
