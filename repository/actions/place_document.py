"""A document enters another dossier, or leaves one: the document itself stays, one record in one or more dossiers."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from repository.access import fetch_for
from repository.actions.receive_file import may_file
from repository.actors import Actor
from repository.clock import now
from repository.codes import FileRole
from repository.events import record
from repository.models import Document, File, Placement
from repository.ordering import order_by_date
from repository.refusals import Blocker, NotVisible, Refused
from repository.registry import documents_changed


@transaction.atomic
def place_document(document_id: UUID | str, dossier_id: UUID | str, *, actor: Actor) -> Placement:
    """Put a document into an open dossier as well. Raises NotVisible, Forbidden or Refused.

    Who may only read it may not: in a dossier of her own it would be open to all who work there, for good.
    """
    dossier = may_file(dossier_id, actor=actor, lock=True)
    document: Document = fetch_for(actor, "file", Document, document_id, related=("agency",))
    main = File.objects.get(version__document=document, version__current=True, role=FileRole.MAIN)
    last = Placement.objects.filter(dossier=dossier).aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            place = Placement.objects.create(
                dossier=dossier, document=document, number=last + 1, main_sha256=main.sha256, placed_at=now()
            )
    except IntegrityError as error:
        raise Refused(
            "file",
            dossier,
            [
                Blocker(
                    code="held",
                    title=_("The dossier holds this document already."),
                    remedy=_("There is nothing to do."),
                )
            ],
        ) from error
    if not dossier.order_by_hand:
        order_by_date(dossier)
    record("document.placed", actor, document, dossier=dossier)
    documents_changed([document.pk])
    return place


@transaction.atomic
def withdraw_document(document_id: UUID | str, dossier_id: UUID | str, reason: str, *, actor: Actor) -> None:
    """Take a document out of an open dossier, with a reason. The document and its bytes stay. Raises NotVisible, Forbidden or Refused."""
    dossier = may_file(dossier_id, actor=actor, lock=True)
    document: Document = fetch_for(actor, "withdraw", Document, document_id, related=("agency",))
    if not reason.strip():
        raise Refused.because(
            "withdraw",
            document,
            "no-reason",
            _("Say why the document leaves the dossier."),
            _("The reason is kept with the history."),
        )
    place = Placement.objects.filter(dossier=dossier, document=document).first()
    if place is None:
        raise NotVisible
    number = place.number
    place.delete()
    if not dossier.order_by_hand:
        order_by_date(dossier)
    record("document.withdrawn", actor, document, dossier=dossier, reason=reason.strip(), number=number)
    documents_changed([document.pk])
