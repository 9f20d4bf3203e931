"""One request to sign: its steps and its history, the page as it will look, signing, refusing, cancelling."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from repository.access import may
from repository.bytes import BytesMissing, path_for
from repository.clock import now, today
from repository.events import history_of
from repository.models import File
from repository.pages.base import act, done, page
from signing.codes import KeyKind, Look
from signing.models import RequestState, SigningRequest, SigningStep
from signing.pages.requests import acting
from signing.sealing import ahead, asking, taking
from signing.sealing.errors import SigningFailed
from signing.sealing.keys import Secret
from signing.sealing.looking import Wish, preview, step_look, wish_of


@page
def signing_request(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request: its steps, its history, and for the one whose turn it is the page as it will look."""
    return _shown(request, asking.fetch(request_id, actor=acting(request)))


def _shown(request: HttpRequest, found: SigningRequest, problem: object = "", status: int = 200) -> HttpResponse:
    actor = acting(request)
    steps = list(found.steps.select_related("user", "agency", "signed_by"))
    filed = set(
        File.objects.filter(
            version__document=found.document_id, sha256__in=[one.after for one in steps if one.after]
        ).values_list("sha256", flat=True)
    )
    step = asking.turn(found)
    context: dict[str, Any] = {
        "one": found,
        "steps": [
            {"step": row, "filed": row.after in filed, "turn": step is not None and row.pk == step.pk} for row in steps
        ],
        "overdue": found.overdue(today()),
        "events": list(history_of(found).order_by("-id")[:50]),
        "may_cancel": found.state == RequestState.OPEN and may(actor, "ask to sign", found.document),
        "problem": problem,
    }
    if step is not None:
        step.request = found
        if asking.may_take(actor, step):
            context |= _turn(request, step)
    return render(request, "signing/request.html", context, status=status)


def _turn(request: HttpRequest, step: SigningStep) -> dict[str, Any]:
    key, file = asking.key_of(step), asking.current_file(step.request.document)
    base = asking.base_of(step)
    context: dict[str, Any] = {"step": step, "key": key, "ready": False, "base": base}
    if file is None or file.sha256 != base or key is None:
        context["waits"] = key is not None and step.number > 1
        return context
    at_hand = ahead.standing(key, step.request.level)
    if not at_hand.ready:
        return context | {"at_hand": at_hand, "fetching": ahead.fetching(key)}
    wish = _wish(request)
    try:
        look = step_look(step, path_for(file), key, now(), wish)
    except (SigningFailed, BytesMissing) as error:
        context["hindered"] = getattr(
            error, "said", _("The file's bytes are nowhere to be found. Tell your administrator.")
        )
        return context
    place = wish_of(look)
    query = f"?page={place.page}&left={place.left}&bottom={place.bottom}" if wish else ""
    return context | {
        "ready": True,
        "place": place,
        "moved": wish is not None,
        "movable": step.look in (Look.PERSON, Look.SEAL),
        "file": file,
        "preview_url": reverse("signing_preview", args=[step.request_id]) + query,
        "asks_code": key.kind == KeyKind.REMOTE,
        "asks_pin": not key.unattended,
    }


def _wish(request: HttpRequest) -> Wish | None:
    given = request.POST if request.method == "POST" else request.GET
    try:
        return Wish(
            int(given["page"]), float(given["left"].replace(",", ".")), float(given["bottom"].replace(",", "."))
        )
    except (KeyError, ValueError):
        return None


@page
def signing_preview(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The page as it will look once it is signed, for the one whose turn it is."""
    actor = acting(request)
    found = asking.fetch(request_id, actor=actor)
    step = asking.turn(found)
    file = asking.current_file(found.document)
    key = asking.key_of(step) if step else None
    if step is None or key is None or file is None or file.sha256 != asking.base_of(step):
        raise Http404
    step.request = found
    if not asking.may_take(actor, step):
        raise Http404
    try:
        path = path_for(file)
        data = preview(path, step_look(step, path, key, now(), _wish(request)))
    except (SigningFailed, BytesMissing) as error:
        raise Http404 from error
    return HttpResponse(data, content_type="image/png", headers={"Cache-Control": "private, no-store"})


@sensitive_post_parameters("pin", "code")
@act
def sign(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The PIN is read here, handed on, and gone with the request."""
    secret = Secret(request.POST.get("pin", ""), request.POST.get("code", ""))
    wish = _wish(request) if request.POST.get("moved") else None
    try:
        step = taking.take(request_id, request.POST.get("shown", ""), secret, actor=acting(request), wish=wish)
    except SigningFailed as failed:
        return _shown(request, asking.fetch(request_id, actor=acting(request)), failed.said, 409)
    return done(request, _("Signed. The new version is being filed beside the earlier one."), step.request)


@act
def fetch_ahead(request: HttpRequest, request_id: UUID) -> HttpResponse:
    found = asking.fetch_for_step(request_id, actor=acting(request))
    return done(request, _("It is being fetched. Load the page again in a few seconds."), found)


@act
def refuse(request: HttpRequest, request_id: UUID) -> HttpResponse:
    ended = asking.refuse(request_id, request.POST.get("reason", ""), actor=acting(request))
    return done(request, _("Refused. Who asked sees your reason."), ended)


@act
def cancel(request: HttpRequest, request_id: UUID) -> HttpResponse:
    ended = asking.cancel(request_id, request.POST.get("reason", ""), actor=acting(request))
    return done(request, _("The request was cancelled. What is signed already stays."), ended)
