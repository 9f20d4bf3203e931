"""The keys that sign: which is whose, for administrators."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from repository.access import may
from repository.access.acts import GENERAL_ACTS
from repository.actors import Actor
from repository.models import Agency, User
from repository.pages.base import act, done, page, stretch
from repository.refusals import Forbidden, Refused
from signing.codes import KeyKind
from signing.models import SigningKey
from signing.pages.requests import acting
from signing.sealing import keyring


@page
def keys(request: HttpRequest) -> HttpResponse:
    """Which key is whose, for administrators."""
    actor = acting(request)
    if not may(actor, "manage keys"):
        raise Forbidden("manage keys", None, GENERAL_ACTS["manage keys"])
    refused = None
    if request.method == "POST":
        try:
            _add(request, actor)
            return done(request, _("The key was set up."), "signing_keys")
        except Refused as error:
            refused = error
        except (ValueError, InvalidOperation) as error:
            raise Http404 from error
    rows = SigningKey.objects.filter(withdrawn_at__isnull=True).select_related("user", "agency").defer("picture")
    found, next_url = stretch(rows, request)
    context = {"rows": found, "next_url": next_url, "kinds": KeyKind.choices, "given": request.POST, "refused": refused}
    return render(request, "signing/keys.html", context, status=409 if refused else 200)


def _add(request: HttpRequest, actor: Actor) -> None:
    given = request.POST
    username, code = given.get("username", "").strip(), given.get("agency", "").strip()
    user = User.objects.filter(username=username).first() if username else None
    agency = Agency.objects.filter(code=code).first() if code else None
    if (username and user is None) or (code and agency is None):
        raise Refused.because(
            "manage keys", None, "unknown", _("There is no such person or agency."), _("Look at the spelling.")
        )
    picture = request.FILES.get("picture")
    keyring.add_key(
        KeyKind(given.get("kind", "")),
        given.get("name", ""),
        actor=actor,
        user=user,
        agency=agency,
        key=given.get("key", ""),
        certificate_sha256=given.get("certificate", ""),
        picture=picture.read(keyring.LARGEST_PICTURE + 1) if picture else b"",
        width_mm=Decimal(given.get("width") or "36"),
        unattended=bool(given.get("unattended")),
    )


@act
def withdraw_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    keyring.withdraw_key(key_id, actor=acting(request))
    return done(request, _("The key signs no more."), "signing_keys")
