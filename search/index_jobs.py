"""Jobs of the index: the nightly comparison with the database, a rebuild, the way back to the index before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from repository.clock import now
from repository.codes import JobState
from repository.jobs.engine import UNFINISHED, LeaseLost, enqueue, progress
from repository.jobs.outcomes import Again, ItemFailed, Save
from repository.models import Job
from search.comparison import compare
from search.engines.base import EngineDown, EngineError, IndexMissing, WriterBusy
from search.indexer import drain, engine
from search.models import IndexCheck
from search.rebuild import IndexDiffers, Note, Watch, after_swap, go_back, reindex

COMPARE, REBUILD, RETURN = "index-compare", "index-rebuild", "index-return"
KINDS = (COMPARE, REBUILD, RETURN)
NOT_AGAIN_WITHIN = timedelta(hours=1)
"""A rebuild that begins by itself does so no sooner after another that ended."""
TELL_EVERY = 500
"""Rows between two notes of how far it is."""


def work_compare(job: Job) -> Save:
    """`params`: {} for the night's, which repairs; {"repair": false} only looks."""
    began = now()
    repair = bool(job.params.get("repair", True))
    with _told():
        found = compare(repair=repair, watch=_watch(job))
        if found.repaired:
            drain()

    def save() -> dict[str, Any]:
        IndexCheck.objects.create(
            job=job,
            engine=engine().name,
            began_at=began,
            ended_at=now(),
            documents=found.documents,
            held=found.held,
            missing=found.missing,
            stale=found.stale,
            extra=found.extra,
            repaired=found.repaired,
            named=found.named,
        )
        return {
            "checked": found.documents,
            "missing": found.missing,
            "changed": found.stale,
            "orphans": found.extra,
            "repaired": found.repaired,
        }

    return save


def work_rebuild(job: Job) -> Save:
    """`params`: {"fresh": true} begins anew instead of going on with a rebuild that was cut off.

    `target` is written there: the index that is being built. Taken up again, it goes on with that one, or has ended.
    """
    target = job.params.get("target")
    fresh = bool(job.params.get("fresh")) and not target
    return _worked(lambda watch: reindex(watch, fresh=fresh, note=_note(job)), job)


def rebuild_lost() -> Job | None:
    """Have an index that has been lost built anew, unless something is done to the index already or was tried in vain a moment ago."""
    with transaction.atomic():
        ours = Job.objects.filter(kind__in=KINDS)
        if ours.filter(Q(state__in=UNFINISHED) | Q(kind=REBUILD, finished_at__gt=now() - NOT_AGAIN_WITHIN)).exists():
            return None
        return enqueue(REBUILD, None, params={"lost": True})


def work_return(job: Job) -> Save:
    """`target` is the earlier index: where that is the one being rebuilt already, what is left is to go on."""

    def go_on(watch: Watch) -> int:
        opened = job.params.get("target")
        if opened is not None and opened == engine().name_of("rebuild"):
            return reindex(watch, note=_note(job))
        return go_back(watch, note=_note(job))

    return _worked(go_on, job)


def _worked(work: Callable[[Watch], int], job: Job) -> Save:
    with _told():
        if job.params.get("target") and job.params["target"] == engine().name_of("live"):
            # Whoever had it before was ended after the swap: to do it again would lose the index that is kept.
            after_swap()
            documents = engine().count()
        else:
            documents = work(_watch(job))
    return lambda: {"documents": documents}


def _note(job: Job) -> Note:
    def note(name: str) -> None:
        job.params = {**job.params, "target": name}
        mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempt=job.attempt)
        if not mine.update(params=job.params):
            raise LeaseLost

    return note


def _watch(job: Job) -> Watch:
    told = -TELL_EVERY

    def watch(done: int, total: int) -> None:
        nonlocal told
        if done - told >= TELL_EVERY or done >= total:
            progress(job, done=min(done, total), total=total)
            told = done

    return watch


@contextmanager
def _told() -> Iterator[None]:
    """What the engine says, as the end of a job: later again where it is away, a reason where it is none."""
    try:
        yield
    except WriterBusy as busy:
        raise Again("index-busy", _("Another process writes the index. This is tried again by itself.")) from busy
    except EngineDown as down:
        raise Again("engine-down", _("The search engine does not answer. This is tried again by itself.")) from down
    except IndexMissing as missing:
        raise ItemFailed(
            "no-index", _("There is no such index that this version can read: build it anew.")
        ) from missing
    except IndexDiffers as differs:
        raise ItemFailed(
            "index-differs",
            _("The new index is not what the database has. The old one goes on serving; begin the rebuild anew."),
        ) from differs
    except EngineError as error:
        raise ItemFailed("engine", _("The search engine refused: %(why)s") % {"why": error}) from error
