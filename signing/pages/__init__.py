"""Buttons about signatures."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from repository.pages.base import act, done
from signing.actions import verify_again


@act
def verify(request: HttpRequest, file_id: UUID) -> HttpResponse:
    file, _job = verify_again(file_id, actor=request.actor)  # type: ignore[attr-defined]
    return done(request, _("The signatures are being checked again."), file.version.document)
