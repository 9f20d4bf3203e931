"""What waits for a person: one condition for each figure, from which both the figure and the list behind it are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from repository.access.acts import RECORD_ACTS
from repository.access.querysets import under
from repository.actors import Actor
from repository.clock import today
from repository.codes import DossierState, RetentionState, Role
from repository.models import Document, Dossier, Placement, Retention

# In the menu nobody reads a larger figure than this; counting stops there.
MENU_MOST = 999
DUE_DAYS = 30


def to_confirm(actor: Actor) -> QuerySet[Document]:
    """Documents this person filed whose fields nobody has confirmed yet."""
    return Document.objects.visible_to(actor).filter(confirmed_at__isnull=True, received_by=actor.user)


def returned(actor: Actor) -> QuerySet[Dossier]:
    """Dossiers the archive gave back: a clerk sees those of her unit, others those that they opened."""
    mine = Q(opened_by=actor.user) | under("agency__path", actor.paths(Role.CLERK))
    return Dossier.objects.visible_to(actor).filter(_mine(actor, "file"), mine, state=DossierState.RETURNED)


def open_dossiers(actor: Actor) -> QuerySet[Dossier]:
    return Dossier.objects.visible_to(actor).filter(_mine(actor, "file"), state=DossierState.OPEN)


def to_submit(actor: Actor) -> QuerySet[Dossier]:
    return Dossier.objects.visible_to(actor).filter(_mine(actor, "file"), state=DossierState.CLOSED)


def to_accept(actor: Actor) -> QuerySet[Dossier]:
    """Submitted dossiers this person may accept: not those she submitted herself."""
    return (
        Dossier.objects.visible_to(actor)
        .filter(_mine(actor, "accept"), state=DossierState.SUBMITTED)
        .exclude(submitted_by=actor.user)
    )


def due(actor: Actor) -> QuerySet[Dossier]:
    """Archived dossiers whose retention has ended, or ends within 30 days."""
    end = today() + timedelta(days=DUE_DAYS)
    when = Retention.objects.filter(
        Q(state=RetentionState.ENDED) | Q(state=RetentionState.RUNNING, due_on__lte=end), dossier=OuterRef("pk")
    )
    return Dossier.objects.visible_to(actor).filter(_mine(actor, "file"), Exists(when), state=DossierState.ARCHIVED)


def intake_dossiers(actor: Actor) -> QuerySet[Dossier]:
    """Dossiers that take files, with what this person has still to confirm in them first."""
    return Dossier.objects.visible_to(actor).filter(
        _mine(actor, "file"), state__in=(DossierState.OPEN, DossierState.RETURNED)
    )


def first_dossier_of(document: Document) -> Any:
    return Placement.objects.filter(document=document).values_list("dossier", flat=True).first()


@dataclass(frozen=True)
class Queue:
    """One figure and its list. `of` gives the rows; documents and dossiers are shown by tables of their own."""

    name: str
    label: str | Promise
    title: str | Promise
    says: str | Promise
    empty: str | Promise
    of: Callable[[Actor], QuerySet[Any]]
    documents: bool = False

    @property
    def url(self) -> str:
        return reverse("queue", args=[self.name])


QUEUES = {
    queue.name: queue
    for queue in (
        Queue(
            "confirm",
            _("to confirm"),
            _("To confirm"),
            _("The archive has read these fields out of your files; a person looks at them."),
            _("Nothing to confirm. What you file appears here once it has been read."),
            to_confirm,
            documents=True,
        ),
        Queue(
            "returned",
            _("returned to you"),
            _("Returned to you"),
            _("The archive gave these back with a reason. Mend them, close them, and submit them again."),
            _("Nothing was returned to you."),
            returned,
        ),
        Queue(
            "open",
            _("open dossiers"),
            _("Open dossiers"),
            _("Dossiers of your agencies that take files."),
            _("No dossier is open. Open one under a heading of the file plan."),
            open_dossiers,
        ),
        Queue(
            "submit",
            _("closed, to submit"),
            _("Closed, to submit"),
            _("Closed and complete: the next step is to submit them to the archive."),
            _("No closed dossier waits to be submitted."),
            to_submit,
        ),
        Queue(
            "accept",
            _("waiting for your acceptance"),
            _("Waiting for your acceptance"),
            _("Units have submitted these. Accept them into the archive, or return them with a reason."),
            _("Nothing waits for you. Dossiers appear here when a unit submits them."),
            to_accept,
        ),
        Queue(
            "due",
            _("due within 30 days"),
            _("Due"),
            _("Retention of these archived dossiers has ended, or ends within 30 days."),
            _("No dossier is due within 30 days."),
            due,
        ),
    )
}


def due_url() -> str:
    return QUEUES["due"].url


def of_dossiers(actor: Actor) -> int:
    """Dossiers that wait for a step of this person: to mend, and to accept."""
    waits = _up_to(returned(actor))
    return waits + _up_to(to_accept(actor)) if actor.holds(*RECORD_ACTS["accept"]) else waits


def of_intake(actor: Actor) -> int:
    return _up_to(to_confirm(actor))


def of_retention(actor: Actor) -> int:
    return _up_to(due(actor))


def _up_to(rows: QuerySet[Any]) -> int:
    return rows.order_by()[:MENU_MOST].count()


def _mine(actor: Actor, act: str) -> Q:
    return under("agency__path", actor.paths(*RECORD_ACTS[act]))
