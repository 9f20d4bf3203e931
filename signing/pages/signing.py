"""Requests to sign: those that wait for me, those I see, one of them, asking; copies sealed in one go; the keys."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Prefetch, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from repository.access import fetch_for, may
from repository.access.acts import AGENCY_ACTS
from repository.actors import Actor
from repository.bytes import BytesMissing, path_for
from repository.clock import now, today
from repository.codes import WORKING_STATES
from repository.events import history_of
from repository.models import Agency, Document, Dossier, File, Membership, User
from repository.pages.base import act, done, page, stretch
from repository.refusals import Forbidden, Refused
from signing.codes import CopyForm, KeyKind, Level, Look
from signing.models import RequestState, SigningKey, SigningRequest, SigningStep
from signing.sealing import asking, copies, keyring, taking
from signing.sealing.errors import SigningFailed
from signing.sealing.keys import Secret
from signing.sealing.looking import Wish, preview, step_look, wish_of

SLOTS = 5


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def mine(actor: Actor) -> Any:
    """Open requests whose turn is this person's: her own signature, or a seal that she keeps."""
    first = SigningStep.objects.filter(request=OuterRef("pk"), after="").order_by("number")
    rows = SigningRequest.objects.visible_to(actor).filter(state=RequestState.OPEN)
    rows = rows.annotate(turn_user=Subquery(first.values("user")[:1]), turn_agency=Subquery(first.values("agency")[:1]))
    own = rows.filter(turn_user=actor.id)
    paths = actor.paths(*AGENCY_ACTS["apply seal"])
    if not paths:
        return own
    from repository.access.querysets import under

    return own | rows.filter(turn_agency__in=Agency.objects.filter(under("path", paths)).order_by().values("pk"))


@page
def requests(request: HttpRequest) -> HttpResponse:
    """Mine to sign, or all that I see."""
    actor = _actor(request)
    everything = "all" in request.GET
    overdue = "overdue" in request.GET
    rows = SigningRequest.objects.visible_to(actor) if everything or overdue else mine(actor)
    if overdue:
        rows = rows.filter(state=RequestState.OPEN, deadline__lt=today())
    found, next_url = stretch(
        rows.select_related("document", "asked_by").prefetch_related("steps__user", "steps__agency"), request
    )
    context = {
        "rows": [_row(one) for one in found],
        "next_url": next_url,
        "everything": everything,
        "overdue": overdue,
        "mine": not everything and not overdue,
    }
    return render(request, "signing/requests.html", context)


def _row(one: SigningRequest) -> dict[str, Any]:
    steps = list(one.steps.all())
    turn = next((step for step in steps if not step.after), None) if one.state == RequestState.OPEN else None
    return {
        "request": one,
        "turn": turn,
        "done": sum(bool(step.after) for step in steps),
        "steps": len(steps),
        "overdue": one.overdue(today()),
    }


@page
def signing_request(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request: its steps, its history, and for the one whose turn it is the page as it will look."""
    return _shown(request, asking.fetch(request_id, actor=_actor(request)))


def _shown(request: HttpRequest, found: SigningRequest, problem: object = "", status: int = 200) -> HttpResponse:
    actor = _actor(request)
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
    actor = _actor(request)
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
        step = taking.take(request_id, request.POST.get("shown", ""), secret, actor=_actor(request), wish=wish)
    except SigningFailed as failed:
        return _shown(request, asking.fetch(request_id, actor=_actor(request)), failed.said, 409)
    return done(request, _("Signed. The new version is being filed beside the earlier one."), step.request)


@act
def refuse(request: HttpRequest, request_id: UUID) -> HttpResponse:
    ended = asking.refuse(request_id, request.POST.get("reason", ""), actor=_actor(request))
    return done(request, _("Refused. Who asked sees your reason."), ended)


@act
def cancel(request: HttpRequest, request_id: UUID) -> HttpResponse:
    ended = asking.cancel(request_id, request.POST.get("reason", ""), actor=_actor(request))
    return done(request, _("The request was cancelled. What is signed already stays."), ended)


@page
def ask(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Who is to sign, in which order, at which level, until when."""
    actor = _actor(request)
    document: Document = fetch_for(actor, "ask to sign", Document, document_id, related=("agency",))
    refused = None
    if request.method == "POST":
        try:
            made = asking.ask(
                document.pk,
                _wanted(request),
                actor=actor,
                level=Level(request.POST.get("level", Level.T)),
                deadline=_day(request.POST.get("deadline", "")),
                note=request.POST.get("note", ""),
            )
            return done(request, _("The request was sent."), made)
        except Refused as error:
            refused = error
        except ValueError as error:
            raise Http404 from error
    people = _people(document)
    context = {
        "document": document,
        "refused": refused,
        "hindrances": asking.against(document, asking.current_file(document)),
        "people": people,
        "agencies": _agencies(document),
        "slots": range(1, SLOTS + 1),
        "given": request.POST,
        "chosen": [request.POST.get(f"signer{slot}", "") for slot in range(1, SLOTS + 1)],
        "levels": Level.choices,
        "level": request.POST.get("level", Level.T),
        "forms": CopyForm.choices,
        "today": today().isoformat(),
    }
    return render(request, "signing/ask.html", context, status=409 if refused else 200)


def _people(document: Document) -> list[User]:
    """People with a role in the document's agency or above it, as many as a list shows."""
    from repository.access.acts import RECORD_ACTS

    path = document.agency.path
    above = [path[: index + 1] for index, letter in enumerate(path) if letter == "/"]
    held = Membership.objects.filter(agency__path__in=above, role__in=RECORD_ACTS["sign"], valid_from__lte=today())
    held = held.exclude(valid_until__lte=today())
    return list(User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("full_name")[:200])


def _agencies(document: Document) -> list[Agency]:
    path = document.agency.path
    above = [path[: index + 1] for index, letter in enumerate(path) if letter == "/"]
    return list(Agency.objects.filter(path__in=above, seals__withdrawn_at__isnull=True, seals__isnull=False).distinct())


def _wanted(request: HttpRequest) -> list[asking.Wanted]:
    """What was chosen, slot by slot: `user:<id>`, or `<look>:<agency id>`."""
    wanted = []
    for slot in range(1, SLOTS + 1):
        kind, _colon, pk = request.POST.get(f"signer{slot}", "").partition(":")
        if not kind:
            continue
        if kind == "user":
            wanted.append(asking.Wanted(Look.PERSON, user=User.objects.filter(pk=UUID(pk)).first()))
        else:
            form = request.POST.get("copy_form", "") if kind == Look.COPY else ""
            wanted.append(asking.Wanted(Look(kind), agency=Agency.objects.filter(pk=UUID(pk)).first(), copy_form=form))
    if any(one.user is None and one.agency is None for one in wanted):
        raise ValueError("no such signer")
    return wanted


def _day(given: str) -> date | None:
    return date.fromisoformat(given) if given else None


@page
def seal_copies(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """The digitised files of a dossier, to be sealed as copies."""
    actor = _actor(request)
    dossier: Dossier = fetch_for(actor, "file", Dossier, dossier_id, related=("agency",))
    seals = copies.seals_for(actor, dossier)
    refused = None
    if request.method == "POST":
        try:
            agency = next((key.agency for key in seals if str(key.agency_id) == request.POST.get("agency")), None)
            if agency is None:
                raise Http404
            job = copies.seal_copies(
                dossier.pk,
                request.POST.getlist("file"),
                agency,
                CopyForm(request.POST.get("form", "")),
                Level(request.POST.get("level", "")),
                actor=actor,
            )
            return redirect("job", job.pk)
        except Refused as error:
            refused = error
        except ValueError as error:
            raise Http404 from error
    files = list(copies.candidates(dossier, actor)[: copies.MOST])
    context = {
        "dossier": dossier,
        "files": files,
        "seals": seals,
        "forms": CopyForm.choices,
        "levels": Level.choices,
        "refused": refused,
    }
    return render(request, "signing/copies.html", context, status=409 if refused else 200)


@page
def keys(request: HttpRequest) -> HttpResponse:
    """Which key is whose, for administrators."""
    actor = _actor(request)
    if not may(actor, "manage keys"):
        from repository.access.acts import GENERAL_ACTS

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
    keyring.withdraw_key(key_id, actor=_actor(request))
    return done(request, _("The key signs no more."), "signing_keys")


def part(request: HttpRequest, actor: Actor) -> dict[str, Any] | None:
    """On a person's first page: what waits for her signature."""
    if actor.user is None:
        return None
    rows = mine(actor)
    found = list(rows.select_related("document").prefetch_related("steps").order_by("deadline", "pk")[:5])
    if not found:
        return None
    return {
        "count": rows.count(),
        "rows": [_row(one) for one in found],
        "overdue": rows.filter(deadline__lt=today()).count(),
        "url": reverse("signing_requests"),
    }


def panel(request: HttpRequest, document: Document) -> dict[str, Any] | None:
    """On a document's page: its requests, and the way to ask."""
    actor = _actor(request)
    rows = list(
        SigningRequest.objects.filter(document=document)
        .prefetch_related(Prefetch("steps", queryset=SigningStep.objects.select_related("user", "agency")))
        .order_by("-pk")[:5]
    )
    may_ask = document.sealed_at is None and may(actor, "ask to sign", document)
    if not rows and not may_ask:
        return None
    return {"rows": [_row(one) for one in rows], "may_ask": may_ask, "document": document}


def dossier_panel(request: HttpRequest, dossier: Dossier) -> dict[str, Any] | None:
    """On an open dossier's page, for who keeps a seal: the way to seal its scans."""
    actor = _actor(request)
    if dossier.state not in WORKING_STATES or not may(actor, "apply seal") or not may(actor, "file", dossier):
        return None
    return {"dossier": dossier} if copies.seals_for(actor, dossier) else None
