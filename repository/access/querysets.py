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
FEW = 20_000  # documents that are quicker listed than asked for row by row


def under(field: str, paths: tuple[str, ...]) -> Q:
    """Rows whose agency path lies under one of the paths."""
    return reduce(or_, (Q(**{f"{field}__startswith": path}) for path in paths), NOTHING)


def within(paths: tuple[str, ...], prefix: str = "") -> Q:
    """Records of the agencies under one of the paths: by their identities, which an index has, and not by a path a row."""
    from repository.models import Agency

    return Q(**{f"{prefix}agency__in": Agency.objects.filter(under("path", paths)).order_by().values("pk")})


def dossiers_for(actor: Actor, prefix: str = "", *, few: bool = False) -> Q:
    """Dossiers of one's agencies and below, or granted; and only with clearance for their secrecy. `prefix` leads to the dossier.

    `few`: begin with the agencies, instead of asking dossier after dossier for its agency.
    """
    from repository.models import Grant

    paths = actor.paths(*READING_ROLES)
    here = within(paths, prefix) if few else under(f"{prefix}agency__path", paths)
    if actor.grant_ids:
        granted = Grant.objects.filter(pk__in=actor.grant_ids, dossier__isnull=False).values("dossier_id")
        here |= Q(**{f"{prefix}pk__in": granted})
    return here & Q(**{f"{prefix}secrecy__lte": actor.clearance})


class DossierQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor, *, few: bool = False) -> DossierQuerySet:
        """`few`: for one who sees few of many (`sees_few`)."""
        if actor.is_system:
            return self.all()
        if not actor.posts and not actor.grant_ids:
            return self.none()
        return self.filter(dossiers_for(actor, few=few))


class DocumentQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor, *, few: bool = False) -> DocumentQuerySet:
        """By the document's own agency or grant, or by any visible dossier it is in; and only with clearance for its own secrecy.

        The way through dossiers is asked of each row (EXISTS): as a list it would hold every document there is. `few`: as a
        list after all, for one who sees few of many and would wait while row after row is asked in vain (`sees_few`).
        """
        if actor.is_system:
            return self.all()
        if not actor.posts and not actor.grant_ids:
            return self.none()
        from repository.models import Grant, Placement

        own = within(actor.paths(*READING_ROLES))
        if actor.grant_ids:
            own |= Q(pk__in=Grant.objects.filter(pk__in=actor.grant_ids, document__isnull=False).values("document_id"))
        through = Placement.objects.filter(dossiers_for(actor, "dossier__", few=few))
        if few:
            listed = self.model._base_manager.filter(own).order_by().values("pk")
            listed = listed.union(through.order_by().values("document_id"))
            return self.filter(pk__in=listed, secrecy__lte=actor.clearance)
        return self.filter((own | Exists(through.filter(document=OuterRef("pk")))) & Q(secrecy__lte=actor.clearance))


def sees_few(actor: Actor) -> bool:
    """Whether those an actor may see are few enough to be listed: by their agencies alone, and by what two indexes tell."""
    from repository.models import Document, Dossier

    if actor.is_system:
        return False
    here = within(actor.paths(*READING_ROLES))
    rows = (Document.objects.filter(here), FEW), (Dossier.objects.filter(here), FEW // 10)
    return all(found.order_by().values("pk")[: most + 1].count() <= most for found, most in rows)


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
