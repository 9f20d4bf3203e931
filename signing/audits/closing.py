"""The signed close: what the sheet says becomes bytes, the archive's seal goes under them, and from then on nothing changes.

Signing and time-stamping are outside work and happen without a transaction; the transaction that closes makes the bytes again and refuses
where an answer changed meanwhile. Without a key an audit can be closed too, and then says that it is not signed.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.actors import Actor
from repository.clock import now
from repository.events import record
from repository.refusals import Blocker, Refused
from signing.audits.access import fetch
from signing.audits.sheet import PURPOSE, json_of, manifest_of, pdf_of
from signing.models import Audit, AuditRow, AuditSheet
from signing.models.audits import AuditState
from signing.sealing.errors import NoSealKey, SigningFailed
from signing.sealing.seal import sign_bytes


def key_is_set_up() -> bool:
    return bool(settings.SEAL_KEY_FILE or settings.SEAL_TOKEN)


def close_audit(audit_id: UUID | str, *, actor: Actor, unsigned: bool = False) -> AuditSheet:
    """Close the audit for good. `unsigned`: the auditor knows that no key is set up and closes all the same.

    Raises NotVisible, Forbidden or Refused: sheets are open, the check is not through, the key or the time-stamp cannot be had.
    """
    audit = fetch(actor, audit_id, keeps=True)
    _check(audit)
    sheet = json_of(audit, closed_by=actor.label)
    signed = not unsigned or key_is_set_up()
    pdf = pdf_of(audit, sheet, signed=signed)
    manifest = manifest_of(audit, sheet, pdf)
    signature = _signature(audit, manifest) if signed else None
    return _write(audit, sheet, pdf, manifest, signature, actor)


def _check(audit: Audit) -> None:
    found = []
    if audit.state != AuditState.DRAWN:
        found.append(
            Blocker("state", _("Only an audit whose sample is drawn can be closed."), remedy=_("Load the page."))
        )
    open_rows = AuditRow.objects.filter(audit=audit, conclusion="").count()
    if open_rows:
        said = _("%(count)s documents have no conclusion yet.") % {"count": open_rows}
        found.append(
            Blocker("open", said, remedy=_("Conclude each; what cannot be judged has a conclusion of its own."))
        )
    unchecked = AuditRow.objects.filter(audit=audit, verified_at__isnull=True).count()
    if unchecked:
        said = _("The signatures of %(count)s documents have not been checked anew yet.") % {"count": unchecked}
        found.append(Blocker("unchecked", said, remedy=_("Wait until the check is through.")))
    if found:
        raise Refused("close audit", None, found)


def _signature(audit: Audit, manifest: bytes) -> bytes:
    try:
        return sign_bytes(manifest, PURPOSE)
    except NoSealKey as absent:
        raise Refused.because(
            "close audit",
            None,
            "no-key",
            _("No key for the archive's seal is set up, so the sheet cannot be signed."),
            _("Have a key set up, or close the audit without a signature: it will say so."),
        ) from absent
    except SigningFailed as failed:
        raise Refused.because(
            "close audit", None, "not-signed", failed.said, _("Nothing was closed. Try again later.")
        ) from failed


@transaction.atomic
def _write(
    audit: Audit, sheet: bytes, pdf: bytes, manifest: bytes, signature: bytes | None, actor: Actor
) -> AuditSheet:
    locked = fetch(actor, audit.pk, keeps=True, lock=True)
    if locked.state != AuditState.DRAWN or json_of(locked, closed_by=actor.label) != sheet:
        raise Refused.because(
            "close audit",
            None,
            "meanwhile",
            _("A sheet was changed while the audit was being closed."),
            _("Look at it, then close again."),
        )
    moment = now()
    Audit.objects.filter(pk=audit.pk).update(state=AuditState.CLOSED, closed_at=moment, closed_by=actor.user)
    made = AuditSheet.objects.create(
        audit=locked, json=sheet, pdf=pdf, manifest=manifest, signature=signature, made_at=moment
    )
    record(
        "audit.closed" if signature else "audit.closed_unsigned",
        actor,
        locked,
        manifest_sha256=hashlib.sha256(manifest).hexdigest(),
        sheet_sha256=hashlib.sha256(sheet).hexdigest(),
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        seed=locked.seed,
        population_sha256=locked.population_sha256,
    )
    return made
