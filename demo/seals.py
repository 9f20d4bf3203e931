"""The demonstration's seal keys: PKCS#12 files of its own authority, made in the archive's folder and worth nothing outside it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_der_private_key, pkcs12
from django.conf import settings
from PIL import Image

from demo import ink
from demo.pki import DemoPki
from repository.actors import Actor
from repository.clock import now
from repository.models import Agency
from signing.codes import KeyKind
from signing.models import SigningKey
from signing.sealing.keyring import add_key
from signing.sealing.keys import certificate_of

# The archive's own seal, under closed audits and evidence bundles, is the provincial archive's.
ARCHIVE = "ttlt"


def seal_file(pki: DemoPki, agency: str) -> Path:
    """The agency's seal as a key file that works unattended: its passphrase, drawn once, lies beside it. Both for their owner alone."""
    path = Path(settings.SEAL_KEYS) / f"demo-{agency}.p12"
    secret = path.with_name(f"{path.name}.secret")
    if path.is_file() and secret.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    passphrase = secrets.token_urlsafe(18)
    _write(secret, passphrase.encode())
    _write(path, pkcs12_of(pki, agency, passphrase))
    return path


def pkcs12_of(pki: DemoPki, label: str, passphrase: str) -> bytes:
    """Key, certificate and chain of somebody under the demonstration's authority."""
    signer = pki.signer(label, now())
    chain = [x509.load_der_x509_certificate(pki.certificate("ca").dump())]
    certificate = x509.load_der_x509_certificate(certificate_of(signer).dump())
    key = load_der_private_key(signer.signing_key.dump(), None)
    return pkcs12.serialize_key_and_certificates(
        label.encode(),
        key,  # type: ignore[arg-type]
        certificate,
        chain,
        BestAvailableEncryption(passphrase.encode()),
    )


def set_up_seal(pki: DemoPki, key: str, agency: Agency, words: tuple[str, str], *, actor: Actor) -> None:
    """The agency may put on its seal: by the key file, with a red picture of 36 mm. `words`: in the middle, and round the edge."""
    path = seal_file(pki, key)
    if SigningKey.objects.filter(agency=agency).exists():
        return
    picture = BytesIO()
    image: Image.Image = ink.seal(*words)
    image.save(picture, "PNG")
    add_key(KeyKind.FILE, path.name, actor=actor, agency=agency, picture=picture.getvalue(), unattended=True)


@contextmanager
def lent(pki: DemoPki) -> Iterator[None]:
    """Within the block the archive has a seal of its own, also where the operator has set up none."""
    if settings.SEAL_KEY_FILE or settings.SEAL_TOKEN:
        yield
        return
    path = seal_file(pki, ARCHIVE)
    settings.SEAL_KEY_FILE = str(path)
    settings.SEAL_KEY_PASSPHRASE = path.with_name(f"{path.name}.secret").read_text()
    try:
        yield
    finally:
        settings.SEAL_KEY_FILE = settings.SEAL_KEY_PASSPHRASE = None


def _write(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)
