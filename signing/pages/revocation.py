"""The local cache of revocation data: what is there, and a file that a person brings."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from repository.access import may, require
from repository.actors import Actor
from repository.pages.base import done, page, stretch
from repository.pages.forms import Styled
from repository.refusals import Refused
from signing.models import RevocationItem
from signing.pages.trust import beside_fields, reader
from signing.revocation.fetch import LARGEST_LIST
from signing.revocation.importing import import_file


class ImportForm(Styled, forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("A revocation list, an OCSP response or an issuer's certificate, in PEM or DER form."),
    )


@page
def revocation(request: HttpRequest) -> HttpResponse:
    actor: Actor = reader(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        require(actor, "manage trust")
        if form.is_valid():
            try:
                _items, new = import_file(form.cleaned_data["file"].read(LARGEST_LIST + 1), actor=actor)
            except Refused as refused:
                beside_fields(form, refused)
            else:
                said = _("It is kept, and used from the next verification on.") if new else _("It was here already.")
                return done(request, said, reverse("revocation"))
    rows, next_url = stretch(RevocationItem.objects.select_related("got_by"), request)
    context = {
        "rows": rows,
        "next_url": next_url,
        "form": form if may(actor, "manage trust") else None,
        "allowed": [f"http://{host}{'' if port == 80 else f':{port}'}{path}" for host, port, path in _allowed()],
    }
    return render(request, "signing/revocation.html", context, status=409 if request.method == "POST" else 200)


def _allowed() -> list[tuple[str, int, str]]:
    return list(settings.REVOCATION_ALLOWED)
