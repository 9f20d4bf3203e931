"""The order of documents in a dossier: by date unless a person says otherwise (Nghị định 30/2020, Điều 29)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F, Max

from repository.models import Dossier, Placement


def order_by_date(dossier: Dossier) -> None:
    """Number the documents by date, then as they came; undated ones stand last. Runs in the caller's transaction."""
    rows = list(
        Placement.objects.filter(dossier=dossier)
        .order_by(F("document__issued_date").asc(nulls_last=True), "document__code", "placed_at", "pk")
        .values_list("pk", "number")
    )
    _number(dossier, rows)


def order_as(dossier: Dossier, documents: Sequence[UUID]) -> None:
    """Number the documents in this order. Raises ValueError unless each document of the dossier stands in it once."""
    places = dict(Placement.objects.filter(dossier=dossier).values_list("document_id", "pk"))
    numbers = dict(Placement.objects.filter(dossier=dossier).values_list("pk", "number"))
    if sorted(places) != sorted(documents):
        raise ValueError("every document of the dossier, once")
    _number(dossier, [(places[document], numbers[places[document]]) for document in documents])


def move(dossier: Dossier, document: UUID, number: int) -> tuple[int, int]:
    """Let the document stand at this number (the nearest there is), the ones between step aside; from and to, as they were.

    Raises ValueError where the dossier does not hold the document. Three statements, however long the way is.
    """
    places = Placement.objects.filter(dossier=dossier)
    was = places.filter(document=document).values_list("number", flat=True).first()
    if was is None:
        raise ValueError("not in the dossier")
    number = min(max(number, 1), places.aggregate(last=Max("number"))["last"])
    if number == was:
        return was, number
    between, step = ((number, was - 1), 1) if number < was else ((was + 1, number), -1)
    # A number stands once in a dossier at every instant, so they step aside below zero first.
    places.filter(number__range=between).update(number=-(F("number") + step))
    places.filter(document=document).update(number=-number)
    places.filter(number__lt=0).update(number=-F("number"))
    return was, number


def _number(dossier: Dossier, rows: list[tuple[int, int]]) -> None:
    changed = [Placement(pk=pk, number=position) for position, (pk, number) in enumerate(rows, 1) if number != position]
    if not changed:
        return
    # A number stands once in a dossier at every instant, so they step aside below zero first.
    Placement.objects.filter(pk__in=[place.pk for place in changed]).update(number=-F("number"))
    Placement.objects.bulk_update(changed, ["number"], batch_size=500)
