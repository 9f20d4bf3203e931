"""One step of a request is signed: the person's PIN is there for as long as this takes, and nowhere else.

Claimed by compare-and-set first, signed outside any transaction, written down in one. Killed at any instant: either the step is signed and its
version is on its way, or nothing happened and the claim lapses by itself; the bytes of a signature that nobody wrote down belong to no record.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from repository import blobs
from repository.actors import Actor
from repository.bytes import path_for
from repository.clock import now
from repository.codes import WORKING_STATES
from repository.events import record
from repository.intake.leftovers import remove_unheld
from repository.jobs.engine import enqueue
from repository.models import Document, Dossier, File
from repository.refusals import Blocker, Forbidden, Refused
from signing.anchors import given
from signing.codes import KeyKind, Level
from signing.judging import Judge
from signing.models import RequestState, SigningKey, SigningRequest, SigningStep
from signing.sealing.ahead import LONG_TERM, noted, of_key, remember
from signing.sealing.asking import against, base_of, current_file, fetch, key_of, may_take, turn
from signing.sealing.errors import SigningFailed
from signing.sealing.keys import Place, Secret, kept_secret, opened
from signing.sealing.looking import Wish, step_look
from signing.sealing.pdf import Signed, sign_pdf

log = logging.getLogger(__name__)

# Longer than time-stamp server and signing service may take together.
CLAIM = timedelta(minutes=5)


def take(request_id: UUID | str, shown: str, secret: Secret, *, actor: Actor, wish: Wish | None = None) -> SigningStep:
    """Sign the step whose turn it is, over the bytes that were shown (`shown`: their SHA-256).

    Raises NotVisible, Forbidden, Refused (every reason), or SigningFailed where key, time-stamp server or level failed; then nothing is kept.
    """
    step, key, file = _claim(request_id, shown, actor)
    try:
        signed = _sign(step, key, file, secret, wish)
        received = blobs.receive([signed.data])
        try:
            return _write(step, key, signed, received, actor)
        except Exception:
            remove_unheld(received.sha256)
            raise
    except SigningFailed as error:
        log.warning("request %s step %s: %s: %s", request_id, step.number, type(error).__name__, error.detail)
        with transaction.atomic():
            record("signing.failed", actor, step.request, document=step.request.document_id, why=type(error).__name__)
        raise
    finally:
        SigningStep.objects.filter(pk=step.pk, claim=step.claim).update(claim=None, claimed_until=None)


@transaction.atomic
def _claim(request_id: UUID | str, shown: str, actor: Actor) -> tuple[SigningStep, SigningKey, File]:
    request = fetch(request_id, actor=actor, lock=True)
    step = turn(request)
    if step is None:
        raise Refused("sign", request, [Blocker.already(RequestState(request.state))])
    step.request = request
    if not may_take(actor, step):
        raise Forbidden("sign", request.document, ())
    file, blockers = current_file(request.document), []
    base = base_of(step)
    blockers += against(request.document, file)
    if file is not None and file.sha256 != base:
        blockers.append(_other_bytes(step))
    elif shown != base:
        blockers.append(
            Blocker("not-shown", _("The file is not the one you looked at."), remedy=_("Load the page and look again."))
        )
    key = key_of(step)
    if key is None:
        blockers.append(
            Blocker("no-key", _("No key is set up for this signature."), remedy=_("Ask your administrator."))
        )
    if blockers or key is None or file is None:
        raise Refused("sign", request, blockers)
    claim, moment = uuid4(), now()
    free = SigningStep.objects.filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lte=moment), pk=step.pk, after=""
    )
    if not free.update(claim=claim, claimed_until=moment + CLAIM):
        raise Refused.because(
            "sign", request, "signing", _("It is being signed at this moment."), _("Try again in a minute.")
        )
    step.claim = claim
    return step, key, file


def _other_bytes(step: SigningStep) -> Blocker:
    waiting = (
        step.number > 1
        and not File.objects.filter(version__document=step.request.document_id, sha256=base_of(step)).exists()
    )
    if waiting:
        return Blocker(
            "being-filed",
            _("The signature before this one is still being filed."),
            remedy=_("It takes a few seconds; load the page again."),
        )
    return Blocker(
        "replaced",
        _("The document's file was replaced after the request was made."),
        remedy=_("Cancel the request and ask again for the new file."),
    )


def _sign(step: SigningStep, key: SigningKey, file: File, secret: Secret, wish: Wish | None) -> Signed:
    data = path_for(file).read_bytes()
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise SigningFailed(
            "the bytes are not those of the file", _("The file's bytes changed on the disk. Tell your administrator.")
        )
    with tempfile.TemporaryDirectory(prefix="step-") as folder:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(data)
        moment = now()
        return sign_with(
            key, path, step.field, Level(step.request.level), step_look(step, path, key, moment, wish), moment, secret
        )


def sign_with(
    key: SigningKey,
    path: Path,
    field: str,
    level: Level,
    look: Any,
    moment: Any,
    secret: Secret | None,
    *,
    online: bool = False,
) -> Signed:
    """Sign the file at `path` with a key of the archive's. A seal that works unattended is opened by what lies beside it.

    `online`: whether addresses may be asked for revocation data; only a job does, a person's request rests on what was fetched ahead.
    """
    judge = Judge(online=online and level in LONG_TERM)
    if key.unattended:
        secret = kept_secret(key.name)
    seen: list[bytes] = []
    try:
        return sign_pdf(
            path,
            noted(opened(Place(KeyKind(key.kind), key.name, key.key), secret or Secret()), seen),
            field=field,
            level=level,
            look=look,
            moment=moment,
            trust=given(judge.trust),
            judge=judge.judge,
            certificate_sha256=key.certificate_sha256,
        )
    finally:
        # Also where the level was not reached: from now on it is known what must be fetched for this key.
        if seen and level in LONG_TERM:
            remember(of_key(key), seen)


@transaction.atomic
def _write(step: SigningStep, key: SigningKey, signed: Signed, received: blobs.Received, actor: Actor) -> SigningStep:
    request = SigningRequest.objects.select_for_update().select_related("document__agency").get(pk=step.request_id)
    document = request.document
    file = current_file(document)
    base = base_of(step)
    if request.state != RequestState.OPEN or file is None or file.sha256 != base or against(document, file):
        raise Refused.because(
            "sign",
            request,
            "changed",
            _("The request or the file changed while it was signed. Nothing was kept."),
            _("Load the page and look again."),
        )
    certificate = signed.signature.certificate
    values = {
        "before": base,
        "after": received.sha256,
        "certificate_sha256": certificate.sha256 if certificate else "",
        "signed_by": actor.user,
        "signed_at": now(),
    }
    if not SigningStep.objects.filter(pk=step.pk, claim=step.claim, after="").update(**values):
        raise Refused.because(
            "sign", request, "late", _("It took too long, and somebody else began. Nothing was kept."), _("Try again.")
        )
    _file(document, file, received, step, actor)
    record(
        "signing.signed",
        actor,
        request,
        document=document.pk,
        number=step.number,
        signer=signed.signature.signer or step.who,
        level=signed.signature.level,
        before=base,
        after=received.sha256,
        certificate=values["certificate_sha256"],
    )
    if turn(request) is None:
        SigningRequest.objects.filter(pk=request.pk).update(state=RequestState.SIGNED, ended_at=now())
        record("signing.complete", actor, request, document=document.pk, sha256=received.sha256)
    step.refresh_from_db()
    return step


def _file(document: Document, file: File, received: blobs.Received, step: SigningStep, actor: Actor) -> None:
    """The signed file becomes a version beside the one that was signed, by the job that files every version."""
    dossier = Dossier.objects.filter(documents=document, state__in=WORKING_STATES).order_by("pk").first()
    with translation.override(settings.LANGUAGE_CODE):
        reason = gettext("Signed: %(who)s") % {"who": step.who}
    payload = {"name": file.name, "sha256": received.sha256, "sha512": received.sha512, "size": received.size}
    params = {"document": str(document.pk), "reason": reason[:500]}
    enqueue("version", actor.id, dossier=dossier, params=params, items=[(file.name, payload)])
