"""The rule as querysets: what an actor may see, as one condition in the database."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models import Q

from repository.access.acts import READING_ROLES

if TYPE_CHECKING:
    from repository.actors import Actor

M = TypeVar("M", bound=models.Model)
NOTHING = Q(pk__in=[])


def under(field: str, paths: tuple[str, ...]) -> Q:
    """Rows whose agency path lies under one of the paths."""
    return reduce(or_, (Q(**{f"{field}__startswith": path}) for path in paths), NOTHING)


def dossiers_for(actor: Actor) -> Q:
    """Dossiers of one's agencies and below, or granted; and only with clearance for their secrecy."""
    by_agency = under("agency__path", actor.paths(*READING_ROLES))
    by_grant = Q(grants__in=actor.grant_ids) if actor.grant_ids else NOTHING
    return (by_agency | by_grant) & Q(secrecy__lte=actor.clearance)


class DossierQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> DossierQuerySet:
        if actor.is_system:
            return self.all()
        if not actor.posts and not actor.grant_ids:
            return self.none()
        # A subquery rather than a join: a person's several grants on one dossier must not show it twice.
        return (
            self.filter(pk__in=self.model._base_manager.filter(dossiers_for(actor)).values("pk"))
            if actor.grant_ids
            else self.filter(dossiers_for(actor))
        )


class DocumentQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> DocumentQuerySet:
        """By the document's own agency or grant, or by any visible dossier it is in; and only with clearance for its own secrecy."""
        if actor.is_system:
            return self.all()
        if not actor.posts and not actor.grant_ids:
            return self.none()
        from repository.models import Dossier, Placement

        own = under("agency__path", actor.paths(*READING_ROLES))
        if actor.grant_ids:
            from repository.models import Grant

            own |= Q(pk__in=Grant.objects.filter(pk__in=actor.grant_ids, document__isnull=False).values("document_id"))
        through = Placement.objects.filter(dossier__in=Dossier.objects.visible_to(actor)).values("document_id")
        return self.filter((own | Q(pk__in=through)) & Q(secrecy__lte=actor.clearance))


class FileQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> FileQuerySet:
        if actor.is_system:
            return self.all()
        from repository.models import Document

        return self.filter(version__document__in=Document.objects.visible_to(actor))


class EventQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> EventQuerySet:
        """Events an auditor or chief archivist may read: those of their agencies, with clearance for what they speak of."""
        if actor.is_system:
            return self.all()
        from repository.access.acts import AGENCY_ACTS

        paths = actor.paths(*AGENCY_ACTS["audit"])
        return self.filter(under("agency_path", paths), secrecy__lte=actor.clearance) if paths else self.none()
