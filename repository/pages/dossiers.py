"""The list of dossiers. Rules live in access."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from repository.access import may
from repository.lists.dossiers import Dossiers
from repository.lists.pages import show
from repository.pages.base import page


@page
def dossiers(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    return show(request, Dossiers, "repository/dossiers.html", may_open=may(actor, "open dossier"))
