"""Read objects of the store and compare them with what was sealed. Exit status 1 where something is not as it was."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from archive.management.commands.seal import find_dossier
from archive.models import Fixity, FixityCheck, SealedObject
from repository.actors import SYSTEM
from repository.codes import JobState
from repository.jobs.engine import enqueue
from repository.jobs.run import run_to_end
from repository.management.command import Command as Base
from repository.management.command import job_bar


class Command(Base):
    help = __doc__
    acts_as_somebody = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--all", action="store_true", help="the whole store; default: a night's batch")
        which.add_argument("--object", metavar="CODE", help="the object of one dossier, by its code or identity")

    def handle(self, *args: Any, **options: Any) -> None:
        job = enqueue("fixity", None, params=self._params(options), wake=False)
        with job_bar("Checking", quiet=options["json"]) as watch:
            job = run_to_end(job.pk, watch=watch)
        if job.state != JobState.DONE:
            raise CommandError(job.message)
        problems = [
            {"object": check.object.object_id, "dossier": check.object.dossier.code, **problem}
            for check in FixityCheck.objects.filter(job=job)
            .exclude(outcome=Fixity.OK)
            .select_related("object__dossier")
            .order_by("pk")
            for problem in check.problems
        ]
        problems += [{"object": None, "kind": "unexpected-object", "path": path} for path in job.result["unexpected"]]
        result = job.result
        self.say(
            options,
            f"{result['objects']} objects, {result['files']} files, {result['bytes']} bytes: {len(problems)} problems.",
            **result,
            problems=problems,
        )
        for problem in problems[:100]:
            self.stderr.write(f"{problem.get('dossier') or '-'}: {problem['kind']} {problem['path']}")
        if problems:
            raise CommandError("The store is not as it was sealed.")

    def _params(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["object"]:
            dossier = find_dossier(options["object"], SYSTEM)
            sealed = SealedObject.objects.filter(dossier=dossier).first()
            if sealed is None:
                raise CommandError("This dossier is not sealed.")
            return {"object": str(sealed.pk)}
        return {"all": True} if options["all"] else {"batch": True}
