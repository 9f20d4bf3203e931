"""Bulk acts as jobs: an item a record, each worked by its one action in the transaction that also ends the item, so that nothing is done twice.

Undoing is another such job, over the items that succeeded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from repository.access.rule import ACTS as RIGHTS
from repository.actors import Actor, actor_of
from repository.codes import ItemState, JobState
from repository.jobs.engine import enqueue
from repository.jobs.outcomes import Save, refusals_told
from repository.lists.acts import ACTS, Act
from repository.lists.listing import Listing
from repository.models import Job, JobItem
from repository.refusals import Forbidden, NotVisible, Refused

KIND, UNDO = "bulk", "bulk_undo"
MOST = 10_000  # rows at once


@dataclass(frozen=True)
class Chosen:
    """An act and the rows it is meant for."""

    act: Act
    rows: QuerySet[Any]
    count: int
    ids: tuple[UUID, ...]
    everything: bool
    left_out: tuple[UUID, ...]


def acts_of(listing: Listing) -> list[Act]:
    return [act for act in ACTS.values() if act.listed == listing.name and act.offered_to(listing.actor)]


def plan(listing: Listing, name: str, *, ids: list[UUID], everything: bool, left_out: list[UUID]) -> Chosen:
    """What would be done. Raises NotVisible for an act the list does not have, Refused where nothing or too much is chosen."""
    act = ACTS.get(name)
    if act is None or act.listed != listing.name:
        raise NotVisible
    if not act.offered_to(listing.actor):
        raise Forbidden(act.needs, None, RIGHTS[act.needs])
    if len(ids) > MOST or len(left_out) > MOST:
        raise _too_many()
    rows = listing.chosen(ids, everything=everything, left_out=left_out)
    count = rows.order_by()[: MOST + 1].count()
    if not count:
        raise Refused.because(
            "bulk", None, "nothing", _("Nothing is chosen."), _("Tick the rows that are meant, then choose what to do.")
        )
    if count > MOST and not (act.starts and everything):
        raise _too_many()
    return Chosen(act, rows, count, tuple(ids), everything, tuple(left_out))


def _no_undo() -> Refused:
    return Refused.because(
        "undo",
        None,
        "no-undo",
        _("There is nothing here that can be taken back."),
        _("It was taken back already, it is still running, or this act cannot be undone."),
    )


def _too_many() -> Refused:
    return Refused.because(
        "bulk",
        None,
        "too-many",
        _("More than 10,000 are chosen."),
        _("Narrow the list with a filter, for example by year, and do it in parts."),
    )


@transaction.atomic
def start(chosen: Chosen, values: dict[str, str], *, actor: Actor) -> Job:
    """Make the job. Raises Refused where the act was not told what it needs."""
    given = {ask.name: values.get(ask.name, "").strip()[: ask.most] for ask in chosen.act.fields}
    asked = chosen.act.fields
    missing = [ask for ask in asked if ask.required and not given[ask.name]]
    wrong = [ask for ask in asked if ask.options and given[ask.name] not in dict(ask.options)]
    if missing or wrong or (asked and not any(given.values())):
        label = (missing or wrong or list(asked))[0].label
        raise Refused.because(
            "bulk",
            None,
            "not-told",
            _("%(label)s is missing.") % {"label": label},
            _("Go back and fill it in; nothing was done."),
        )
    rows = chosen.rows.only("pk")
    items = [(str(row), {"id": str(row)}) for row in rows.values_list("pk", flat=True)]
    params = {"act": chosen.act.name, "values": given, "language": get_language() or "vi"}
    return enqueue(KIND, actor.id, params=params, items=items)


def work_item(job: Job, item: JobItem) -> Save:
    act, actor = ACTS[job.params["act"]], _actor(job)
    assert act.does is not None
    does = act.does

    def save() -> dict[str, Any]:
        undo = _said(job, lambda: does(item.payload["id"], job.params["values"], actor))
        return {"undo": undo} if undo is not None and act.undoes is not None else {}

    return save


def work_undo(job: Job, item: JobItem) -> Save:
    act, actor = ACTS[job.params["act"]], _actor(job)
    assert act.undoes is not None
    undoes = act.undoes

    def save() -> dict[str, Any]:
        _said(job, lambda: undoes(item.payload["id"], item.payload["undo"], actor))
        return {}

    return save


def _actor(job: Job) -> Actor:
    """Who asked, with the rights of this moment."""
    assert job.actor is not None
    return actor_of(job.actor)


def _said(job: Job, act: Callable[[], Any]) -> Any:
    """What is refused becomes the item's reason, in the language of who asked."""
    with override(job.params["language"]), refusals_told():
        return act()


def named(job: Job) -> str:
    act = ACTS.get(job.params.get("act", ""))
    if act is None:
        return ""
    return _("Taking back: %(act)s") % {"act": act.label} if job.kind == UNDO else str(act.label)


def may_undo(job: Job) -> bool:
    """Whether something of the job can be taken back, by its own figures: no query."""
    act = ACTS.get(job.params.get("act", "")) if job.kind == KIND else None
    return bool(
        act
        and act.undoes is not None
        and job.done
        and not job.params.get("undone")
        and job.state in (JobState.DONE, JobState.CANCELLED)
    )


@transaction.atomic
def undo(job_id: UUID | str, *, actor: Actor) -> Job:
    """Take back what the job did, as far as nobody has changed it since; once. Raises NotVisible or Refused."""
    job = Job.objects.select_for_update(of=("self",)).filter(pk=job_id, kind=KIND, actor=actor.user).first()
    if job is None or actor.user is None:
        raise NotVisible
    if not may_undo(job):
        raise _no_undo()
    done = JobItem.objects.filter(job=job, state=ItemState.DONE, result__has_key="undo").order_by("pk")
    items = [(row.label, {"id": row.payload["id"], "undo": row.result["undo"]}) for row in done]
    if not items:
        raise _no_undo()
    params = {"act": job.params["act"], "of": str(job.pk), "language": get_language() or "vi"}
    made = enqueue(UNDO, actor.id, params=params, items=items)
    Job.objects.filter(pk=job.pk).update(params={**job.params, "undone": str(made.pk)})
    return made
