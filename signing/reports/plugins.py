"""What reports register: their jobs, the link on a dossier's page, and how their events read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from repository.models import Dossier
from repository.registry import JobKind, Panel, registry
from repository.sentences import say


def panel(request: HttpRequest, dossier: Dossier) -> dict[str, Any] | None:
    """The way to the verdicts of the dossier's documents; what they are is counted there."""
    return {"dossier": dossier}


def register() -> None:
    from signing.reports.actions import BUNDLE, DOSSIER_REPORT
    from signing.reports.jobs import handed, work_bundle, work_report

    registry.work(
        JobKind(
            name=DOSSIER_REPORT,
            title=_("Report on a dossier's signatures"),
            work_job=work_report,
            handed=handed,
            lease_seconds=300,
        ),
        JobKind(name=BUNDLE, title=_("Evidence bundle"), work_job=work_bundle, handed=handed, lease_seconds=300),
    )
    registry.dossier_panels.append(Panel("signatures", 20, "signing/dossier_panel.html", panel))
    say("signatures.read", _("%(who)s read the report on the signatures of %(what)s."))
    say("signatures.reported", _("%(who)s took the report on the signatures of %(what)s away as %(form)s."))
    say("signatures.collected", _("%(who)s took away the report on the signatures of %(count)s documents."))
    say("evidence.downloaded", _("%(who)s downloaded the evidence of %(count)s documents."))
