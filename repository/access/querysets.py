"""The rule as querysets: what an actor may see, as one condition in the database."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from repository.access.acts import READING_ROLES

if TYPE_CHECKING:
    from repository.actors import Actor

M = TypeVar("M", bound=models.Model)
NOTHING = Q(pk__in=[])


def under(field: str, paths: tuple[str, ...]) -> Q:
    """Rows whose agency path lies under one of the paths."""
    return reduce(or_, (Q(**{f"{field}__startswith": path}) for path in paths), NOTHING)


def dossiers_for(actor: Actor, prefix: str = "") -> Q:
    """Dossiers of one's agencies and below, or granted; and only with clearance for their secrecy. `prefix` leads to the dossier."""
    from repository.models import Grant

    here = under(f"{prefix}agency__path", actor.paths(*READING_ROLES))
    if actor.grant_ids:
        granted = Grant.objects.filter(pk__in=actor.grant_ids, dossier__isnull=False).values("dossier_id")
        here |= Q(**{f"{prefix}pk__in": granted})
    return here & Q(**{f"{prefix}secrecy__lte": actor.clearance})


class DossierQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> DossierQuerySet:
        if actor.is_system:
            return self.all()
        if not actor.posts and not actor.grant_ids:
            return self.none()
        return self.filter(dossiers_for(actor))


class DocumentQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> DocumentQuerySet:
        """By the document's own agency or grant, or by any visible dossier it is in; and only with clearance for its own secrecy.

        The way through dossiers is asked of each row (EXISTS): as a list it would hold every document there is.
        """
        if actor.is_system:
            return self.all()
        if not actor.posts and not actor.grant_ids:
            return self.none()
        from repository.models import Grant, Placement

        own = under("agency__path", actor.paths(*READING_ROLES))
        if actor.grant_ids:
            own |= Q(pk__in=Grant.objects.filter(pk__in=actor.grant_ids, document__isnull=False).values("document_id"))
        through = Placement.objects.filter(dossiers_for(actor, "dossier__"), document=OuterRef("pk"))
        return self.filter((own | Exists(through)) & Q(secrecy__lte=actor.clearance))


class FileQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> FileQuerySet:
        if actor.is_system:
            return self.all()
        from repository.models import Document

        documents = Document.objects.visible_to(actor)
        return self.filter(Exists(documents.filter(pk=OuterRef("version__document"))))


class EventQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> EventQuerySet:
        """Events an auditor or chief archivist may read: those of their agencies, with clearance for what they speak of.

        As it was then and as it is now: what was made secret later is told no more, its earlier events neither.
        """
        if actor.is_system:
            return self.all()
        from repository.access.acts import AGENCY_ACTS
        from repository.models import Document, Dossier

        paths = actor.paths(*AGENCY_ACTS["audit"])
        if not paths:
            return self.none()
        above = {"secrecy__gt": actor.clearance}
        return self.filter(
            ~Exists(Document.objects.filter(pk=OuterRef("object_id"), **above)),
            ~Exists(Dossier.objects.filter(pk=OuterRef("dossier_id"), **above)),
            under("agency_path", paths),
            secrecy__lte=actor.clearance,
        )
