"""Check the seal and the time-stamp over a bundle's manifest. Runs in a worker: both may be made to harm."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms, x509
from pyhanko.sign.validation import KeyUsageConstraints
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms, validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from signing.validation.facts import name_of
from signing.validation.trust import read_anchors

LARGEST = 4 << 20
USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)


def check_seal(manifest: str, signature: str | None, token: str | None, trust: list[bytes]) -> dict[str, Any]:
    """What `verify.Seal` holds. Without `trust` a seal that holds is "unknown": the bundle cannot vouch for itself."""
    data = Path(manifest).read_bytes()
    anchors = read_anchors(trust)
    stamp, moment = _stamp(data, token, anchors)
    told = {"stamp": stamp, "stamped_at": moment.isoformat() if moment else None}
    if signature is None:
        return {"status": "none", **told}
    try:
        status = asyncio.run(
            async_validate_detached_cms(
                data,
                _signed_data(signature),
                signer_validation_context=_context(anchors, moment if stamp == "trusted" else None),
                key_usage_settings=USAGE,
            )
        )
    except Exception as error:
        return {"status": "broken", "detail": f"{type(error).__name__}: {error}"[:300], **told}
    signer = name_of(status.signing_cert.subject)
    if not (status.intact and status.valid):
        return {"status": "broken", "signer": signer, "detail": "the manifest is not what was signed", **told}
    return {"status": "trusted" if anchors and status.trusted else "unknown", "signer": signer, **told}


def _stamp(data: bytes, token: str | None, anchors: list[x509.Certificate]) -> tuple[str, datetime | None]:
    """none, broken, unknown (it belongs here, its authority is not trusted) or trusted; and its time."""
    if token is None:
        return "none", None
    try:
        signed = _signed_data(token)
        found = asyncio.run(
            validate_tst_signed_data(
                signed, _context(anchors, None), lambda algorithm: hashlib.new(algorithm, data).digest()
            )
        )
    except Exception:
        return "broken", None
    if not (found["intact"] and found["valid"]):
        return "broken", None
    trusted = bool(anchors) and found.get("trust_problem_indic") is None and found.get("validation_path") is not None
    return "trusted" if trusted else "unknown", found["timestamp"]


def _signed_data(path: str) -> cms.SignedData:
    file = Path(path)
    if file.stat().st_size > LARGEST:
        raise ValueError("too large for a signature")
    content: cms.SignedData = cms.ContentInfo.load(file.read_bytes(), strict=True)["content"]
    return content


def _context(anchors: list[x509.Certificate], moment: datetime | None) -> ValidationContext:
    return ValidationContext(trust_roots=anchors, moment=moment, allow_fetching=False, revocation_mode="soft-fail")
