"""What trust, evidence and repeated runs register with the repository."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from repository.registry import JobKind, registry


def register() -> None:
    from repository.guards.rules import Guard, protect
    from repository.sentences import say
    from signing.models import AnchorProposal, Evidence, RevocationItem, RunBasis, RunRepeat, TrustAnchor
    from signing.repeating import KIND, work_repeat

    registry.work(JobKind(name=KIND, title=_("Verification repeated"), work_job=work_repeat, lease_seconds=60))
    say("anchor.proposed", _("%(who)s proposed to trust %(what)s."))
    say("anchor.added", _("%(who)s approved %(what)s, which is trusted from now on."), "key")
    say("anchor.refused", _("%(who)s refused to trust %(what)s: %(reason)s."))
    say("anchor.withdrawn", _("%(who)s withdrew the trust in %(what)s: %(reason)s."), "alarm")
    say("revocation.imported", _("%(who)s brought revocation data of %(issuer)s."))
    say("verification.repeat_asked", _("%(who)s had an earlier verification repeated."))
    say("verification.repeated", _("An earlier verification was repeated."))
    withdrawal = ("withdrawn_at", "withdrawn_from", "withdrawn_by_id", "withdrawn_reason")
    protect(
        # Two people, held by the database itself; what was withdrawn stays withdrawn.
        Guard(
            TrustAnchor,
            only=withdrawal,
            frozen_when="OLD.withdrawn_at IS NOT NULL",
            never="NEW.approved_by_id = NEW.added_by_id OR (NEW.approved_by_id IS NULL AND NEW.withdrawn_at IS NULL)",
        ),
        Guard(
            AnchorProposal,
            only=("state", "decided_by_id", "decided_at", "reason", "anchor_id"),
            frozen_when="OLD.state <> 'waiting'",
            never="NEW.state = 'approved' AND (NEW.decided_by_id IS NULL OR NEW.decided_by_id = NEW.proposed_by_id)",
        ),
        *(Guard(model, append_only=True) for model in (Evidence, RevocationItem, RunBasis, RunRepeat)),
    )
