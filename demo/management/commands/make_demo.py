"""The demonstration archive: a fictional province, its dossiers in every state, papers signed, scanned and typed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from demo.asked import ask_for_signatures
from demo.audited import keep_audits
from demo.filing import Filing
from demo.kept import keep_provable
from demo.plot import DOCUMENTS, plan
from demo.rows import write_rows
from demo.settle import close_fonds_of_ended_agencies, demo_folder, is_foreign, settle_people, settle_province
from demo.world import World
from repository.management.command import Command as Base
from repository.management.command import bar
from repository.models import Document, Dossier
from repository.registry import settled


class Command(Base):
    help = __doc__
    acts_as_somebody = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--documents", type=int, metavar="N", help=f"how many documents (default {DOCUMENTS})")
        parser.add_argument("--rows-only", action="store_true", help="rows and text without bytes, for benchmarks")
        parser.add_argument("--no-index", action="store_true", help="leave the index to the indexer")
        parser.add_argument("--seed", type=int, default=2025, help="another seed makes other people and papers")
        parser.add_argument("--threads", type=int, default=2, help="files worked on at once (default 2)")

    def handle(self, *args: Any, **options: Any) -> None:
        if _unapplied():
            call_command("migrate", verbosity=0, interactive=False)
        world = World(options["seed"])
        if is_foreign(world):
            raise CommandError(
                "This archive holds agencies of its own. Make the demonstration in an empty REPOSITORY_DATA."
            )
        agencies = settle_province(world)
        accounts = settle_people(agencies)
        count = DOCUMENTS if options["documents"] is None else max(1, options["documents"])
        filing = Filing(world, agencies, threads=options["threads"])
        if options["rows_only"]:
            with bar("Rows", quiet=options["json"]) as watch:
                write_rows(count, world, agencies, lambda done, total: watch(done, total, 0))
        else:
            self._file(filing, count, options)
        if not options["no_index"]:
            settled()
        self._report(filing, accounts, options)

    def _file(self, filing: Filing, count: int, options: dict[str, Any]) -> None:
        filing.pki.write_root(demo_folder() / "root.pem")
        filing.trust_demo_root()
        filing.bring_lists()
        done = 0
        with bar("Filing", quiet=options["json"]) as watch:
            for planned, documents in plan(count, seed=options["seed"]):
                before = done
                filing.file(planned, documents, lambda here, before=before: watch(before + here, count, 0))
                done += len(documents)
        filing.share_and_grant()
        close_fonds_of_ended_agencies(filing.world, filing.agencies)
        ask_for_signatures(filing)
        keep_audits(filing)
        keep_provable(filing.pki)

    def _report(self, filing: Filing, accounts: dict[str, str], options: dict[str, Any]) -> None:
        for label, message in filing.failures:
            self.say(options, f"✗ {label}: {message}", file=label, failed=message)
        names = "\n".join(f"  {name}: {password}" for name, password in accounts.items())
        self.say(
            options,
            f"{Dossier.objects.count()} dossiers, {Document.objects.count()} documents. Accounts:\n{names}",
            dossiers=Dossier.objects.count(),
            documents=Document.objects.count(),
            failed=len(filing.failures),
            accounts=[{"username": name, "password": password} for name, password in accounts.items()],
        )
        if filing.failures:
            raise SystemExit(1)


def _unapplied() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
