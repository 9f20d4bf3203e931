"""The installation's own key, made on first run; it signs checkpoints of the events. Its public half is printed with every checkpoint's id."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings


@lru_cache(maxsize=4)
def _key(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


def key() -> Ed25519PrivateKey:
    return _key(Path(settings.DATA) / "secrets" / "evidence_key")


def public_bytes() -> bytes:
    return key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id() -> str:
    """SHA-256 of the public key, hex."""
    return hashlib.sha256(public_bytes()).hexdigest()


def sign(message: bytes) -> str:
    return key().sign(message).hex()


def signature_is_right(message: bytes, signature: str, public: bytes | None = None) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public or public_bytes()).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
