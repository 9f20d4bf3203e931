"""The part of a dossier's page that the store has to say: where it is sealed and how it was last found, or why sealing failed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from archive.models import Fixity, ObjectStatus, SealedObject
from repository.access import may
from repository.codes import DossierState, JobState
from repository.models import Dossier, Job

# The look of a verdict, for what was found in the store; what could not be told is not determined.
SHAPES = {Fixity.OK: "pass", Fixity.CHANGED: "fail", Fixity.MISSING: "fail", Fixity.UNREADABLE: "unsure"}


def panel(request: HttpRequest, dossier: Dossier) -> dict[str, Any] | None:
    if dossier.state == DossierState.SEALING:
        return _sealing(request, dossier)
    sealed = SealedObject.objects.filter(dossier=dossier).first()
    if sealed is None:
        return None
    status = ObjectStatus.objects.filter(object=sealed).first()
    checked = status is not None and bool(status.outcome)
    return {
        "sealed": sealed,
        "checked_at": status.checked_at if status is not None and checked else None,
        "look": SHAPES[Fixity(status.outcome)] if status is not None and checked else "wait",
        "word": Fixity(status.outcome).label if status is not None and checked else _("not checked since sealing"),
    }


def _sealing(request: HttpRequest, dossier: Dossier) -> dict[str, Any] | None:
    """Only where the last attempt failed, and only for who may seal: everybody sees the state itself."""
    job = Job.objects.filter(kind="seal", dossier=dossier).order_by("-pk").first()
    if job is None or job.state != JobState.FAILED or not may(request.actor, "seal", dossier):  # type: ignore[attr-defined]
        return None
    return {"failed": job, "dossier": dossier}
