"""A verdict that changed is told to those who look after the document, until they have marked it as seen."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from repository.access import require
from repository.actors import Actor
from repository.clock import now
from repository.codes import Role
from repository.events import record
from repository.models import File, Verification
from repository.pages.homes.waiting import MENU_MOST
from repository.refusals import NotVisible, Refused
from signing.models import ChangeSeen, ChangesSeen, Judged, VerdictChange
from signing.reasons import reason_of
from signing.validation.verdicts import FileVerdict

# Who has never marked anything is told of the last month, not of years; so is who is given older documents to look after.
FIRST_LOOK = timedelta(days=30)
STEP = 1000


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
    mark = ChangesSeen.objects.filter(user=actor.user).first() if actor.user else None
    rows = VerdictChange.objects.visible_to(actor).filter(changed_at__gt=mark.since if mark else now() - FIRST_LOOK)
    return rows.exclude(Exists(ChangeSeen.objects.filter(user=actor.user, change=OuterRef("pk")))) if mark else rows


def waiting(actor: Actor) -> int:
    """How many stand in an auditor's menu."""
    return unseen(actor).order_by()[:MENU_MOST].count() if actor.holds(Role.AUDITOR) else 0


def sums(rows: Any) -> list[dict[str, Any]]:
    """How many went from which verdict to which, the most first."""
    found = rows.order_by().values("before", "after").annotate(count=Count("pk"))
    return list(found.order_by("-count", "before", "after"))


@transaction.atomic
def mark_seen(until: UUID | str, *, actor: Actor, count: int | None = None) -> None:
    """All that is new up to this change is seen; what came after it stays new. Going back is not possible.

    `count`: how many the person was told of. Raises Forbidden, NotVisible, or Refused where by now there are more.
    """
    require(actor, "see runs")
    try:
        change = VerdictChange.objects.visible_to(actor).get(pk=until)
    except (VerdictChange.DoesNotExist, ValidationError, ValueError) as absent:
        raise NotVisible from absent
    if actor.user is None:
        raise NotVisible
    moment = now()
    # What is older than a month need not be told one by one, unless the page that shows it is itself so old.
    since = min(change.changed_at, moment - FIRST_LOOK)
    mark = ChangesSeen.objects.select_for_update().filter(user=actor.user).first()
    new = list(unseen(actor).filter(pk__lte=change.pk).order_by().values_list("pk", flat=True))
    if not new:
        return
    if count is not None and len(new) > count:
        # One whose transaction ended after the page was made: it was never shown.
        raise Refused.because(
            "mark seen", None, "meanwhile", _("More verdicts changed meanwhile."), _("Look at the list again.")
        )
    since = max(since, mark.since) if mark else since
    ChangesSeen.objects.update_or_create(user=actor.user, defaults={"since": since, "seen_at": moment})
    seen = (ChangeSeen(user=actor.user, change_id=pk) for pk in new)
    while part := list(islice(seen, STEP)):
        ChangeSeen.objects.bulk_create(part, ignore_conflicts=True)
    ChangeSeen.objects.filter(user=actor.user, change__changed_at__lte=since).delete()
    record("verdicts.seen", actor, None, until=change.pk)
