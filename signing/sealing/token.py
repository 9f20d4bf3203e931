"""A key on a token, by PKCS#11: the library is named by the operator, the PIN opens the token for one signature and is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from pkcs11 import Mechanism, exceptions
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.general import SigningError
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

from signing.sealing.errors import KeyRefused, KeyUnavailable
from signing.sealing.keys import Place, Secret

WRONG_PIN = (
    exceptions.PinIncorrect,
    exceptions.PinInvalid,
    exceptions.PinLenRange,
    exceptions.PinLocked,
    exceptions.PinExpired,
    exceptions.UserPinNotInitialized,
)
# Where a token does not hash by itself, it is given the digest.
HASHING = {"ec": Mechanism.ECDSA_SHA256, "rsa": Mechanism.SHA256_RSA_PKCS}
# PKCS#11 logs in the whole process: while one person's PIN has a token open, no other thread may come to its keys without one.
_one_at_a_time = threading.Lock()
WAIT_SECONDS = 60.0


@contextmanager
def token_signer(place: Place, secret: Secret) -> Iterator[PKCS11Signer]:
    """The key of this label on the token of that name. Raises KeyUnavailable or KeyRefused."""
    if not settings.TOKEN_LIBRARY:
        raise KeyUnavailable("TOKEN_LIBRARY is not set")
    if not secret.pin:
        raise KeyRefused("no PIN")
    if not _one_at_a_time.acquire(timeout=WAIT_SECONDS):
        raise KeyUnavailable("the token is busy")
    try:
        session = open_pkcs11_session(
            settings.TOKEN_LIBRARY, token_criteria=TokenCriteria(label=place.name), user_pin=secret.pin
        )
        with session:
            signer = PKCS11Signer(session, cert_label=place.key, key_label=place.key, embed_roots=False)
            # Read now: what is missing on the token is told before anything is prepared.
            certificate = signer.signing_cert
            if certificate is None:
                raise KeyUnavailable("no certificate on the token")
            mechanisms = session.token.slot.get_mechanisms()
            signer.use_raw_mechanism = HASHING.get(certificate.public_key.algorithm) not in mechanisms
            yield signer
    except WRONG_PIN as error:
        raise KeyRefused(type(error).__name__) from None
    except (exceptions.PKCS11Error, SigningError, RuntimeError) as error:
        # The message may be the library's own; only its kind is told.
        raise KeyUnavailable(f"token: {type(error).__name__}") from None
    finally:
        _one_at_a_time.release()
