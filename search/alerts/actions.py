"""Switch an alert on or off, have it look now, open what it told. A saved search is its owner's alone: events name it by its identity only."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from repository.access import require
from repository.actors import Actor
from repository.clock import now
from repository.events import record
from repository.models import Job
from repository.refusals import NotVisible, Refused
from search.alerts.jobs import start_one
from search.models import Alert, AlertKnown, AlertNotice, SavedSearch

# Alerts of one person: each is asked every night.
MOST = 30


def _own(search_id: UUID | str, actor: Actor) -> SavedSearch:
    """Raises NotVisible where the search is not hers, whether she may search or not, and Forbidden where it is but she may no longer search."""
    found = SavedSearch.objects.select_for_update().filter(owner=actor.user, pk=search_id).first()
    if found is None:
        raise NotVisible
    require(actor, "search")
    return found


@transaction.atomic
def switch_on(search_id: UUID | str, *, actor: Actor) -> Alert:
    """What is there already is noted by a job that begins at once; what comes after is told. Raises NotVisible, Forbidden or Refused."""
    found = _own(search_id, actor)
    standing = Alert.objects.filter(search=found).first()
    if standing is not None:
        return standing
    if Alert.objects.filter(search__owner=actor.user).count() >= MOST:
        raise Refused.because(
            "alert",
            None,
            "too-many",
            _("You have 30 alerts already."),
            _("Switch off one that you no longer need."),
        )
    made = Alert.objects.create(search=found, since=now())
    AlertKnown.objects.create(alert=made)
    record("alert.switched_on", actor, None, search=found.pk)
    start_one(made, actor)
    return made


@transaction.atomic
def switch_off(search_id: UUID | str, *, actor: Actor) -> None:
    """Its notices go with it. Raises NotVisible or Forbidden."""
    found = _own(search_id, actor)
    gone, _rows = Alert.objects.filter(search=found).delete()
    if gone:
        record("alert.switched_off", actor, None, search=found.pk)


@transaction.atomic
def look_now(search_id: UUID | str, *, actor: Actor) -> Job:
    """Raises NotVisible where the search is not hers or has no alert, or Forbidden."""
    alert = Alert.objects.filter(search=_own(search_id, actor)).first()
    if alert is None:
        raise NotVisible
    record("alert.asked", actor, None, search=alert.pk)
    return start_one(alert, actor)


@transaction.atomic
def open_notice(notice_id: UUID | str, *, actor: Actor) -> AlertNotice:
    """The notice, read from now on. Raises NotVisible where it is not hers, or Forbidden."""
    rows = AlertNotice.objects.select_for_update(of=("self",)).select_related("alert__search")
    try:
        notice = rows.get(pk=notice_id, alert__search__owner=actor.user)
    except (AlertNotice.DoesNotExist, ValidationError) as absent:
        raise NotVisible from absent
    require(actor, "search")
    if notice.read_at is None:
        notice.read_at = now()
        notice.save(update_fields=["read_at"])
        record("alert.read", actor, None, search=notice.alert_id, count=notice.count)
    return notice
