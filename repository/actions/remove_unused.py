"""Reference data entered by mistake may go, as long as nothing follows it. People and records never go this way."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from repository.access import require
from repository.actors import Actor
from repository.events import record
from repository.models import Agency, FilePlan, FilePlanEntry, Fonds, RecordClass
from repository.refusals import Blocker, NotVisible, Refused

REMOVABLE = (Agency, Fonds, RecordClass, FilePlan, FilePlanEntry)


@transaction.atomic
def remove_unused(model: type[models.Model], pk: UUID | str, *, actor: Actor) -> str:
    """Remove the row and return its label. Raises NotVisible, Forbidden, or Refused naming what follows it."""
    if model not in REMOVABLE:
        raise TypeError(f"{model.__name__} is not removed this way.")
    thing = model._default_manager.filter(pk=pk).first()
    if thing is None:
        raise NotVisible
    agency = _require(thing, actor)
    label, kind = str(thing), thing._meta.model_name
    event: dict[str, Any] = {"label": label, "code": getattr(thing, "code", "") or getattr(thing, "notation", "")}
    try:
        record(f"{EVENTS[type(thing)]}.removed", actor, thing, agency=agency, **event)
        with transaction.atomic():
            thing.delete()
    except ProtectedError as kept:
        raise Refused(f"remove {kind}", thing, _followers(thing, kept)) from kept
    return label


EVENTS = {Agency: "agency", Fonds: "fonds", RecordClass: "class", FilePlan: "plan", FilePlanEntry: "heading"}


def _require(thing: models.Model, actor: Actor) -> Agency | None:
    if isinstance(thing, Agency):
        if thing.parent is None and not actor.is_system:
            raise Refused.because(
                "remove", thing, "root", _("The root of the tree stays."), _("End or remove the agencies below it.")
            )
        require(actor, "manage agency", thing)
        return thing
    if isinstance(thing, Fonds):
        require(actor, "manage agency", thing.agency)
        return thing.agency
    if isinstance(thing, FilePlan):
        require(actor, "plan", thing.agency)
        return thing.agency
    if isinstance(thing, FilePlanEntry):
        require(actor, "plan", thing.plan.agency)
        return thing.plan.agency
    require(actor, "manage classes")
    return None


def _followers(thing: models.Model, kept: ProtectedError) -> list[Blocker]:
    """What kind of rows follow it and how many; their titles are not told, for they may be records."""
    counts: dict[type[models.Model], int] = {}
    for row in kept.protected_objects:
        counts[type(row)] = counts.get(type(row), 0) + 1
    return [
        Blocker(
            code="followed",
            title=_("It is in use: %(count)s × %(kind)s.") % {"count": count, "kind": model._meta.verbose_name},
            remedy=_("What is in use stays. End it or leave it as it is."),
        )
        for model, count in sorted(counts.items(), key=lambda pair: pair[0].__name__)
    ]
