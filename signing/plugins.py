"""What signing registers with the repository."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from repository.actors import Actor
from repository.registry import JobKind, Panel, registry


def places(actor: Actor) -> Iterator[dict[str, Any]]:
    from repository.access import may
    from signing.changes import waiting
    from signing.desk import ROLES

    if actor.holds(*ROLES) and may(actor, "see runs"):
        label = pgettext("place", "Verification")
        yield {
            "name": "desk",
            "label": label,
            "url": reverse("desk"),
            "letter": "k",
            "order": 30,
            "count": waiting(actor),
        }


def register() -> None:
    from repository.guards.rules import Guard, protect
    from repository.sentences import say
    from signing import trust_plugins
    from signing.audits import plugins as audits
    from signing.blockers import failed_signatures
    from signing.models import VerdictChange
    from signing.pages.desk import part as desk_in_short
    from signing.panel import panel
    from signing.provable import plugins as provable
    from signing.reports.plugins import register as register_reports
    from signing.runs import CHANGED, FAILED
    from signing.sealing import plugins as sealing
    from signing.steps import VerifyDetached, VerifySignatures
    from signing.watch import KIND, ONE, changed_title, failed_title, work_one, work_reverify

    registry.steps.append(VerifySignatures())
    registry.signature_steps.append(VerifyDetached())
    register_reports()
    registry.nightly_work(JobKind(name=KIND, title=_("Signatures verified again"), work_job=work_reverify), order=10)
    registry.work(JobKind(name=ONE, title=_("Check of a signature"), work_job=work_one, lease_seconds=60))
    registry.document_panels.append(Panel("signatures", 10, "signing/panel.html", panel))
    registry.places.append(places)
    registry.home_panels.append(Panel("desk", 20, "signing/home.html", desk_in_short))
    registry.closing.append((30, failed_signatures))
    registry.finding_titles[FAILED] = failed_title
    registry.finding_titles[CHANGED] = changed_title
    protect(Guard(VerdictChange, append_only=True))
    say("verdicts.seen", _("%(who)s marked changed verdicts as seen."))
    audits.register()
    provable.register()
    sealing.register()
    trust_plugins.register()
