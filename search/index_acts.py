"""What an administrator does to the index: have it compared, rebuild it, return to the one before, give up a rebuild."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import require
from repository.actors import Actor
from repository.events import record
from repository.jobs.engine import UNFINISHED, enqueue
from repository.models import Job
from repository.refusals import Refused
from search.index_jobs import COMPARE, KINDS, REBUILD, RETURN
from search.indexer import engine
from search.rebuild import give_up as drop


def start_comparison(*, actor: Actor, repair: bool = True) -> Job:
    """Compare the index with the database. Raises Forbidden, or Refused while something is done to the index."""
    return _start(COMPARE, actor, {"repair": repair})


def start_rebuild(*, actor: Actor, fresh: bool = False) -> Job:
    """Build the index anew beside the old one. Raises Forbidden or Refused."""
    return _start(REBUILD, actor, {"fresh": fresh})


def start_return(*, actor: Actor) -> Job:
    """Go back to the index before the last rebuild. Raises Forbidden or Refused."""
    require(actor, "manage index")
    health = engine().health()
    if health.rebuilding:
        raise _refused("rebuilding", _("A rebuild is under way."), _("Let it end or give it up first."))
    if not health.kept:
        raise _refused("none-kept", _("No earlier index is kept."), _("Build the index anew instead."))
    return _start(RETURN, actor, {})


def give_up_rebuild(*, actor: Actor) -> None:
    """Drop an index that is half built; the one that serves is not touched. Raises Forbidden, Refused or EngineError."""
    require(actor, "manage index")
    with transaction.atomic():
        _nothing_runs()
        record("index.given_up", actor, None)
    drop()


def _start(kind: str, actor: Actor, params: dict[str, Any]) -> Job:
    require(actor, "manage index")
    with transaction.atomic():
        _nothing_runs()
        # A person's own: the night's has no parameters.
        job = enqueue(kind, actor.id, params={**params, "asked": True})
        record(f"index.{kind.removeprefix('index-')}", actor, None)
    return job


def _nothing_runs() -> None:
    if Job.objects.filter(kind__in=KINDS, state__in=UNFINISHED).exists():
        raise _refused("at-work", _("The index is being worked on already."), _("Wait for that to end, or stop it."))


def _refused(code: str, why: Any, remedy: Any) -> Refused:
    return Refused.because("index", None, code, why, remedy)
