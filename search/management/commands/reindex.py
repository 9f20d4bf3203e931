"""Build the search index anew from the database, beside the old one, and put it in its place in one step."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from repository.management.command import Command as Base
from repository.management.command import bar
from search.engines.base import EngineError
from search.indexer import reindex


class Command(Base):
    help = __doc__
    acts_as_somebody = False

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with bar("Indexing", quiet=options["json"]) as watch:
                documents = reindex(lambda done, total: watch(done, total, 0))
        except EngineError as error:
            raise CommandError(f"The index was not built, the old one still serves: {error}") from error
        self.say(options, f"{documents} documents indexed.", documents=documents)
