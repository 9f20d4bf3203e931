"""File documents from folders, files and ZIPs into a dossier; returns when they are in and can be found."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError

from repository import blobs
from repository.access.acts import FILING_ROLES
from repository.actions.open_dossier import open_dossier
from repository.actions.receive_file import may_file, open_intake, take_in
from repository.actors import Actor
from repository.codes import ItemState
from repository.intake.names import clean_name
from repository.intake.pipeline import document_of
from repository.jobs.run import run_to_end
from repository.management.command import Command as Base
from repository.management.command import bar, job_bar
from repository.models import Dossier, FilePlanEntry, JobItem
from repository.refusals import NotVisible
from repository.registry import settled

SKIPPED = {".DS_Store", "Thumbs.db", "desktop.ini"}


class Command(Base):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        into = parser.add_mutually_exclusive_group()
        into.add_argument("--dossier", metavar="CODE", help="an open dossier, by its code or identity")
        into.add_argument("--new-dossier", metavar="TITLE", help="open a dossier with this title")
        parser.add_argument("--heading", metavar="NOTATION", help="heading of the file plan for a new dossier")
        parser.add_argument("--threads", type=int, default=2, help="files worked on at once (default 2)")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = self.actor(options)
        files = list(_files(options["paths"]))
        dossier = self._dossier(actor, options)
        may_file(dossier.pk, actor=actor)
        jobs, failures, held = self._receive(dossier, files, actor, options)
        with job_bar("Processing", quiet=options["json"]) as watch:
            for job_id in jobs:
                run_to_end(job_id, threads=options["threads"], watch=watch)
        settled()
        self._report(jobs, dossier, failures, held, options)

    def _dossier(self, actor: Actor, options: dict[str, Any]) -> Dossier:
        if options["dossier"]:
            visible = Dossier.objects.visible_to(actor)
            found = list(visible.filter(code=options["dossier"]).order_by("pk")[:2])
            if not found and len(options["dossier"]) in (32, 36):
                found = list(visible.filter(pk=options["dossier"])[:1])
            if not found:
                raise NotVisible
            if len(found) > 1:
                raise CommandError("Several agencies have a dossier of this code: name it by its identity.")
            return found[0]
        entries = FilePlanEntry.objects.select_related("plan__agency", "unit").order_by("-plan__year", "notation")
        if options["heading"]:
            entries = entries.filter(notation=options["heading"])
        title = options["new_dossier"] or options["paths"][0].resolve().name
        for entry in entries:
            if actor.holds(*FILING_ROLES, path=(entry.unit or entry.plan.agency).path):
                return open_dossier(title, actor=actor, entry_id=entry.pk)
        raise CommandError("There is no heading in a file plan where you may open a dossier; name one with --heading.")

    def _receive(
        self, dossier: Dossier, files: list[tuple[str, Path]], actor: Actor, options: dict[str, Any]
    ) -> tuple[list[UUID], list[tuple[str, str]], int]:
        """The jobs that have the files, what could not be read, and how many were there already.

        There is more than one job where a worker beside us was through with all that had come before all was there.
        """
        failures: list[tuple[str, str]] = []
        held = 0
        jobs = [open_intake(dossier, actor=actor).pk]
        with bar("Receiving", quiet=options["json"]) as watch:
            for count, (label, path) in enumerate(files, 1):
                try:
                    received = blobs.receive_file(path)
                except blobs.TooBig:
                    failures.append((label, "The file is larger than this archive takes."))
                    continue
                except blobs.DiskFull as full:
                    raise CommandError(
                        "The archive's disk is full. Make room and run this again: what is in is skipped."
                    ) from full
                except OSError as error:
                    failures.append((label, f"The file cannot be read: {error.strerror}."))
                    continue
                if received.size == 0:
                    blobs.remove(received.sha256)
                    failures.append((label, f"The file {clean_name(label)} is empty."))
                    continue
                receipt = take_in(dossier, label, received, actor=actor, wake=False)
                held += receipt.status == "held"
                if receipt.job is not None and receipt.job.pk not in jobs:
                    jobs.append(receipt.job.pk)
                watch(count, len(files), len(failures))
        return jobs, failures, held

    def _report(
        self, jobs: list[UUID], dossier: Dossier, failures: list[tuple[str, str]], held: int, options: dict[str, Any]
    ) -> None:
        counts = {str(state): 0 for state in ItemState}
        wrong = list(failures)
        for item in JobItem.objects.filter(job__in=jobs).iterator():
            # A ZIP that was unpacked is done, but no document.
            counts[item.state] += item.state != ItemState.DONE or document_of(item) is not None
            if item.state in (ItemState.FAILED, ItemState.REFUSED):
                wrong.append((item.label, item.message))
        held += counts[ItemState.HELD]
        for label, message in wrong:
            self.say(options, f"✗ {label}: {message}", file=label, failed=message)
        self.say(
            options,
            f"{counts[ItemState.DONE]} filed, {held} already there, {len(wrong)} failed in dossier {dossier.code}.",
            dossier={"id": dossier.pk, "code": dossier.code},
            filed=counts[ItemState.DONE],
            held=held,
            failed=len(wrong),
        )
        if wrong:
            raise SystemExit(1)


def _files(paths: list[Path]) -> Iterator[tuple[str, Path]]:
    """(label, path) of every file; links are not followed out of the folder."""
    for path in paths:
        if path.is_dir():
            for inner in sorted(path.rglob("*")):
                if inner.is_file() and not inner.is_symlink() and inner.name not in SKIPPED:
                    yield str(inner.relative_to(path.parent)), inner
        elif path.is_file():
            yield path.name, path
        else:
            raise CommandError(f"There is no file or folder {path}.")
