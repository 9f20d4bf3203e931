"""The documents of a dossier in their order: a stretch at a time, moved by pointer, by keyboard, or by buttons."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from repository.access import fetch_for, may
from repository.actions.order_documents import move_document, order_documents
from repository.actions.place_document import withdraw_document
from repository.codes import WORKING_STATES
from repository.models import Dossier, FileStatus, Placement
from repository.pages.base import done, number_in
from repository.pages.forms import Styled
from repository.printing.facts import visible_places
from repository.refusals import NotVisible, Refused

STRETCH = 40


@login_required
def documents(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """One stretch of the documents as a part of the page."""
    dossier = fetch_for(request.actor, "view", Dossier, dossier_id, related=("agency",))  # type: ignore[attr-defined]
    return render(request, "repository/dossier/documents.html", {"dossier": dossier, **stretch_of(request, dossier)})


def stretch_of(request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
    """For the template: a stretch of the documents with the weakest verdict of each; three queries whatever their number."""
    actor = request.actor  # type: ignore[attr-defined]
    after = number_in(request.GET.get("after", "")) or 0
    every = visible_places(actor, dossier)
    found = list(every.filter(number__gt=after).select_related("document")[: STRETCH + 1])
    more = len(found) > STRETCH
    found = found[:STRETCH]
    indications = dict(
        FileStatus.objects.filter(
            file__version__document__in=[place.document_id for place in found],
            file__version__current=True,
            file__role="main",
        ).values_list("file__version__document_id", "indication")
    )
    for place in found:
        place.indication = indications.get(place.document_id, "")  # type: ignore[attr-defined]
    # Both in one statement, so that a long dossier asks no more often than a thin one.
    further = Count("pk", filter=Q(number__gt=found[-1].number if found else after))
    counts = every.order_by().aggregate(total=Count("pk"), left=further)
    total, left = counts["total"], counts["left"]
    return {
        "places": found,
        "total": total,
        "left": min(left, STRETCH),
        "shown_to": total - left,
        "after": after,
        "next_after": found[-1].number if more else 0,
        "orders": dossier.state in WORKING_STATES and may(actor, "order", dossier) and may(actor, "file", dossier),
        "edits": may(actor, "edit", dossier),
        "words": words(),
    }


def words() -> dict[str, str]:
    """What order.js says; {names} in braces are filled in by the script."""
    return {
        "lifted": _("Document {number} lifted. Up and down arrows move it, Space puts it down, Escape puts it back."),
        "at": _("Place {number} of {total}."),
        "put": _("Document moved from place {from} to {to}."),
        "back": _("Put back to place {number}."),
        "undone": _("Undone: the document is at place {number} again."),
        "failed": _("The order could not be saved; the document is back where it was."),
        "undo": _("Undo"),
        "close": _("Close"),
    }


@login_required
def order(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """POST `document` and `number` (and `was`, where it stood on the screen), or `up` or `down` with a document, or nothing: by date again.

    A script that asks for JSON is answered with the number the document has now, or the refusal.
    """
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    by_script = "application/json" in request.headers.get("Accept", "")
    try:
        number = _ordered(request, dossier_id)
    except Refused as refused:
        if by_script:
            return JsonResponse({"message": str(refused)}, status=409)
        from repository.pages.dossier import dossier_page

        return dossier_page(request, dossier_id, refused=refused, status=409)
    if by_script:
        return JsonResponse({"number": number})
    return redirect("dossier", dossier_id)


def _ordered(request: HttpRequest, dossier_id: UUID) -> int | None:
    """Does what the form says; the number of the document that moved, None where all were ordered by date."""
    actor, given = request.actor, request.POST  # type: ignore[attr-defined]
    document = given.get("document") or given.get("up") or given.get("down")
    if not document:
        order_documents(dossier_id, None, actor=actor)
        return None
    dossier = fetch_for(actor, "order", Dossier, dossier_id)
    places = Placement.objects.filter(dossier=dossier)
    try:
        standing = places.filter(document=UUID(document)).values_list("number", flat=True).first()
    except ValueError as wrong:
        raise NotVisible from wrong
    if standing is None:
        raise NotVisible
    wanted = number_in(given.get("number", ""))
    if given.get("up"):
        # Past the next one that the person sees: a step over one she does not see would look like none.
        wanted = visible_places(actor, dossier).filter(number__lt=standing).values_list("number", flat=True).last()
    elif given.get("down"):
        wanted = visible_places(actor, dossier).filter(number__gt=standing).values_list("number", flat=True).first()
    move_document(dossier_id, document, wanted or standing, actor=actor, was=number_in(given.get("was", "")))
    return places.filter(document=document).values_list("number", flat=True).first()


class PlaceForm(Styled, forms.Form):
    number = forms.IntegerField(label=gettext_lazy("New place"), min_value=1, max_value=999_999_999)


@login_required
def place(request: HttpRequest, dossier_id: UUID, document_id: UUID) -> HttpResponse:
    """A page for one document's place: any place by its number, or out of the dossier with a reason."""
    actor = request.actor  # type: ignore[attr-defined]
    dossier = fetch_for(actor, "order", Dossier, dossier_id, related=("agency",))
    found = visible_places(actor, dossier).filter(document=document_id).select_related("document").first()
    if found is None:
        raise NotVisible
    refused = None
    form = PlaceForm(request.POST if "number" in request.POST else None, initial={"number": found.number})
    if request.method == "POST":
        try:
            if form.is_bound and form.is_valid():
                move_document(dossier_id, document_id, form.cleaned_data["number"], actor=actor, was=found.number)
                return done(request, _("The document is moved."), dossier)
            if not form.is_bound:
                withdraw_document(document_id, dossier_id, request.POST.get("reason", ""), actor=actor)
                return done(request, _("The document is out of the dossier."), dossier)
        except Refused as error:
            refused = error
    context = {"dossier": dossier, "place": found, "form": form, "refused": refused}
    return render(request, "repository/dossier/place.html", context, status=409 if refused else 200)
