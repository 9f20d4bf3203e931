"""From one document to the next: of the search it was found by, else of the dossier it is read in."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from repository import formats
from repository.models import Document, Placement
from repository.registry import Way, registry


def ways_of(request: HttpRequest, document: Document, places: list[Placement]) -> Way | None:
    """`places` are the visible ones, the one to go by first."""
    for finder in registry.ways:
        way = finder(request, document)
        if way is not None:
            return way
    return _in_dossier(request, places[0]) if places else None


def _in_dossier(request: HttpRequest, place: Placement) -> Way:
    seen = Document.objects.visible_to(request.actor).filter(pk=OuterRef("document"))  # type: ignore[attr-defined]
    others = Placement.objects.filter(Exists(seen), dossier=place.dossier_id)
    before = others.filter(number__lt=place.number).order_by("-number").values_list("document_id", flat=True).first()
    after = others.filter(number__gt=place.number).order_by("number").values_list("document_id", flat=True).first()

    def address(pk: object) -> str:
        return f"{reverse('document', args=[pk])}?dossier={place.dossier_id}" if pk else ""

    label = _("Document %(number)s / %(total)s") % {
        "number": formats.number(place.number),
        "total": formats.number(others.count()),
    }
    return Way(label, place.dossier.get_absolute_url(), address(before), address(after))
