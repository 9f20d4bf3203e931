"""What alerts register with the repository."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from repository.access import may
from repository.actors import Actor
from repository.registry import JobKind, Nightly, Panel, registry
from repository.sentences import say

SHOWN = 6


def part(request: HttpRequest, actor: Actor) -> dict[str, Any] | None:
    """What came since the last look, on the first page of everybody who searches; nothing where nothing came."""
    from search.alerts.jobs import unread_of

    if not may(actor, "search"):
        return None
    rows = unread_of(actor, SHOWN)
    return {"notices": rows} if rows else None


def register() -> None:
    from search.alerts.jobs import KIND, clear_away, start, work_alert

    title = _("Saved searches asked for new documents")
    registry.work(JobKind(name=KIND, title=title, work_item=work_alert, finish=clear_away, lease_seconds=120))
    registry.nightly.append(Nightly(name=KIND, title=title, order=60, start=start))
    registry.home_panels.append(Panel("alerts", 32, "search/home_alerts.html", part))
    say("alert.switched_on", _("%(who)s switched on an alert of a saved search."))
    say("alert.switched_off", _("%(who)s switched off an alert of a saved search."))
    say("alert.asked", _("%(who)s had a saved search asked for new documents."))
    say("alert.read", _("%(who)s opened what an alert told: %(count)s documents."))
