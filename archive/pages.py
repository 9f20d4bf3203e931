"""Buttons about sealing."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from archive.actions.retry_sealing import give_up_sealing, retry_sealing
from repository.pages.base import act, done


@act
def retry(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    dossier, _job = retry_sealing(dossier_id, actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("The dossier is being sealed again."), dossier)


@act
def give_up(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    dossier = give_up_sealing(dossier_id, request.POST.get("reason", ""), actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("Sealing is given up; the dossier is submitted as before."), dossier)
