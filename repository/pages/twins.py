"""Files that another dossier holds as well, bit for bit: use the document that is there, or keep both."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from repository.access import fetch_for
from repository.actions.place_document import place_document, withdraw_document
from repository.actors import Actor
from repository.codes import FileRole
from repository.models import Document, Dossier, File, Placement
from repository.pages.base import act

LOOKED_AT = 200
SHOWN = 3


@dataclass(frozen=True)
class Twin:
    """`own` came into this dossier as `file`; `document` stands in `dossier` and has the same bytes."""

    file: str
    own: Document
    document: Document
    dossier: Dossier


def twins_of(dossier: Dossier, actor: Actor) -> list[Twin]:
    """The newest documents of the dossier that wait for confirmation and whose bytes a dossier she may see holds already; three queries."""
    own = dict(
        Placement.objects.filter(dossier=dossier, document__confirmed_at__isnull=True)
        .order_by("-pk")
        .values_list("main_sha256", "document_id")[:LOOKED_AT]
    )
    if not own:
        return []
    main = File.objects.filter(sha256__in=list(own), role=FileRole.MAIN, version__current=True)
    others = dict(
        main.exclude(version__document__in=list(own.values())).values_list("version__document_id", "sha256")[:LOOKED_AT]
    )
    if not others:
        return []
    places = (
        Placement.objects.filter(
            dossier__in=Dossier.objects.visible_to(actor),
            document__in=Document.objects.visible_to(actor).filter(pk__in=list(others)),
        )
        .exclude(dossier=dossier)
        .select_related("document", "dossier")[:SHOWN]
    )
    found = list(places)
    names = dict(
        main.filter(version__document__in=list(own.values())).values_list("version__document_id", "name")
        if found
        else []
    )
    documents = Document.objects.in_bulk([own[others[place.document_id]] for place in found])
    return [
        Twin(names.get(mine.pk, mine.label), mine, place.document, place.dossier)
        for place in found
        for mine in [documents[own[others[place.document_id]]]]
    ]


@act
def use_twin(request: HttpRequest, dossier_id: UUID, document_id: UUID) -> HttpResponse:
    """The document that is there enters this dossier, and what came with the same bytes leaves it."""
    actor = request.actor  # type: ignore[attr-defined]
    with transaction.atomic():
        fetch_for(actor, "file", Dossier, dossier_id)
        withdraw_document(document_id, dossier_id, _("The same file came twice"), actor=actor)
        place_document(request.POST.get("twin", ""), dossier_id, actor=actor)
    return redirect(reverse("receive", args=[dossier_id]))
