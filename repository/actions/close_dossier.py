"""Close a dossier: from now on no document enters, leaves or changes in it.

Closing is the clerk's word that the work is done and the papers complete (Nghị định 30/2020/NĐ-CP, Điều 29 and 30).
Start and end follow the documents; the date the work ended follows the last one unless a person gave it.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, Min, Sum

from repository.access import fetch_for
from repository.actions.change_state import claim
from repository.actors import Actor
from repository.clock import now
from repository.codes import WORKING_STATES, DossierState
from repository.events import record
from repository.models import Dossier
from repository.ordering import order_by_date
from repository.refusals import Blocker, Refused
from repository.registry import closing_checks, documents_changed
from repository.retention import refresh_retention


@transaction.atomic
def close_dossier(dossier_id: UUID | str, *, actor: Actor) -> Dossier:
    """Close the dossier and return it.

    Raises NotVisible (looks like 404), Forbidden (says which role may), or Refused with every blocker and its remedy.
    """
    dossier = fetch_for(actor, "close", Dossier, dossier_id, related=("agency",), lock=True)
    if dossier.state not in WORKING_STATES:
        raise Refused("close", dossier, [Blocker.already(DossierState(dossier.state))])
    blockers = blockers_to_closing(dossier)
    if blockers:
        raise Refused("close", dossier, blockers)
    if not dossier.order_by_hand:
        order_by_date(dossier)
    figures = dossier.documents.aggregate(
        first=Min("issued_date"), last=Max("issued_date"), documents=Count("pk"), pages=Sum("page_amount", default=0)
    )
    closed_at = now()
    claim(
        dossier,
        "close",
        DossierState.CLOSED,
        of=WORKING_STATES,
        closed_at=closed_at,
        start_date=figures["first"],
        end_date=figures["last"],
        work_ended_on=dossier.work_ended_on or figures["last"],
        doc_total=figures["documents"],
        page_total=figures["pages"],
        returned_reason="",
    )
    refresh_retention([dossier.pk])
    record(
        "dossier.closed", actor, dossier, closed_at=closed_at, documents=figures["documents"], pages=figures["pages"]
    )
    documents_changed(dossier.documents.values_list("pk", flat=True))
    return dossier


def blockers_to_closing(dossier: Dossier) -> list[Blocker]:
    """Everything that stands against closing, from every app that has a say, in the order a person would mend it."""
    return [blocker for check in closing_checks() for blocker in check(dossier)]
