"""The installation's trust anchors: the list that verification uses, and withdrawing one.

How one is added stands in `anchor_proposals`: two people do. One person withdraws: that only ever takes trust away, and must not wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import require
from repository.actors import Actor
from repository.clock import now
from repository.events import record
from repository.refusals import Blocker, NotVisible, Refused
from signing.models import Purpose, TrustAnchor


@dataclass(frozen=True)
class Trusted:
    """An anchor as the engine is told of it. `until`: what is not proven to be older than that, it does not vouch for."""

    sha256: str
    pem: str
    purpose: str = Purpose.BOTH
    until: datetime | None = None

    @property
    def given(self) -> bytes:
        """PEM with headers (RFC 1421, 4.6) that `validation.trust.read_anchors` heeds."""
        headers = []
        if self.purpose != Purpose.BOTH:
            headers.append(f"Trusted-For: {self.purpose}")
        if self.until is not None:
            headers.append(f"Trusted-Until: {self.until.isoformat()}")
        if not headers:
            return self.pem.encode()
        first, rest = self.pem.split("\n", 1)
        return "\n".join([first, *headers, "", rest]).encode()

    def plain(self) -> dict[str, Any]:
        """For what is kept of a run."""
        until = None if self.until is None else self.until.isoformat()
        return {"sha256": self.sha256, "purpose": str(self.purpose), "until": until}


def trusted() -> tuple[Trusted, ...]:
    """The anchors as this installation knows them now, in a fixed order.

    A withdrawn one stays among them with its end: a signature that a time-stamp proves to be older still stands. One whose end lies
    before its own beginning is left out.
    """
    found: dict[str, Trusted] = {}
    for row in TrustAnchor.objects.order_by("sha256", "added_at"):
        until = row.withdrawn_from or row.withdrawn_at
        # The latest word on a certificate that was withdrawn and trusted anew stands.
        found.pop(row.sha256, None)
        if until is None or until > row.not_before:
            found[row.sha256] = Trusted(row.sha256, row.pem, row.purpose, until)
    return tuple(found.values())


def anchors() -> tuple[bytes, ...]:
    """What `validate_file` is given as `trust` now."""
    return given(trusted())


def given(found: Sequence[Trusted]) -> tuple[bytes, ...]:
    return tuple(one.given for one in found)


@transaction.atomic
def withdraw_anchor(anchor_id: UUID | str, reason: str, *, actor: Actor, since: datetime | None = None) -> TrustAnchor:
    """Trust it no longer from a moment on (None: now); earlier runs stay as they were. Raises Forbidden, NotVisible or Refused."""
    require(actor, "manage trust")
    anchor = TrustAnchor.objects.select_for_update(of=("self",)).filter(pk=anchor_id).first()
    if anchor is None:
        raise NotVisible
    moment = now()
    since = since or moment
    against = []
    if anchor.withdrawn_at is not None:
        against.append(
            Blocker("already", _("It was withdrawn already."), remedy=_("Load the page again to see what changed."))
        )
    if not reason.strip():
        against.append(Blocker("field-reason", _("Say why it is no longer trusted.")))
    if since > moment:
        against.append(
            Blocker(
                "field-since",
                _("This moment is still to come."),
                remedy=_("Withdraw it on that day, or from today on."),
            )
        )
    if against:
        raise Refused("withdraw anchor", anchor, against)
    TrustAnchor.objects.filter(pk=anchor.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=moment, withdrawn_from=since, withdrawn_by=actor.user, withdrawn_reason=reason.strip()[:500]
    )
    record(
        "anchor.withdrawn",
        actor,
        anchor,
        name=anchor.name,
        sha256=anchor.sha256,
        since=since,
        reason=reason.strip(),
    )
    anchor.refresh_from_db()
    return anchor
