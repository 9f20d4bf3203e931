"""What audits and verifications of many register with the repository."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from repository.guards.rules import Guard, protect
from repository.registry import JobKind, registry
from repository.sentences import say


def register() -> None:
    from repository.lists.documents import Documents
    from signing import reasons, runs
    from signing.audits import acts, work
    from signing.audits.actions import CHECK, FREEZE
    from signing.batches import start
    from signing.batches.work import page_of as batch_page
    from signing.batches.work import work_batch
    from signing.models import Audit, AuditRow, AuditSheet, PopulationPart
    from signing.pages.batches import found_acts

    runs.KEPT.append(reasons.note)
    Documents.filters = (*Documents.filters, reasons.REASON)
    registry.nightly_work(
        JobKind(name=reasons.KIND, title=_("Reasons of verdicts kept"), work_job=reasons.work_missing), order=12
    )
    registry.work(
        JobKind(
            name=start.KIND,
            title=_("Signatures checked again"),
            work_job=work_batch,
            stops=True,
            page=batch_page,
            lease_seconds=60,
        ),
        JobKind(
            name=FREEZE, title=_("Population of an audit"), work_job=work.work_freeze, stops=True, page=work.page_of
        ),
        JobKind(
            name=CHECK,
            title=_("Signatures of a sample"),
            work_job=work.work_check,
            stops=True,
            page=work.page_of,
            lease_seconds=60,
        ),
    )
    registry.found_acts.append(found_acts)
    acts.offer()
    closed = "p.closed_at IS NOT NULL"
    protect(
        # What a closed audit says, the database holds against everybody.
        Guard(Audit, frozen_when="OLD.closed_at IS NOT NULL"),
        Guard(AuditRow, parent=("audit_id", Audit, closed)),
        Guard(PopulationPart, append_only=True),
        Guard(AuditSheet, append_only=True),
    )
    say("verification.many_asked", _("%(who)s had the signatures of many documents checked again."))
    say("audit.opened", _("%(who)s opened the audit “%(what)s”."), "key")
    say("audit.frozen", _("The population was frozen: %(population)s documents."))
    say("audit.drawn", _("%(who)s drew a sample of %(size)s documents."), "key")
    say("audit.answered", _("%(who)s answered sheet %(number)s."))
    say("audit.closed", _("%(who)s closed the audit; the archive's seal stands under it."), "key")
    say("audit.closed_unsigned", _("%(who)s closed the audit without a signature."), "alarm")
    say("audit.exported", _("%(who)s downloaded the audit."))
