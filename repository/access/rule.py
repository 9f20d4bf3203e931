"""The rule as a question: may this actor do this to this object? Written apart from the querysets; a property test holds them equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repository.access.acts import AGENCY_ACTS, GENERAL_ACTS, READING_ROLES, RECORD_ACTS
from repository.codes import Role
from repository.refusals import Forbidden, NotVisible

if TYPE_CHECKING:
    from django.db.models import Model

    from repository.actors import Actor
    from repository.models import Document, Dossier, Event

ACTS = {**RECORD_ACTS, **AGENCY_ACTS, **GENERAL_ACTS}
# A grant is leave to read, no more.
GRANTED_ACTS = ("view", "download", "history")


def may(actor: Actor, act: str, thing: Model | None = None) -> bool:
    """Whether the actor may do the act to the thing (a dossier, document, file, agency), or anywhere where no thing is given.

    Raises KeyError for an act that is not in the table: a misspelt act must not be a silent no.
    """
    from repository.models import Agency, Document, Dossier, Event, File, Finding, Job

    roles = ACTS[act]
    if actor.is_system:
        return True
    if thing is None:
        return actor.holds(*roles)
    if isinstance(thing, Dossier):
        return _may_dossier(actor, act, roles, thing)
    if isinstance(thing, Document):
        return _may_document(actor, act, roles, thing)
    if isinstance(thing, File):
        return may(actor, act, thing.version.document)
    if isinstance(thing, Agency):
        return act in AGENCY_ACTS and actor.holds(*roles, path=thing.path)
    if isinstance(thing, Event):
        return act == "view" and _may_event(actor, thing)
    if isinstance(thing, Finding):
        return _may_finding(actor, act, thing)
    if isinstance(thing, Job):
        return thing.actor_id is not None and thing.actor_id == actor.id
    return False


def _may_dossier(actor: Actor, act: str, roles: tuple[Role, ...], dossier: Dossier) -> bool:
    if act not in RECORD_ACTS or dossier.secrecy > actor.clearance:
        return False
    if actor.holds(*roles, path=dossier.agency.path):
        return True
    return act in GRANTED_ACTS and _granted(actor, dossier=dossier)


def _may_document(actor: Actor, act: str, roles: tuple[Role, ...], document: Document) -> bool:
    if act not in RECORD_ACTS or document.secrecy > actor.clearance:
        return False
    if actor.holds(*roles, path=document.agency.path):
        return True
    if act in GRANTED_ACTS and _granted(actor, document=document):
        return True
    # A page that asks about many acts loads the dossiers once, with their agencies.
    loaded = "dossiers" in getattr(document, "_prefetched_objects_cache", {})
    dossiers = document.dossiers.all() if loaded else document.dossiers.select_related("agency")
    return any(_may_dossier(actor, act, roles, dossier) for dossier in dossiers)


def _may_event(actor: Actor, event: Event) -> bool:
    from repository.models import Document, Dossier

    if not event.agency_path or event.secrecy > actor.clearance:
        return False
    document = Document.objects.filter(pk=event.object_id).first()
    dossier = Dossier.objects.filter(pk=event.dossier_id).first()
    if any(about is not None and about.secrecy > actor.clearance for about in (document, dossier)):
        return False
    return actor.holds(*AGENCY_ACTS["audit"], path=event.agency_path)


def _may_finding(actor: Actor, act: str, finding: Model) -> bool:
    about = finding.document or finding.dossier  # type: ignore[attr-defined]
    return may(actor, "see runs") if about is None else may(actor, act, about)


def _granted(actor: Actor, **on: object) -> bool:
    from repository.models import Grant

    return bool(actor.grant_ids) and Grant.objects.filter(pk__in=actor.grant_ids, **on).exists()


def require(actor: Actor, act: str, thing: Model | None = None) -> None:
    """Raises NotVisible where the thing may not even be seen, Forbidden (naming the roles that may) where only the act is refused."""
    if may(actor, act, thing):
        return
    if thing is not None and act != "view" and may(actor, "view", thing) if _can_be_viewed(thing) else False:
        raise Forbidden(act, thing, ACTS[act])
    if thing is None or not _can_be_viewed(thing):
        raise Forbidden(act, thing, ACTS[act])
    raise NotVisible


def _can_be_viewed(thing: Model | None) -> bool:
    """Records hide; an agency's name is public."""
    from repository.models import Agency

    return thing is not None and not isinstance(thing, Agency)


__all__ = ["ACTS", "READING_ROLES", "may", "require"]
