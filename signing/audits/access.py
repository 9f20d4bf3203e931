"""Who may do what with an audit: the auditors of its agency keep it, archivists and chiefs read it once it is closed, nobody else knows of it.

An open audit is not shown to those whose work it is about: who knows the sample could mend it before it is looked at.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from repository.access import may
from repository.access.acts import AGENCY_ACTS
from repository.actors import Actor
from repository.models import Agency
from repository.refusals import Forbidden, NotVisible
from signing.models import Audit
from signing.models.audits import KEEPERS, READERS


def may_see_audits(actor: Actor) -> bool:
    return actor.holds(*KEEPERS, *READERS)


def fetch(actor: Actor, audit_id: UUID | str, *, keeps: bool = False, lock: bool = False) -> Audit:
    """The audit, if the actor may see it, or keep it. Raises NotVisible, or Forbidden where she only reads."""
    rows: Any = Audit.objects.visible_to(actor).select_related("agency", "opened_by", "closed_by", "refers_to", "job")
    if lock:
        rows = Audit.objects.visible_to(actor).select_related("agency").select_for_update(of=("self",))
    try:
        audit: Audit = rows.get(pk=audit_id)
    except (Audit.DoesNotExist, ValidationError, ValueError) as absent:
        raise NotVisible from absent
    if keeps and not may(actor, "keep audit", audit.agency):
        raise Forbidden("keep audit", audit, AGENCY_ACTS["keep audit"])
    return audit


def agencies_to_audit(actor: Actor) -> list[Agency]:
    """Agencies that the actor may open an audit of: those she is an auditor of, and their units."""
    from repository.access.querysets import under

    paths = actor.paths(*KEEPERS)
    return list(Agency.objects.filter(under("path", paths)).order_by("path")[:500]) if paths else []
