"""A verdict that changed is told to those who look after the document, until they have marked it as seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count

from repository.access import require
from repository.actors import Actor
from repository.clock import now
from repository.codes import Role
from repository.events import record
from repository.models import File, Verification
from repository.pages.homes.waiting import MENU_MOST
from repository.refusals import NotVisible
from signing.models import ChangesSeen, Judged, VerdictChange
from signing.reasons import reason_of
from signing.validation.verdicts import FileVerdict

# Who has never marked anything is told of the last month, not of years.
FIRST_LOOK = timedelta(days=30)


def note_change(file: File, run: Verification, verdict: FileVerdict, before: str, after: str) -> None:
    """Keep the change with its reasons; called in the transaction of the run, before the file's own reason is replaced."""
    code, sub = reason_of(verdict, run.indication)
    earlier = Judged.objects.filter(file=file).values_list("reason", flat=True).first()
    VerdictChange.objects.create(
        document_id=file.version.document_id,
        file=file,
        verification=run,
        changed_at=run.run_at,
        before=before,
        after=after,
        reason_before=earlier or "",
        reason_after=code,
        sub_after=sub,
    )


def unseen(actor: Actor) -> Any:
    """Changes that are new to this person."""
    rows = VerdictChange.objects.visible_to(actor)
    seen = ChangesSeen.objects.filter(user=actor.user).first() if actor.user else None
    return rows.filter(pk__gt=seen.until) if seen else rows.filter(changed_at__gt=now() - FIRST_LOOK)


def waiting(actor: Actor) -> int:
    """How many stand in an auditor's menu."""
    return unseen(actor).order_by()[:MENU_MOST].count() if actor.holds(Role.AUDITOR) else 0


def sums(rows: Any) -> list[dict[str, Any]]:
    """How many went from which verdict to which, the most first."""
    found = rows.order_by().values("before", "after").annotate(count=Count("pk"))
    return list(found.order_by("-count", "before", "after"))


@transaction.atomic
def mark_seen(until: UUID | str, *, actor: Actor) -> None:
    """All up to this change is seen; what came after it stays new. Going back is not possible. Raises Forbidden or NotVisible."""
    require(actor, "see runs")
    try:
        change = VerdictChange.objects.visible_to(actor).get(pk=until)
    except (VerdictChange.DoesNotExist, ValidationError, ValueError) as absent:
        raise NotVisible from absent
    if actor.user is None:
        raise NotVisible
    seen, made = ChangesSeen.objects.select_for_update().get_or_create(
        user=actor.user, defaults={"until": change.pk, "seen_at": now()}
    )
    if not made:
        if seen.until >= change.pk:
            return
        ChangesSeen.objects.filter(pk=seen.pk).update(until=change.pk, seen_at=now())
    record("verdicts.seen", actor, None, until=change.pk)
