"""Buttons of a dossier's page: each asks its action and shows what it says."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from repository.access import fetch_for, may
from repository.actions.accept_dossier import accept_dossier
from repository.actions.close_dossier import close_dossier
from repository.actions.edit_dossier import EDITABLE, edit_dossier
from repository.actions.holds import lift_hold, place_hold
from repository.actions.locate_dossier import FIELDS, locate_dossier
from repository.actions.open_dossier import open_dossier, proposed_notation
from repository.actions.place_document import withdraw_document
from repository.actions.reopen_dossier import reopen_dossier
from repository.actions.return_dossier import return_dossier
from repository.actions.submit_dossier import submit_dossier
from repository.blockers import suggested_class
from repository.codes import Maintenance
from repository.models import Dossier, FilePlanEntry
from repository.pages.base import came_from, done, number_in
from repository.pages.dossier import dossier_page
from repository.pages.dossier_facts import place_facts
from repository.pages.forms import Styled
from repository.refusals import NotVisible, Refused


def on_dossier(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """An act on a dossier by POST; a refusal shows on the dossier's own page, every reason at once."""

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, dossier_id: UUID, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        try:
            return view(request, dossier_id, **kwargs)
        except Refused as refused:
            return dossier_page(request, dossier_id, refused=refused, status=409)

    return wrapped


@on_dossier
def close(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    dossier = close_dossier(dossier_id, actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("Dossier %(code)s is closed.") % {"code": dossier.code}, dossier)


@on_dossier
def reopen(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    dossier = reopen_dossier(dossier_id, request.POST.get("reason", ""), actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("Dossier %(code)s is open again.") % {"code": dossier.code}, dossier)


@on_dossier
def submit(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    dossier = submit_dossier(dossier_id, actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("Dossier %(code)s is submitted to the archive.") % {"code": dossier.code}, dossier)


@on_dossier
def give_back(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    dossier = return_dossier(dossier_id, request.POST.get("reason", ""), actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("Dossier %(code)s is returned to its unit.") % {"code": dossier.code}, dossier)


@on_dossier
def accept(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    dossier, _job = accept_dossier(dossier_id, actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("Dossier %(code)s is accepted and is being sealed.") % {"code": dossier.code}, dossier)


@on_dossier
def hold(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    given = request.POST
    actor = request.actor  # type: ignore[attr-defined]
    place_hold(dossier_id, given.get("reason", ""), actor=actor, order_number=given.get("order", ""))
    return done(request, _("The dossier is on hold."), reverse("dossier", args=[dossier_id]))


@on_dossier
def lift(request: HttpRequest, dossier_id: UUID, hold_id: UUID) -> HttpResponse:
    lift_hold(hold_id, request.POST.get("reason", ""), actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("The hold is lifted."), reverse("dossier", args=[dossier_id]))


@on_dossier
def withdraw(request: HttpRequest, dossier_id: UUID, document_id: UUID) -> HttpResponse:
    withdraw_document(document_id, dossier_id, request.POST.get("reason", ""), actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("The document is out of the dossier."), reverse("dossier", args=[dossier_id]))


@on_dossier
def take_period(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """Take the period that the class of the dossier, or of its heading, gives."""
    actor = request.actor  # type: ignore[attr-defined]
    dossier = fetch_for(actor, "edit", Dossier, dossier_id, related=("record_class", "entry__record_class"))
    suggested = suggested_class(dossier)
    if suggested is None:
        return redirect("dossier_edit", dossier_id)
    years = suggested.years if suggested.maintenance == Maintenance.OTHER else None
    changes = {"record_class": suggested, "maintenance": suggested.maintenance, "maintenance_years": years}
    edit_dossier(dossier_id, changes, actor=actor)
    return done(request, _("The retention period is set."), came_from(request))


class LocationForm(Styled, forms.ModelForm[Dossier]):
    class Meta:
        model = Dossier
        fields = FIELDS


@login_required
def locate(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """Where the paper is: a form of its own page, and a part of the dossier's page for a script."""
    actor = request.actor  # type: ignore[attr-defined]
    dossier = fetch_for(actor, "edit", Dossier, dossier_id, related=("agency",))
    part = request.headers.get("HX-Request") == "true"
    form = LocationForm(request.POST or None, instance=dossier)
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            revision = number_in(request.POST.get("revision", ""))
            located = locate_dossier(dossier_id, dict(form.cleaned_data), actor=actor, revision=revision)
        except Refused as error:
            refused = error
        else:
            if not part:
                return done(request, _("Where the paper is has been noted."), located)
            context = {"dossier": located, "place_facts": place_facts(located), "can_locate": True, "saved": True}
            return render(request, "repository/dossier/location.html", context)
    context = {"dossier": dossier, "form": form, "refused": refused}
    # htmx puts in place only what is answered with success.
    status = 409 if refused and not part else 200
    template = "repository/dossier/location_form.html" if part else "repository/dossier/locate.html"
    return render(request, template, context, status=status)


class OpenForm(Styled, forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=1000)
    description = forms.CharField(
        label=gettext_lazy("Description"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    notation = forms.CharField(
        label=gettext_lazy("Notation"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("The next by rule. Correct it where another number was given on paper."),
    )


@login_required
def new(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Open a dossier under a heading of the file plan."""
    actor = request.actor  # type: ignore[attr-defined]
    entry = FilePlanEntry.objects.select_related("plan__agency", "unit", "record_class").filter(pk=entry_id).first()
    if entry is None or not may(actor, "open dossier", entry.unit or entry.plan.agency):
        raise NotVisible
    proposed = proposed_notation(entry)
    form = OpenForm(request.POST or None, initial={"notation": proposed})
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            if given["notation"] == request.POST.get("proposed"):
                # Left as it was proposed: the number is given anew, for somebody may have been faster.
                given = {**given, "notation": ""}
            dossier = open_dossier(**given, actor=actor, entry_id=entry.pk)
        except Refused as error:
            refused = error
        else:
            return done(request, _("Dossier %(code)s is open. Drop its files here.") % {"code": dossier.code}, dossier)
    return render(
        request,
        "repository/open_dossier.html",
        {"form": form, "entry": entry, "refused": refused, "proposed": proposed},
        status=409 if refused else 200,
    )


class DossierForm(Styled, forms.ModelForm[Dossier]):
    """The description; where the paper is has a form of its own."""

    GROUPS = (
        (gettext_lazy("What it is about"), ("title", "description", "keyword")),
        (gettext_lazy("How long it is kept"), ("record_class", "work_ended_on", "maintenance", "maintenance_years")),
        (gettext_lazy("Who may use it"), ("mode", "secrecy")),
        (gettext_lazy("How it was made"), ("language", "confidence_level", "condition", "infor_sign")),
    )

    class Meta:
        model = Dossier
        fields = tuple(name for name in EDITABLE if name not in FIELDS)
        widgets = {"title": forms.Textarea(attrs={"rows": 2}), "description": forms.Textarea(attrs={"rows": 3})}


@login_required
def edit(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    dossier = fetch_for(actor, "edit", Dossier, dossier_id, related=("agency",))
    form = DossierForm(request.POST or None, instance=dossier)
    refused = None
    if request.method == "POST" and form.is_valid():
        revision = number_in(request.POST.get("revision", ""))
        try:
            edit_dossier(dossier_id, dict(form.cleaned_data), actor=actor, revision=revision)
        except Refused as error:
            refused = error
        else:
            return done(request, _("The dossier's description is saved."), reverse("dossier", args=[dossier_id]))
    return render(
        request,
        "repository/edit_dossier.html",
        {
            "form": form,
            "groups": [(title, [form[name] for name in names]) for title, names in DossierForm.GROUPS],
            "dossier": dossier,
            "refused": refused,
        },
        status=409 if refused else 200,
    )
