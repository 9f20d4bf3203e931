"""Requests to sign: asking, refusing, cancelling; whose turn it is and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from repository.access import fetch_for, may
from repository.actors import Actor, actor_of
from repository.clock import now, today
from repository.codes import WORKING_STATES, FileRole
from repository.events import record
from repository.models import Agency, Document, File, User
from repository.refusals import Blocker, Forbidden, NotVisible, Refused
from signing.codes import CopyForm, Level, Look
from signing.models import RequestState, SigningKey, SigningRequest, SigningStep
from signing.sealing.ahead import LONG_TERM, start_fetching

PDF = "application/pdf"
MOST_STEPS = 12


@dataclass(frozen=True)
class Wanted:
    """One signature that is asked for: a person's, or an agency's."""

    look: Look
    user: User | None = None
    agency: Agency | None = None
    copy_form: str = ""


@transaction.atomic
def ask(
    document_id: UUID | str,
    wanted: Sequence[Wanted],
    *,
    actor: Actor,
    level: Level = Level.T,
    deadline: date | None = None,
    note: str = "",
) -> SigningRequest:
    """Ask people and agencies to sign a document's current file, in this order. Raises NotVisible, Forbidden or Refused with every reason."""
    document: Document = fetch_for(actor, "ask to sign", Document, document_id, related=("agency",), lock=True)
    file = current_file(document)
    blockers = [*against(document, file), *_against_wanted(document, wanted)]
    if deadline is not None and deadline < today():
        blockers.append(Blocker("deadline", _("The deadline is over already."), remedy=_("Choose a later day.")))
    if blockers or file is None:
        raise Refused("ask to sign", document, blockers)
    try:
        with transaction.atomic():
            request = SigningRequest.objects.create(
                document=document,
                sha256=file.sha256,
                level=level,
                deadline=deadline,
                note=" ".join(note.split())[:500],
                asked_by=actor.user,
                asked_at=now(),
            )
    except IntegrityError as error:
        raise Refused.because(
            "ask to sign",
            document,
            "asked",
            _("A request for this document is open already."),
            _("Cancel it first, or wait until it has ended."),
        ) from error
    SigningStep.objects.bulk_create(
        SigningStep(
            request=request, number=number, look=one.look, user=one.user, agency=one.agency, copy_form=one.copy_form
        )
        for number, one in enumerate(wanted, start=1)
    )
    if level in LONG_TERM:
        signers = Q(user__in=[one.user for one in wanted if one.user]) | Q(
            agency__in=[one.agency for one in wanted if one.agency]
        )
        start_fetching(SigningKey.objects.filter(signers, withdrawn_at__isnull=True).only("pk"), actor=actor)
    record(
        "signing.asked",
        actor,
        request,
        document=document.pk,
        sha256=file.sha256,
        level=level,
        deadline=deadline,
        signers=", ".join(str(one.user.label if one.user else one.agency) for one in wanted),
    )
    return request


def current_file(document: Document) -> File | None:
    return (
        File.objects.filter(version__document=document, version__current=True, role=FileRole.MAIN)
        .select_related("version")
        .first()
    )


def against(document: Document, file: File | None) -> list[Blocker]:
    """What stands against signing the document at all."""
    found = []
    if file is None or file.mime != PDF:
        found.append(
            Blocker(
                "no-pdf", _("Only PDF files are signed here."), remedy=_("Put a PDF in its place as a new version.")
            )
        )
    if document.sealed_at is not None or document.dossiers.exclude(state__in=WORKING_STATES).exists():
        found.append(
            Blocker(
                "not-open",
                _("The document stands in a dossier that is no longer open."),
                remedy=_("That dossier must be reopened or returned first."),
            )
        )
    elif not document.dossiers.exists():
        found.append(
            Blocker("in-no-dossier", _("The document stands in no open dossier."), remedy=_("Put it into one first."))
        )
    return found


def _against_wanted(document: Document, wanted: Sequence[Wanted]) -> list[Blocker]:
    found = []
    if not wanted or len(wanted) > MOST_STEPS:
        found.append(Blocker("signers", _("Name who is to sign."), remedy=_("At least one and at most twelve.")))
    for one in wanted:
        about = str(one.user or one.agency)
        if one.look == Look.COPY and one.copy_form not in CopyForm.values:
            found.append(Blocker("copy-form", _("Say which form of copy it is."), about=about))
        if (one.look == Look.PERSON) != (one.user is not None):
            found.append(
                Blocker(
                    "look",
                    _("This look does not belong to this signer."),
                    remedy=_("Choose the look of a person for a person, and another one for an agency."),
                    about=about,
                )
            )
        if one.user is not None and not may(actor_of(one.user), "sign", document):
            # Whether she may not see it or may not sign is hers to know.
            found.append(
                Blocker(
                    "signer",
                    _("%(person)s cannot sign this document.") % {"person": one.user.label},
                    remedy=_("Choose somebody with a role in this agency, or give access first."),
                    about=about,
                )
            )
    return found


def turn(request: SigningRequest) -> SigningStep | None:
    """The next step, None where all are signed or the request has ended."""
    if request.state != RequestState.OPEN:
        return None
    return request.steps.filter(after="").select_related("user", "agency").order_by("number").first()


def base_of(step: SigningStep) -> str:
    """SHA-256 of the bytes that this step signs: what the step before made, or what was asked for."""
    before = SigningStep.objects.filter(request=step.request_id, number__lt=step.number).order_by("-number").first()
    return before.after if before else step.request.sha256


def may_take(actor: Actor, step: SigningStep) -> bool:
    """Whether this step is the actor's: her own signature, or a seal that she keeps."""
    if step.user_id is not None:
        return step.user_id == actor.id and may(actor, "sign", step.request.document)
    return may(actor, "apply seal", step.agency) and may(actor, "view", step.request.document)


def key_of(step: SigningStep) -> SigningKey | None:
    """The key for this step: the person's own or the agency's, never another's."""
    keys = SigningKey.objects.filter(withdrawn_at__isnull=True).select_related("user", "agency")
    return keys.filter(user=step.user_id).first() if step.user_id else keys.filter(agency=step.agency_id).first()


def fetch(request_id: UUID | str, *, actor: Actor, lock: bool = False) -> SigningRequest:
    """The request with its document. Raises NotVisible."""
    rows = SigningRequest.objects.visible_to(actor).select_related("document__agency", "asked_by")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found: SigningRequest | None = rows.filter(pk=request_id).first()
    if found is None:
        raise NotVisible
    return found


@transaction.atomic
def fetch_for_step(request_id: UUID | str, *, actor: Actor) -> SigningRequest:
    """Have fetched what the next signature needs at its level. By whose turn it is. Raises NotVisible or Forbidden."""
    request = fetch(request_id, actor=actor)
    step = turn(request)
    key = key_of(step) if step else None
    if step is None or key is None:
        raise NotVisible
    if not may_take(actor, step):
        raise Forbidden("sign", request.document, ())
    start_fetching([key], actor=actor)
    record("signing.fetching", actor, request, document=request.document_id)
    return request


@transaction.atomic
def refuse(request_id: UUID | str, reason: str, *, actor: Actor) -> SigningRequest:
    """The one whose turn it is will not sign, and says why. Raises NotVisible, Forbidden or Refused."""
    request = fetch(request_id, actor=actor, lock=True)
    step = turn(request)
    if step is not None and not may_take(actor, step):
        raise Forbidden("sign", request.document, ())
    return _end(request, RequestState.REFUSED, reason, actor)


@transaction.atomic
def cancel(request_id: UUID | str, reason: str, *, actor: Actor) -> SigningRequest:
    """Take the request back; what is signed already stays. By who asked, or who may ask. Raises NotVisible, Forbidden or Refused."""
    request = fetch(request_id, actor=actor, lock=True)
    if not may(actor, "ask to sign", request.document):
        from repository.access.acts import FILING_ROLES

        raise Forbidden("ask to sign", request.document, FILING_ROLES)
    return _end(request, RequestState.CANCELLED, reason, actor)


def _end(request: SigningRequest, state: RequestState, reason: str, actor: Actor) -> SigningRequest:
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise Refused.because(
            "end request", request, "no-reason", _("Say why."), _("The reason is kept with the request.")
        )
    if request.state != RequestState.OPEN:
        raise Refused("end request", request, [Blocker.already(RequestState(request.state))])
    signing = request.steps.filter(claimed_until__gt=now(), after="").first()
    if signing is not None:
        raise Refused.because(
            "end request", request, "signing", _("It is being signed at this moment."), _("Try again in a minute.")
        )
    SigningRequest.objects.filter(pk=request.pk).update(state=state, reason=reason, ended_at=now())
    record(f"signing.{state}", actor, request, document=request.document_id, reason=reason)
    request.refresh_from_db()
    return request
