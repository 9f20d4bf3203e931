"""Write and read events. An act writes its event in its own transaction; reading and downloading are events too."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import rfc8785
from django.db import connection
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from repository.clock import now
from repository.ids import new_id

if TYPE_CHECKING:
    from repository.actors import Actor
    from repository.models import Agency, Dossier, Event


# Opening and taking away: told to the person herself, and to those who may know of others (`see readings`).
READINGS = (
    "dossier.read",
    "document.read",
    "file.downloaded",
    "dossier.printed",
    "dossier.collected",
    "signatures.read",
)


def plain(value: Any) -> Any:
    """A value as canonical JSON can hold it: identities, dates and numbers beyond 2^53 as text, models as their identity."""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return str(value)


def canonical(body: dict[str, Any]) -> bytes:
    """RFC 8785 bytes of the body."""
    return rfc8785.dumps(plain(body))


def record(
    kind: str,
    actor: Actor,
    thing: Model | None = None,
    *,
    dossier: Dossier | None = None,
    agency: Agency | None = None,
    at: datetime | None = None,
    secrecy: int = 0,
    **details: Any,
) -> Event:
    """Write one event; must run inside the transaction of the act it speaks of.

    Labels are copied, so that the event still reads when the records are gone. It is as secret as what it speaks of, and at
    least as `secrecy`: the clearance of a person whose own words it holds.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"The event {kind} must be written in the transaction of its act.")
    event = compose(kind, actor, thing, dossier=dossier, agency=agency, at=at, secrecy=secrecy, **details)
    event.save(force_insert=True)
    return event


def compose(
    kind: str,
    actor: Actor,
    thing: Model | None = None,
    *,
    dossier: Dossier | None = None,
    agency: Agency | None = None,
    at: datetime | None = None,
    secrecy: int = 0,
    **details: Any,
) -> Event:
    """An event that is not written yet: for an act that says outside the database first what it will have done (sealing)."""
    return _event(kind, actor, thing, dossier, agency, at or now(), details, secrecy)


def record_many(kind: str, actor: Actor, rows: list[tuple[Model, Dossier | None, dict[str, Any]]]) -> None:
    """One event per row, in one statement."""
    from repository.models import Event

    moment = now()
    Event.objects.bulk_create(
        [_event(kind, actor, thing, dossier, None, moment, details) for thing, dossier, details in rows], batch_size=500
    )


def _event(
    kind: str,
    actor: Actor,
    thing: Model | None,
    dossier: Dossier | None,
    agency: Agency | None,
    at: datetime,
    details: dict[str, Any],
    least: int = 0,
) -> Event:
    from repository.models import Agency, Dossier, Event

    if dossier is None and isinstance(thing, Dossier):
        dossier = thing
    if agency is None:
        agency = (
            thing if isinstance(thing, Agency) else getattr(dossier, "agency", None) or getattr(thing, "agency", None)
        )
    identity = new_id()
    label = str(getattr(thing, "label", "") or thing or "")[:200]
    secrecy = max(getattr(thing, "secrecy", 0) or 0, getattr(dossier, "secrecy", 0) or 0, least)
    body = {
        "id": identity,
        "kind": kind,
        "at": at,
        "actor": {"id": actor.id, "label": actor.label},
        "object": {
            "kind": thing._meta.model_name if thing is not None else "",
            "id": thing.pk if thing is not None else None,
            "label": label,
        },
        "dossier": {"id": dossier.pk, "label": dossier.label} if dossier is not None else None,
        "agency": {"id": agency.pk, "code": agency.code, "path": agency.path} if agency is not None else None,
        "secrecy": secrecy,
        "details": details,
    }
    content = canonical(body)
    return Event(
        id=identity,
        kind=kind,
        at=at,
        actor_id=actor.id,
        actor_label=actor.label,
        object_kind=body["object"]["kind"] or "",  # type: ignore[index]
        object_id=thing.pk if thing is not None and isinstance(thing.pk, UUID) else None,
        object_label=label,
        dossier_id=dossier.pk if dossier is not None else None,
        agency_path=agency.path if agency is not None else "",
        secrecy=secrecy,
        body=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def body_of(event: Event) -> dict[str, Any]:
    """What the event says. Raises ValueError where its bytes are not what their hash says."""
    content = bytes(event.body)
    if hashlib.sha256(content).hexdigest() != event.sha256:
        raise ValueError(f"Event {event.pk}: the bytes do not have the recorded hash.")
    body: dict[str, Any] = json.loads(content)
    return body


def history_of(thing: Model) -> QuerySet[Event]:
    """Events of a dossier and of what is in it, or of a document, oldest first. Who may see the thing may see its history."""
    from repository.models import Dossier, Event

    about = Q(object_id=thing.pk)
    if isinstance(thing, Dossier):
        about |= Q(dossier_id=thing.pk)
    return Event.objects.filter(about).order_by("id")


def history_for(actor: Actor, thing: Model) -> QuerySet[Event]:
    """The history as the actor may see it: nothing of other dossiers, other documents or a secrecy that she may not see, and what
    others read only where she may know it."""
    from repository.access import may
    from repository.models import Document, Dossier, Event

    events = history_of(thing)
    if actor.is_system:
        return events
    if not may(actor, "see readings", thing):
        events = events.exclude(~Q(actor_id=actor.id), kind__in=READINGS)
    # Asked of each event: as lists they would hold every record there is.
    dossier = Dossier.objects.visible_to(actor).filter(pk=OuterRef("dossier_id"))
    document = Document.objects.visible_to(actor).filter(pk=OuterRef("object_id"))
    return (
        Event.objects.filter(pk__in=events.values("pk"))
        .filter(Q(dossier_id__isnull=True) | Exists(dossier))
        .filter(~Q(object_kind="document") | Exists(document))
        .filter(secrecy__lte=actor.clearance)
        .order_by("id")
    )
