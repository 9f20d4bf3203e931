"""Which key is whose: set up and withdrawn by an administrator. Identifiers and pictures only; no PIN enters here."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from repository.access import require
from repository.actors import Actor
from repository.clock import now
from repository.events import record
from repository.isolation import IsolationError
from repository.models import Agency, User
from repository.refusals import NotVisible, Refused, Text
from signing.codes import KeyKind
from signing.models import SigningKey
from signing.sealing.ahead import start_fetching
from signing.sealing.errors import SigningFailed
from signing.sealing.pdf import ask_places

LARGEST_PICTURE = 4 * 1024 * 1024


@transaction.atomic
def add_key(
    kind: KeyKind,
    name: str,
    *,
    actor: Actor,
    user: User | None = None,
    agency: Agency | None = None,
    key: str = "",
    certificate_sha256: str = "",
    picture: bytes = b"",
    width_mm: Decimal = Decimal(36),
    unattended: bool = False,
) -> SigningKey:
    """Say where a person's key or an agency's seal lies. Raises Forbidden or Refused."""
    require(actor, "manage keys")
    if (user is None) == (agency is None):
        raise _refused("owner", _("A key is one person's or one agency's."), _("Name one of them."))
    if user is not None and (kind == KeyKind.FILE or unattended):
        raise _refused(
            "file",
            _("A key file on the server is for seals only; a person's key stays on her token or at her service."),
            _("Choose a token or a remote service."),
        )
    if not name.strip() or (kind == KeyKind.TOKEN and not key.strip()):
        raise _refused("name", _("Say where the key lies: the file, token and label, or the credential."), "")
    fingerprint = certificate_sha256.replace(":", "").replace(" ", "").lower()
    if fingerprint and (len(fingerprint) != 64 or set(fingerprint) - set("0123456789abcdef")):
        raise _refused(
            "fingerprint",
            _("The fingerprint is not a SHA-256 digest."),
            _("Copy it from the certificate: 64 hexadecimal digits."),
        )
    try:
        with transaction.atomic():
            made = SigningKey.objects.create(
                kind=kind,
                user=user,
                agency=agency,
                name=name.strip()[:200],
                key=key.strip()[:200],
                certificate_sha256=fingerprint,
                picture=_cleaned(picture) if picture else None,
                width_mm=width_mm,
                unattended=unattended,
                added_by=actor.user,
                added_at=now(),
            )
    except IntegrityError as error:
        raise _refused("twice", _("There is a key for this signer already."), _("Withdraw it first.")) from error
    if settings.REVOCATION_ALLOWED:
        start_fetching([made], actor=actor)
    record("key.added", actor, agency, key=made.pk, of=str(made), kind_of_key=kind, name=made.name, label=made.key)
    return made


def _cleaned(picture: bytes) -> bytes:
    """Read in a worker; what is kept is the pixels alone."""
    if len(picture) > LARGEST_PICTURE:
        raise _refused("picture", _("The picture is too large: at most 4 MB."), _("Save it smaller, as PNG."))
    with tempfile.TemporaryDirectory(prefix="picture-") as folder:
        path, out = Path(folder) / "given.png", Path(folder) / "kept.png"
        path.write_bytes(picture)
        try:
            ask_places("cleaned", str(path), str(out))
        except (SigningFailed, IsolationError) as error:
            raise _refused(
                "picture",
                _("The picture is no PNG with a transparent ground."),
                _("Save it as PNG with a transparent ground."),
            ) from error
        return out.read_bytes()


@transaction.atomic
def withdraw_key(key_id: UUID | str, *, actor: Actor) -> SigningKey:
    """It signs no more; what it signed stays. Raises Forbidden or NotVisible."""
    require(actor, "manage keys")
    key = SigningKey.objects.filter(pk=key_id, withdrawn_at__isnull=True).select_related("user", "agency").first()
    if key is None:
        raise NotVisible
    SigningKey.objects.filter(pk=key.pk).update(withdrawn_at=now())
    record("key.withdrawn", actor, key.agency, key=key.pk, of=str(key))
    return key


def _refused(code: str, title: Text, remedy: Text) -> Refused:
    return Refused.because("manage keys", None, code, title, remedy)
