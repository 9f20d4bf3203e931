"""What the commands share: who acts (`--as`), figures for machines (`--json`) and bars for people."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import translation
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from repository.actors import Actor, actor_of
from repository.events import plain
from repository.models import Job, User
from repository.refusals import RepositoryError

Watch = Callable[[int, int, int], None]


class Command(BaseCommand):
    """A command that acts: a refusal ends it with what to do and exit status 1, never with a traceback."""

    acts_as_somebody = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="figures for machines, a line of JSON each")
        if self.acts_as_somebody:
            parser.add_argument(
                "--as", dest="as_user", metavar="USER", help="who acts; default: the archivist made by init"
            )

    def execute(self, *args: Any, **options: Any) -> Any:
        # The terminal speaks English throughout: help, figures and refusals alike.
        with translation.override("en"):
            try:
                return super().execute(*args, **options)
            except RepositoryError as refused:
                raise CommandError(str(refused)) from refused
            except OperationalError as error:
                # A full disk, a database that another program holds or that is down: nothing was half written.
                raise CommandError(
                    f"The database did not take the work: {str(error).strip()}. Mend that and run this again: what is in stays in."
                ) from error

    def actor(self, options: dict[str, Any]) -> Actor:
        """The person named by --as, or the archivist that `init` made. Raises CommandError where there is none."""
        name = options.get("as_user")
        users = User.objects.filter(is_active=True)
        user = users.filter(username=name).first() if name else users.filter(prefers__default_actor=True).first()
        if user is None:
            raise CommandError(
                f"There is no active person {name!r}."
                if name
                else "Say who acts with --as USER, or run `manage.py init` first."
            )
        return actor_of(user)

    def say(self, options: dict[str, Any], line: str, **figures: Any) -> None:
        """One line: words for people, or the figures as JSON."""
        if options["json"]:
            self.stdout.write(json.dumps(plain(figures), ensure_ascii=False))
        else:
            self.stdout.write(line)


@contextmanager
def bar(title: str, *, quiet: bool = False) -> Iterator[Watch]:
    """A bar on the terminal with count, rate, time left and failures; silent where nobody watches."""
    console = Console(stderr=True)
    if quiet or not sys.stderr.isatty():
        yield lambda done, total, failed=0: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failures]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, total=None, rate="", failures="")

        def watch(done: int, total: int, failed: int = 0) -> None:
            speed = progress.tasks[0].speed
            progress.update(
                task,
                completed=done + failed,
                total=total or None,
                # A minute, as the tray tells it.
                rate=f"{speed * 60:,.0f} a minute" if speed else "",
                failures=f"{failed} failed" if failed else "",
            )

        yield watch


@contextmanager
def job_bar(title: str, *, quiet: bool = False) -> Iterator[Callable[[Job], None]]:
    with bar(title, quiet=quiet) as watch:
        yield lambda job: watch(job.done, job.total, job.failed)
