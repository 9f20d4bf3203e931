"""Adding a trust anchor takes two people: one proposes a certificate, another compares its fingerprint with the source and decides.

The second may not be the first under another name that she made for it, nor both the creatures of a third: where one made or changed
the account or a role of the other, or somebody those of both, within `APART` before the proposal or since, this pair does not decide.
What two accounts of one person made long before could do is for those who give accounts out to prevent.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository import formats
from repository.access import ACTS, require
from repository.actors import Actor
from repository.clock import now, today
from repository.events import record
from repository.models import Event
from repository.refusals import Blocker, NotVisible, Refused
from signing.certificates import Facts, NotOne, facts_of, is_authority, read
from signing.models import AnchorProposal, ProposalState, Purpose, TrustAnchor

ACT = "manage trust"
# Whoever gives an account out knows its password at first. So long before the proposal nobody may have had both in hand: what is
# done to an account in so long a time is noticed by its owner, or by those who read the events.
APART = timedelta(days=30)


@transaction.atomic
def propose_anchor(data: bytes, source: str, *, actor: Actor, purpose: str = Purpose.BOTH) -> AnchorProposal:
    """Propose the certificate in PEM or DER bytes. Raises Forbidden, or Refused with every reason."""
    _person(actor)
    against: list[Blocker] = []
    found: tuple[x509.Certificate, Facts] | None = None
    try:
        certificate = read(data)
        found = certificate, facts_of(certificate)
    except NotOne as error:
        against.append(Blocker("field-file", error.blocker.title, remedy=error.blocker.remedy))
    except ValueError:
        against.append(
            Blocker(
                "field-file",
                _("What this certificate says of itself cannot be read."),
                remedy=_("Export it again from its source."),
            )
        )
    if found is not None:
        against += _unfit(*found)
    if not source.strip():
        against.append(
            Blocker("field-source", _("Say where the certificate comes from and how its fingerprint was checked."))
        )
    if purpose not in Purpose.values:
        against.append(Blocker("field-purpose", _("Choose what it is trusted for.")))
    if against or found is None:
        raise Refused("propose anchor", None, against)
    certificate, facts = found
    proposal = AnchorProposal.objects.create(
        name=facts.name,
        pem=certificate.public_bytes(Encoding.PEM).decode(),
        sha256=facts.sha256,
        source=source.strip()[:300],
        purpose=purpose,
        not_before=facts.not_before,
        not_after=facts.not_after,
        proposed_by=actor.user,
        proposed_at=now(),
    )
    record("anchor.proposed", actor, proposal, **_said(proposal))
    return proposal


@transaction.atomic
def approve_anchor(proposal_id: UUID | str, *, actor: Actor) -> TrustAnchor:
    """Trust it from now on. Raises Forbidden, NotVisible, or Refused with every reason."""
    proposal = _waiting(proposal_id, actor, "approve anchor")
    if against := why_not_approve(proposal, actor):
        raise Refused("approve anchor", proposal, against)
    moment = now()
    anchor = TrustAnchor.objects.create(
        name=proposal.name,
        pem=proposal.pem,
        sha256=proposal.sha256,
        source=proposal.source,
        purpose=proposal.purpose,
        not_before=proposal.not_before,
        not_after=proposal.not_after,
        added_by=proposal.proposed_by,
        approved_by=actor.user,
        added_at=moment,
    )
    _decide(proposal, actor, ProposalState.APPROVED, moment, anchor=anchor)
    said = _said(proposal)
    record("anchor.added", actor, anchor, proposed_by=proposal.proposed_by.label, proposal=proposal.pk, **said)
    return anchor


@transaction.atomic
def refuse_anchor(proposal_id: UUID | str, reason: str, *, actor: Actor) -> AnchorProposal:
    """It is not trusted. Who proposed it may take it back so as well. Raises Forbidden, NotVisible or Refused."""
    proposal = _waiting(proposal_id, actor, "refuse anchor")
    if not reason.strip():
        raise Refused.because("refuse anchor", proposal, "field-reason", _("Say why it is not to be trusted."))
    _decide(proposal, actor, ProposalState.REFUSED, now(), reason=reason.strip()[:500])
    record("anchor.refused", actor, proposal, reason=reason.strip(), **_said(proposal))
    return proposal


def why_not_approve(proposal: AnchorProposal, actor: Actor) -> list[Blocker]:
    """Every reason why this person may not be the second one."""
    if actor.id == proposal.proposed_by_id:
        return [
            Blocker(
                "same-person",
                _("You proposed it yourself."),
                remedy=_("Another person who manages trust compares the fingerprint with the source and approves."),
            )
        ]
    against = []
    if not _held_before(actor, proposal):
        against.append(
            Blocker(
                "role-since",
                _("Your role is younger than this proposal."),
                remedy=_("Somebody approves it who managed trust before it was made, or it is proposed again."),
            )
        )
    hands = _hands_on(actor.id, proposal), _hands_on(proposal.proposed_by_id, proposal)
    each_other = [
        hand[one] for hand, one in zip(hands, (proposal.proposed_by_id, actor.id), strict=True) if one in hand
    ]
    both = [max(hand[one] for hand in hands) for one in hands[0].keys() & hands[1].keys()]
    if each_other:
        title = _(
            "One of you two has made or changed the account or a role of the other shortly before the proposal, or since."
        )
        against.append(_not_apart("account-changed", title, max(each_other)))
    elif both:
        title = _(
            "One person has made or changed the accounts or roles of both of you shortly before the proposal, or since."
        )
        against.append(_not_apart("one-hand", title, max(both)))
    return against


def _person(actor: Actor) -> None:
    """Trust is a person's word: a job has none to give."""
    require(actor, ACT)
    if actor.user is None:
        raise Refused.because(
            "propose anchor",
            None,
            "no-person",
            _("Only a person can vouch for a certificate."),
            _("Sign in and propose it yourself."),
        )


def _waiting(proposal_id: UUID | str, actor: Actor, act: str) -> AnchorProposal:
    _person(actor)
    rows = AnchorProposal.objects.select_for_update(of=("self",)).select_related("proposed_by")
    proposal = rows.filter(pk=proposal_id).first()
    if proposal is None:
        raise NotVisible
    if proposal.state != ProposalState.WAITING:
        raise Refused(act, proposal, [Blocker.already(ProposalState(proposal.state))])
    return proposal


def _decide(
    proposal: AnchorProposal,
    actor: Actor,
    state: ProposalState,
    moment: datetime,
    *,
    reason: str = "",
    anchor: TrustAnchor | None = None,
) -> None:
    values = {"state": state, "decided_by": actor.user, "decided_at": moment, "reason": reason, "anchor": anchor}
    AnchorProposal.objects.filter(pk=proposal.pk, state=ProposalState.WAITING).update(**values)
    proposal.refresh_from_db()


def _unfit(certificate: x509.Certificate, facts: Facts) -> list[Blocker]:
    against = []
    if not is_authority(certificate):
        against.append(
            Blocker(
                "field-file",
                _("This certificate may not issue others; it is no authority's."),
                remedy=_("Take the certificate of the authority at the top of the chain."),
            )
        )
    if TrustAnchor.objects.filter(sha256=facts.sha256, withdrawn_at__isnull=True).exists():
        against.append(
            Blocker("field-file", _("This certificate is trusted already."), remedy=_("There is nothing left to do."))
        )
    if AnchorProposal.objects.filter(sha256=facts.sha256, state=ProposalState.WAITING).exists():
        against.append(
            Blocker(
                "field-file",
                _("This certificate is proposed already and waits for a second person."),
                remedy=_("Ask somebody else who manages trust to look at it."),
            )
        )
    return against


def _held_before(actor: Actor, proposal: AnchorProposal) -> bool:
    """Whether she holds, by a role given before it was proposed, what the act needs."""
    assert actor.user is not None
    day = today()
    rows = actor.user.memberships.filter(role__in=ACTS[ACT], valid_from__lte=day)
    held = [row for row in rows if row.valid_until is None or row.valid_until > day]
    return any(_made(row.pk) <= _made(proposal.pk) for row in held)


def _made(identity: UUID) -> int:
    """When a row was made, told by its identity: RFC 9562, 5.7, milliseconds since 1970."""
    return identity.int >> 80


def _hands_on(account: UUID | None, proposal: AnchorProposal) -> dict[UUID, datetime]:
    """Who else made or changed this account or its roles since `APART` before the proposal, and when last. The system is nobody."""
    events = Event.objects.filter(object_id=account, actor_id__isnull=False, at__gte=proposal.proposed_at - APART)
    touched = events.exclude(actor_id=account).order_by("at").values_list("kind", "actor_id", "at")
    return {who: at for kind, who, at in touched if kind.split(".")[0] in ("person", "role")}


def _not_apart(code: str, title: Any, last: datetime) -> Blocker:
    remedy = _("A third person approves it, or it is taken back and proposed again after %(day)s.")
    return Blocker(code, title, remedy=remedy % {"day": formats.day(last + APART)})


def _said(proposal: AnchorProposal) -> dict[str, Any]:
    return {
        "name": proposal.name,
        "sha256": proposal.sha256,
        "source": proposal.source,
        "purpose": str(proposal.purpose),
    }
