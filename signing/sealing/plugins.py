"""What signing and sealing register with the repository."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from repository.access import may
from repository.actors import Actor
from repository.guards.rules import Guard, protect
from repository.registry import JobKind, Panel, registry
from repository.sentences import say


def places(actor: Actor) -> Iterator[dict[str, Any]]:
    if may(actor, "sign"):
        yield {
            "name": "signing",
            "label": pgettext("place", "Signing"),
            "url": reverse("signing_requests"),
            "letter": "y",
            "order": 32,
        }
    if may(actor, "manage keys"):
        yield {
            "name": "signing_keys",
            "label": _("Signing keys"),
            "url": reverse("signing_keys"),
            "letter": "q",
            "order": 62,
        }


def register() -> None:
    from signing.data_seal import DataSeal
    from signing.models import SigningKey, SigningRequest, SigningStep
    from signing.pages.requests import dossier_panel, panel, part
    from signing.sealing import ahead
    from signing.sealing.copies import KIND, work_copy

    registry.sealers.append(DataSeal())
    registry.places.append(places)
    registry.home_panels.append(Panel("signing", 8, "signing/home_requests.html", part))
    registry.document_panels.append(Panel("signing", 20, "signing/requests_panel.html", panel))
    registry.dossier_panels.append(Panel("copies", 60, "signing/copies_panel.html", dossier_panel))
    registry.work(JobKind(name=KIND, title=_("Copies sealed"), work_item=work_copy, stops=True, lease_seconds=180))
    registry.nightly_work(
        JobKind(name=ahead.KIND, title=_("Revocation data for signing"), work_job=ahead.work_ahead), order=8
    )
    protect(
        Guard(SigningKey, only=("withdrawn_at",)),
        Guard(SigningRequest, frozen_when="OLD.state <> 'open'"),
        # A signature that was made is never unmade.
        Guard(SigningStep, frozen_when="OLD.after <> ''", then=("claim", "claimed_until")),
    )
    say("signing.asked", _("%(who)s asked for signatures: %(signers)s."), "key")
    say("signing.signed", _("%(who)s signed as %(signer)s, level %(level)s."), "key")
    say("signing.failed", _("%(who)s tried to sign; nothing was signed (%(why)s)."), "alarm")
    say("signing.fetching", _("%(who)s had fetched what the signature needs."))
    say("signing.refused", _("%(who)s refused to sign: %(reason)s"), "alarm")
    say("signing.cancelled", _("%(who)s cancelled the request: %(reason)s"))
    say("signing.complete", _("All signatures that were asked for are there."), "key")
    say("copies.asked", _("%(who)s started to seal %(files)s files as copies (%(form)s)."))
    say("copy.sealed", _("The copy was sealed: %(form)s, %(agency_name)s."), "key")
    say("key.added", _("%(who)s set up a key for %(of)s."), "key")
    say("key.withdrawn", _("%(who)s withdrew the key of %(of)s."), "alarm")
