"""What the list of documents offers: checking the signatures of what is chosen again, and an audit over the whole of a filter."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from repository.actors import Actor
from repository.lists.acts import ACTS, Act, Ask, Values
from repository.models import Agency, Job
from repository.refusals import Refused
from signing.audits.access import agencies_to_audit
from signing.audits.actions import open_audit
from signing.batches.start import start_batch
from signing.scope import of_list


def _verify(listing: Any, chosen: Any, _values: Values, actor: Actor) -> Job:
    if chosen.everything:
        batch = start_batch(of_list(listing.filter_query, without=chosen.left_out), actor=actor)
    else:
        batch = start_batch({"kind": "chosen"}, actor=actor, ids=chosen.rows.values_list("pk", flat=True))
    assert batch.job is not None
    return batch.job


def _audit(listing: Any, chosen: Any, values: Values, actor: Actor) -> Job:
    if not chosen.everything or chosen.left_out:
        raise Refused.because(
            "open audit",
            None,
            "not-all",
            _("An audit draws from all that fits the filter; documents picked by hand are no population."),
            _("Choose all of the list, then open the audit."),
        )
    mine = agencies_to_audit(actor)
    wanted = listing.filter_query.get("agency")
    agency: Agency = next((one for one in mine if str(one.pk) == wanted), mine[0])
    opened = open_audit(agency, values.get("title", ""), {**of_list(listing.filter_query), "signed": True}, actor=actor)
    assert opened.job is not None
    return opened.job


VERIFY = Act(
    "verify",
    "documents",
    _("Check the signatures again"),
    _(
        "Each is checked by what is trusted and known now. The earlier verdicts stay beside the new ones; you may stop and go on later."
    ),
    "verify",
    icon="retry",
    starts=_verify,
)
AUDIT = Act(
    "audit",
    "documents",
    _("Audit a sample"),
    _(
        "What fits the filter now and carries a signature is frozen; a sample is drawn from it by a seed, and each gets a sheet."
    ),
    "keep audit",
    fields=(Ask("title", _("Title of the audit"), most=200),),
    icon="check",
    starts=_audit,
)


def offer() -> None:
    for act in (VERIFY, AUDIT):
        ACTS[act.name] = act
