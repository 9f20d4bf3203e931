"""The installation's own key, made on first run; it signs checkpoints of the events. Its public half is printed with every checkpoint's id."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings

from settings.environment import written_once


@lru_cache(maxsize=4)
def _key(path: Path) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(written_once(path, _new))


def _new() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())


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
