"""Tasks: the person's own, one of them with what failed in it, and the tray that shows them on every page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from repository.access import may
from repository.actions.steer_job import own_job, put_away, retry_failed, stop_job
from repository.actors import Actor
from repository.clock import now
from repository.codes import ItemState
from repository.jobs.shown import as_figures, own_jobs, show, shown
from repository.lists.acts import ACTS
from repository.lists.bulk import undo as take_back
from repository.models import Document, Dossier, Job, JobItem
from repository.pages.base import act, came_from, done, page, stretch
from repository.refusals import NotVisible

ENDED_BADLY = (ItemState.FAILED, ItemState.REFUSED, ItemState.CANCELLED)


@page
def jobs(request: HttpRequest) -> HttpResponse:
    """The person's own jobs; who may see jobs sees those of the system as well, as figures without names of records."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    may_all = may(actor, "see jobs")
    every = may_all and request.GET.get("all") == "1"
    rows, next_url = stretch(Job.objects.all() if every else own_jobs(actor), request)
    moment = now()
    context: dict[str, Any] = {"next_url": next_url, "may_all": may_all, "every": every}
    if every:
        context["figures"] = [(job, as_figures(job, moment)) for job in rows]
    else:
        context["jobs"] = shown(rows, moment)
    return render(request, "repository/jobs.html", context)


@page
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One job of the person: how far it is, what failed and why."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = own_jobs(actor).filter(pk=job_id).first()
    if found is None:
        raise NotVisible
    one = show(found, now())
    named = found.dossier_id is None or one.sees
    items, next_url = stretch(JobItem.objects.filter(job=found, state__in=ENDED_BADLY), request) if named else ([], "")
    context = {
        "one": one,
        "failed": _named(actor, found, items),
        "next_url": next_url,
        "undone": found.params.get("undone", ""),
        "asked": _asked(found),
    }
    return render(request, "repository/job.html", context)


def _named(actor: Actor, job: Job, items: list[JobItem]) -> list[dict[str, Any]]:
    """The items with the records they are about, as far as the person sees them."""
    ids = [item.payload["id"] for item in items if "id" in item.payload]
    act_of = ACTS.get(job.params.get("act", ""))
    records: dict[str, Any] = {}
    if act_of is not None and ids:
        model: Any = Dossier if act_of.listed == "dossiers" else Document
        records = {str(row.pk): row for row in model.objects.visible_to(actor).filter(pk__in=ids)}
        return [{"item": item, "record": records.get(item.payload.get("id", "")), "label": ""} for item in items]
    return [{"item": item, "record": None, "label": item.label} for item in items]


def _asked(job: Job) -> list[tuple[Any, str]]:
    """What the act was told when it started."""
    act_of = ACTS.get(job.params.get("act", ""))
    values = job.params.get("values") or {}
    if act_of is None:
        return []
    return [
        (ask.label, str(dict(ask.options).get(values[ask.name], values[ask.name])) if ask.options else values[ask.name])
        for ask in act_of.fields
        if values.get(ask.name)
    ]


@act
def stop(request: HttpRequest, job_id: UUID) -> HttpResponse:
    stop_job(job_id, actor=request.actor)  # type: ignore[attr-defined]
    return _answer(request, _("The task is stopped; what was done stays done."))


@act
def retry(request: HttpRequest, job_id: UUID) -> HttpResponse:
    retry_failed(job_id, actor=request.actor)  # type: ignore[attr-defined]
    return _answer(request, _("What failed is tried again."))


@act
def undo(request: HttpRequest, job_id: UUID) -> HttpResponse:
    own_job(job_id, request.actor)  # type: ignore[attr-defined]
    take_back(job_id, actor=request.actor)  # type: ignore[attr-defined]
    return _answer(request, _("It is being taken back; what was changed since is kept as it is."))


@act
def seen(request: HttpRequest) -> HttpResponse:
    put_away(actor=request.actor)  # type: ignore[attr-defined]
    return _answer(request, _("The tray is put away; all tasks stay in the list."))


def _answer(request: HttpRequest, message: str) -> HttpResponse:
    """From the tray of any page the tray comes back, without leaving the page."""
    if request.headers.get("HX-Request"):
        return tray(request)
    return done(request, message, came_from(request) if request.POST.get("next") else reverse("jobs"))


@login_required
def tray(request: HttpRequest) -> HttpResponse:
    from repository.pages.context import tray as running

    return render(request, "vk/tray.html", {"tray": running(request.actor)})  # type: ignore[attr-defined]
