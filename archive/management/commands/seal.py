"""Accept a submitted dossier and seal it; returns when it is archived. A sealing that failed before is taken up again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from archive.actions.retry_sealing import retry_sealing
from archive.models import SealedObject
from repository.actions.accept_dossier import accept_dossier
from repository.actors import Actor
from repository.codes import DossierState, JobState
from repository.jobs.engine import UNFINISHED
from repository.jobs.run import run_to_end
from repository.management.command import Command as Base
from repository.management.command import job_bar
from repository.models import Dossier, Job
from repository.refusals import NotVisible
from repository.registry import settled


class Command(Base):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("dossier", metavar="DOSSIER", help="a submitted dossier, by its code or identity")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = self.actor(options)
        dossier = find_dossier(options["dossier"], actor)
        job = self._begin(dossier, actor)
        with job_bar("Sealing", quiet=options["json"]) as watch:
            job = run_to_end(job.pk, watch=watch)
        settled()
        dossier.refresh_from_db()
        self.say(
            options,
            f"{dossier.code}: {dossier.get_state_display()}" if job.state == JobState.DONE else job.message,
            dossier=dossier.code,
            id=dossier.pk,
            state=dossier.state,
            job=job.pk,
            reason=job.reason,
            message=job.message,
            path=SealedObject.objects.filter(dossier=dossier).values_list("path", flat=True).first(),
            **{name: value for name, value in job.result.items() if name != "id"},
        )
        if job.state != JobState.DONE:
            raise CommandError(job.message)

    def _begin(self, dossier: Dossier, actor: Actor) -> Job:
        if dossier.state != DossierState.SEALING:
            return accept_dossier(dossier.pk, actor=actor, wake=False)[1]
        running = Job.objects.filter(kind="seal", dossier=dossier, state__in=UNFINISHED).first()
        return running or retry_sealing(dossier.pk, actor=actor, wake=False)[1]


def find_dossier(name: str, actor: Actor) -> Dossier:
    """The dossier of this code or identity. Raises NotVisible; CommandError where several agencies have one of the code."""
    visible = Dossier.objects.visible_to(actor)
    found = list(visible.filter(code=name).order_by("pk")[:2])
    if not found and len(name) in (32, 36):
        try:
            found = list(visible.filter(pk=name)[:1])
        except ValueError:
            found = []
    if not found:
        raise NotVisible
    if len(found) > 1:
        raise CommandError("Several agencies have a dossier of this code: name it by its identity.")
    return found[0]
