"""Read a report, take it away, have a dossier's report or a bundle made: each looks at who may, and writes its event."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import fetch_for
from repository.actors import Actor
from repository.clock import now
from repository.events import record
from repository.jobs.engine import UNFINISHED, enqueue
from repository.models import Dossier, File, Job, Verification
from repository.printing.facts import visible_places
from repository.refusals import NotVisible, Refused
from signing.reports.report import report_of

RELATED = ("version__document__agency", "status__verification")
DOSSIER_REPORT, BUNDLE = "signature-report", "evidence-bundle"
FORMS = ("pdf", "json", "xml")


@transaction.atomic
def read_file(file_id: UUID | str, *, actor: Actor) -> tuple[File, Verification | None]:
    """The file and its last run, None where it was never judged; the event says that it was read. Raises NotVisible."""
    file = fetch_for(actor, "view", File, file_id, related=RELATED)
    record("signatures.read", actor, file.version.document, file=_about(file))
    run = file.status.verification
    if run is not None:
        run.file = file
    return file, run


@transaction.atomic
def read_run(run_id: UUID | str, *, actor: Actor) -> Verification:
    """Any run of the past, as it was kept; the event says that it was read. Raises NotVisible."""
    run = _run(run_id, "view", actor)
    record("signatures.read", actor, run.file.version.document, file=_about(run.file), run=run.pk)
    return run


@transaction.atomic
def take_report(
    run_id: UUID | str, form: str, *, actor: Actor, language: str = ""
) -> tuple[dict[str, Any], Verification]:
    """The report of a run on its way out in a form (pdf, json, xml); the event is written. Raises NotVisible or Forbidden."""
    run = _run(run_id, "download", actor)
    record(
        "signatures.reported",
        actor,
        run.file.version.document,
        file=_about(run.file),
        run=run.pk,
        form=form,
        language=language,
    )
    return report_of(run, moment=now()), run


def _run(run_id: UUID | str, act: str, actor: Actor) -> Verification:
    try:
        run = Verification.objects.get(pk=run_id)
    except (Verification.DoesNotExist, ValidationError, ValueError) as absent:
        raise NotVisible from absent
    run.file = fetch_for(actor, act, File, run.file_id, related=RELATED)
    return run


def _about(file: File) -> dict[str, Any]:
    return {"id": file.pk, "name": file.name, "sha256": file.sha256}


def history(file: File, *, before: datetime | None = None, step: int = 20) -> list[Verification]:
    """The file's runs, the latest first, without their verdicts; one more than `step` where there are older ones."""
    runs = Verification.objects.filter(file=file).defer("verdict").order_by("-run_at", "-id")
    return list((runs.filter(run_at__lt=before) if before else runs)[: step + 1])


@transaction.atomic
def ask_for_dossier_report(dossier_id: UUID | str, form: str, language: str, *, actor: Actor) -> Job:
    """Have the dossier's report made as pdf or json. Raises NotVisible, Forbidden, or Refused where it holds no document."""
    dossier = _dossier(dossier_id, actor)
    return _once(DOSSIER_REPORT, actor, dossier, {"form": form, "language": language})


@transaction.atomic
def ask_for_dossier_bundle(dossier_id: UUID | str, *, actor: Actor) -> Job:
    """Have the evidence of all documents of the dossier put together. Raises NotVisible, Forbidden or Refused."""
    return _once(BUNDLE, actor, _dossier(dossier_id, actor), {})


@transaction.atomic
def ask_for_file_bundle(file_id: UUID | str, *, actor: Actor) -> Job:
    """Have the evidence of one file put together. Raises NotVisible, Forbidden, or Refused where it was never judged."""
    file = fetch_for(actor, "download", File, file_id, related=RELATED)
    if file.status.verification is None:
        raise Refused.because(
            "bundle",
            file,
            "not-judged",
            _("The signatures of this file were not checked yet, so there is no evidence to hand over."),
            _("Have it checked first."),
        )
    return _once(BUNDLE, actor, None, {"file": str(file.pk)})


def _dossier(dossier_id: UUID | str, actor: Actor) -> Dossier:
    dossier = fetch_for(actor, "download", Dossier, dossier_id, related=("agency",), lock=True)
    if not visible_places(actor, dossier).exists():
        raise Refused.because(
            "report", dossier, "empty", _("The dossier holds no document."), _("File its documents first.")
        )
    return dossier


def _once(kind: str, actor: Actor, dossier: Dossier | None, params: dict[str, Any]) -> Job:
    """The job that makes it for this person already, else a new one."""
    standing = Job.objects.filter(kind=kind, actor=actor.user, dossier=dossier, state__in=UNFINISHED, params=params)
    return standing.first() or enqueue(kind, actor.id, dossier=dossier, params=params, total=1)
