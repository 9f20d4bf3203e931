"""Asking for signatures: who, in which order, at which level, until when; and copies sealed in one go."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from repository.access import fetch_for
from repository.access.acts import RECORD_ACTS
from repository.clock import today
from repository.models import Agency, Document, Dossier, Membership, User
from repository.pages.base import done, page
from repository.refusals import Refused
from signing.codes import CopyForm, Level, Look
from signing.pages.requests import acting
from signing.sealing import asking, copies

SLOTS = 5


@page
def ask(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Who is to sign, in which order, at which level, until when."""
    actor = acting(request)
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
    actor = acting(request)
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
