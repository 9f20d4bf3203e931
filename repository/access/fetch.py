"""The rule is in the fetch: what may not be seen is not found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model

from repository.access.rule import ACTS, may
from repository.refusals import Forbidden, NotVisible

if TYPE_CHECKING:
    from repository.actors import Actor

M = TypeVar("M", bound=Model)


def fetch_for(
    actor: Actor, act: str, model: type[M], pk: UUID | str, *, related: tuple[str, ...] = (), lock: bool = False
) -> M:
    """The object, if the actor may do the act to it.

    `lock` takes the row for the running transaction (PostgreSQL; SQLite's transaction has the whole database already).
    Raises NotVisible (looks like 404) or Forbidden (says which role may).
    """
    manager: Any = model._default_manager
    rows = manager.visible_to(actor).select_related(*related)
    if lock:
        rows = rows.select_for_update(of=("self",))
    try:
        thing: M = rows.get(pk=pk)
    except (model.DoesNotExist, ValidationError, ValueError) as absent:  # type: ignore[attr-defined]
        raise NotVisible from absent
    if not may(actor, act, thing):
        raise Forbidden(act, thing, ACTS[act])
    return thing
