"""The installation's trust anchors: adding one, withdrawing one, and the list that verification uses."""

from __future__ import annotations

from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from repository.access import require
from repository.actors import Actor
from repository.clock import now
from repository.events import record
from repository.refusals import NotVisible, Refused
from signing.models import TrustAnchor


def anchors() -> tuple[bytes, ...]:
    """The trusted roots as PEM, in a fixed order."""
    rows = TrustAnchor.objects.filter(withdrawn_at__isnull=True).order_by("sha256").values_list("pem", flat=True)
    return tuple(pem.encode() for pem in rows)


@transaction.atomic
def add_anchor(pem: bytes, source: str, *, actor: Actor) -> TrustAnchor:
    """Trust a root certificate from now on. Raises Forbidden, or Refused where it is no certificate of an authority."""
    require(actor, "manage trust")
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise Refused.because(
            "add anchor",
            None,
            "no-certificate",
            _("This is no certificate in PEM form."),
            _("Export it again from its source."),
        ) from error
    if not source.strip():
        raise Refused.because(
            "add anchor", None, "no-source", _("Say where the certificate comes from and how it was checked.")
        )
    fingerprint = certificate.fingerprint(SHA256()).hex()
    anchor, made = TrustAnchor.objects.get_or_create(
        sha256=fingerprint,
        defaults={
            "name": certificate.subject.rfc4514_string()[:300],
            "pem": certificate.public_bytes(Encoding.PEM).decode(),
            "source": source.strip()[:300],
            "not_before": certificate.not_valid_before_utc,
            "not_after": certificate.not_valid_after_utc,
            "added_by": actor.user,
            "added_at": now(),
        },
    )
    if not made and anchor.withdrawn_at is not None:
        raise Refused.because(
            "add anchor",
            None,
            "withdrawn",
            _("This certificate was trusted before and was withdrawn."),
            _("Ask the authority for the certificate that replaced it."),
        )
    if made:
        record("anchor.added", actor, anchor, name=anchor.name, sha256=fingerprint, source=anchor.source)
    return anchor


@transaction.atomic
def withdraw_anchor(anchor_id: UUID | str, reason: str, *, actor: Actor) -> TrustAnchor:
    """Trust it no longer; earlier verdicts stay as they were. Raises Forbidden, NotVisible or Refused."""
    require(actor, "manage trust")
    anchor = TrustAnchor.objects.filter(pk=anchor_id).first()
    if anchor is None:
        raise NotVisible
    if not reason.strip():
        raise Refused.because("withdraw anchor", None, "no-reason", _("Say why it is no longer trusted."))
    if TrustAnchor.objects.filter(pk=anchor.pk, withdrawn_at__isnull=True).update(withdrawn_at=now()):
        record("anchor.withdrawn", actor, anchor, name=anchor.name, sha256=anchor.sha256, reason=reason.strip())
    anchor.refresh_from_db()
    return anchor
