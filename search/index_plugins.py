"""What the index registers with the repository: its jobs, its figures, what its events say."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from repository.guards.rules import Guard, protect
from repository.registry import JobKind, registry
from repository.sentences import say


def register() -> None:
    from search import index_jobs as jobs
    from search.models import IndexCheck
    from search.pages.index import figures

    compare = JobKind(
        name=jobs.COMPARE, title=_("Index held against the database"), work_job=jobs.work_compare, stops=True
    )
    registry.nightly_work(compare, order=70)
    registry.work(
        JobKind(name=jobs.REBUILD, title=_("Rebuild of the index"), work_job=jobs.work_rebuild, stops=True),
        JobKind(name=jobs.RETURN, title=_("Return to the earlier index"), work_job=jobs.work_return, stops=True),
    )
    registry.figures.append(figures)
    protect(Guard(IndexCheck, append_only=True))
    say("index.compare", _("%(who)s had the search index compared with the database."))
    say("index.rebuild", _("%(who)s had the search index built anew."))
    say("index.return", _("%(who)s had the search go back to the earlier index."))
    say("index.given_up", _("%(who)s gave up a rebuild of the search index."))
