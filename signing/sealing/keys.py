"""Where a key lies, and how it is opened for one use: a file on the server, a token (PKCS#11), a remote service (CSC API).

A place holds identifiers only. The PIN comes with the call and is kept no longer than it: no row, log line or error carries it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from asn1crypto import x509
from django.conf import settings
from pyhanko.sign.signers import Signer, SimpleSigner

from signing.codes import KeyKind
from signing.sealing.errors import KeyRefused, KeyUnavailable, NoSealKey


@dataclass(frozen=True)
class Place:
    """`name`: the file in the folder of seals, the token's label, or the credential's identifier at the service.

    `key`: the key's label on the token.
    """

    kind: KeyKind
    name: str
    key: str = ""


@dataclass(frozen=True)
class Secret:
    """A PIN or passphrase, and a one-time code where the service asks for one. Its text never shows what it holds."""

    pin: str = field(default="", repr=False)
    code: str = field(default="", repr=False)


@asynccontextmanager
async def opened(place: Place, secret: Secret) -> AsyncIterator[Signer]:
    """The key as a pyHanko signer, for as long as the block runs. Raises KeyUnavailable or KeyRefused."""
    if place.kind == KeyKind.FILE:
        yield from_file(seal_file(place.name), secret.pin)
    elif place.kind == KeyKind.TOKEN:
        from signing.sealing.token import token_signer

        with token_signer(place, secret) as signer:
            yield signer
    else:
        from signing.sealing.remote import remote_signer

        async with remote_signer(place, secret) as signer:
            yield signer


def seal_file(name: str) -> Path:
    """A PKCS#12 file in the folder of seals. Raises KeyUnavailable for a name that leads elsewhere."""
    path = Path(settings.SEAL_KEYS) / name
    if path.name != name or path.is_symlink():
        raise KeyUnavailable(f"not a name of a file: {name!r}")
    return path


def from_file(path: Path, passphrase: str) -> Signer:
    """A PKCS#12 file's key with its certificates. Only its owner may be able to read it."""
    try:
        if path.stat().st_mode & 0o077:
            raise KeyUnavailable(f"{path.name} can be read by others: chmod 600")
        data = path.read_bytes()
    except OSError as error:
        raise KeyUnavailable(f"{path.name}: {error.strerror}") from error
    try:
        signer: Signer = SimpleSigner.load_pkcs12_data(data, other_certs=[], passphrase=passphrase.encode() or None)
    except (ValueError, TypeError, AttributeError) as error:
        raise KeyRefused(f"{path.name}: wrong passphrase, or no key with a certificate in it") from error
    return signer


def kept_secret(name: str) -> Secret:
    """The passphrase of a seal that works unattended: beside the seals, readable by its owner alone. Raises KeyUnavailable."""
    path = seal_file(f"{name}.secret")
    try:
        if path.stat().st_mode & 0o077:
            raise KeyUnavailable(f"{path.name} can be read by others: chmod 600")
        return Secret(path.read_text().strip())
    except OSError as error:
        raise KeyUnavailable(f"{path.name}: {error.strerror}") from error


@asynccontextmanager
async def archive_seal() -> AsyncIterator[Signer]:
    """The archive's own seal, as the environment names it. Raises NoSealKey, KeyUnavailable or KeyRefused."""
    secret = Secret(settings.SEAL_KEY_PASSPHRASE or "")
    if settings.SEAL_KEY_FILE:
        yield from_file(Path(settings.SEAL_KEY_FILE), secret.pin)
    elif settings.SEAL_TOKEN:
        async with opened(Place(KeyKind.TOKEN, settings.SEAL_TOKEN, settings.SEAL_TOKEN_KEY), secret) as signer:
            yield signer
    else:
        raise NoSealKey


def certificate_of(signer: Signer) -> x509.Certificate:
    certificate = signer.signing_cert
    if certificate is None:
        raise KeyUnavailable("the key has no certificate")
    return certificate
