"""Findings of jobs: who may see them, and closing one with a reason."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from repository.access import may, require
from repository.actors import Actor
from repository.clock import now
from repository.events import record
from repository.models import Document, Dossier, Finding
from repository.refusals import Blocker, NotVisible, Refused


def visible_findings(actor: Actor, findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """Findings about records the actor may see, and those about no record (the store itself)."""
    if not may(actor, "see runs"):
        return findings.none()
    # Asked of each finding: as a list it would hold every document there is.
    document = Exists(Document.objects.visible_to(actor).filter(pk=OuterRef("document")))
    dossier = Exists(Dossier.objects.visible_to(actor).filter(pk=OuterRef("dossier")))
    about_nothing = Q(document__isnull=True, dossier__isnull=True)
    return findings.filter(document | Q(document__isnull=True) & dossier | about_nothing)


@transaction.atomic
def close_finding(finding_id: UUID | str, reason: str, *, actor: Actor) -> Finding:
    """Close a finding with a reason. Raises NotVisible, Forbidden or Refused."""
    finding = visible_findings(actor, Finding.objects.all()).filter(pk=finding_id).first()
    if finding is None:
        raise NotVisible
    about = finding.document or finding.dossier
    require(actor, "close finding", about)
    if not reason.strip():
        raise Refused.because(
            "close finding",
            finding,
            "no-reason",
            _("Say what was found out."),
            _("The reason is kept with the finding."),
        )
    closed = Finding.objects.filter(pk=finding.pk, closed_at__isnull=True).update(
        closed_at=now(), closed_by=actor.user, closed_reason=reason.strip()[:500]
    )
    if not closed:
        raise Refused(
            "close finding",
            finding,
            [Blocker("already", _("The finding is closed already."), remedy=_("Load the page again."))],
        )
    record("finding.closed", actor, about, finding=finding.pk, found=finding.kind, reason=reason.strip())
    finding.refresh_from_db()
    return finding
