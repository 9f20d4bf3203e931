"""Time-stamps by the configured server (RFC 3161 over HTTP), each answer examined before anything rests on it.

Whether the server's authority is trusted is the validation engine's question; here it is seen that the answer is whole: granted,
about our digest and our nonce, of this hour, signed by the certificate it names, and that certificate made for time-stamps alone (RFC 3161, 2.3).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from asn1crypto import cms, core, tsp, x509
from django.conf import settings
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError, extract_certificate_info, extract_signer_info
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from signing.sealing.errors import NoTimestampServer, TimestampFailed

log = logging.getLogger(__name__)

DIGESTS = {32: "sha256", 48: "sha384", 64: "sha512"}
# How far the server's clock may stand from ours: real ones differ by a minute, more means that one of them is wrong.
LARGEST_DIFFERENCE = timedelta(minutes=10)
LARGEST_ANSWER = 256 * 1024


class Answer(core.Sequence):
    """TimeStampResp (RFC 3161, 2.4.2): a refusal holds no token, for which asn1crypto's own has no room."""

    _fields = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]


class Stamper(HTTPTimeStamper):
    """A time-stamp client for pyHanko that raises TimestampFailed for whatever does not hold."""

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        nonce, request = self.request_cms(message_digest, md_algorithm)
        try:
            answer = await self.async_request_tsa_response(request)
            token = examine(answer, message_digest, md_algorithm, nonce)
        except TimestampFailed as error:
            log.warning("time-stamp refused: %s", error.detail)
            raise
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("time-stamp server: %s", error)
            raise TimestampFailed(f"no answer: {type(error).__name__}") from error
        except ValueError as error:
            raise TimestampFailed("unreadable answer: not in DER") from error
        return token

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> Answer:
        timeout = aiohttp.ClientTimeout(total=self.timeout)
        # A redirect would lead to a server that nobody named.
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(self.url, data=req.dump(), headers=self.request_headers(), allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise TimestampFailed(f"HTTP {answer.status}")
            if answer.content_type != "application/timestamp-reply":
                raise TimestampFailed(f"content type {answer.content_type!r}")
            body = bytearray()
            async for piece in answer.content.iter_chunked(65536):
                body += piece
                if len(body) > LARGEST_ANSWER:
                    raise TimestampFailed("the answer is too long")
        return Answer.load(bytes(body))


def examine(answer: Answer, digest: bytes, algorithm: str, nonce: int | None) -> cms.ContentInfo:
    """The token of an answer that holds in itself; raises TimestampFailed, saying what does not."""
    try:
        status = answer["status"]["status"].native
        if status not in ("granted", "granted_with_mods"):
            raise TimestampFailed(f"the server answered {status!r}")
        token = answer["time_stamp_token"]
        if isinstance(token, core.Void) or token["content_type"].native != "signed_data":
            raise TimestampFailed("the answer holds no token")
        content = token["content"]["encap_content_info"]
        if content["content_type"].native != "tst_info":
            raise TimestampFailed("the token is not about a time")
        info = content["content"].parsed
        _hold_info(info, digest, algorithm, nonce)
        _hold_signature(token, bytes(content["content"]))
        return token
    except TimestampFailed:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        # asn1crypto parses lazily and says so with these; pyHanko's errors of structure are ValueErrors.
        raise TimestampFailed(f"unreadable answer: {type(error).__name__}") from error


def _hold_info(info: tsp.TSTInfo, digest: bytes, algorithm: str, nonce: int | None) -> None:
    imprint = info["message_imprint"]
    if imprint["hashed_message"].native != digest or imprint["hash_algorithm"]["algorithm"].native != algorithm:
        raise TimestampFailed("the token is about other bytes")
    if nonce is not None and info["nonce"].native != nonce:
        raise TimestampFailed("the token answers another request")
    if abs(info["gen_time"].native - datetime.now(UTC)) > LARGEST_DIFFERENCE:
        raise TimestampFailed("the server's clock and ours are more than ten minutes apart")


def _hold_signature(token: cms.ContentInfo, content: bytes) -> None:
    signed = token["content"]
    try:
        signer = extract_signer_info(signed)
        given = extract_certificate_info(signed)
    except (CMSExtractionError, CMSStructuralError) as error:
        raise TimestampFailed("the token does not name one signer with a certificate") from error
    holder = given.signer_cert
    usage = holder.extended_key_usage_value
    if usage is None or usage.native != ["time_stamping"] or "extended_key_usage" not in holder.critical_extensions:
        raise TimestampFailed("the certificate is not one for time-stamps alone")
    algorithm = signer["digest_algorithm"]["algorithm"].native
    try:
        intact, valid = validate_sig_integrity(
            signer, holder, expected_content_type="tst_info", actual_digest=hashlib.new(algorithm, content).digest()
        )
    except (SignatureValidationError, CMSStructuralError) as error:
        raise TimestampFailed("the token's signature cannot be checked") from error
    if not (intact and valid):
        raise TimestampFailed("the token's signature does not hold")
    _hold_chain(holder, given.other_certs)


def _hold_chain(holder: x509.Certificate, others: Iterable[Any]) -> None:
    """Each certificate that came along must lead upwards from the signer's: a token padded with strangers is not kept for fifty years."""
    waiting = {one.sha256: one for one in others if one.sha256 != holder.sha256}
    here = holder
    while True:
        above = next((one for one in waiting.values() if one.subject == here.issuer), None)
        if above is None:
            break
        del waiting[above.sha256]
        if not above.ca:
            raise TimestampFailed("a certificate above the server's is not one of an authority")
        here = above
    if waiting:
        raise TimestampFailed("the token carries certificates that do not belong to it")


def stamper() -> Stamper:
    """The client of the configured server; raises NoTimestampServer."""
    url = settings.TIMESTAMP_SERVER
    if not url:
        raise NoTimestampServer
    headers = {}
    if settings.TIMESTAMP_USER:
        headers["Authorization"] = aiohttp.encode_basic_auth(settings.TIMESTAMP_USER, settings.TIMESTAMP_PASSWORD or "")
    return Stamper(url, timeout=settings.TIMESTAMP_SECONDS, headers=headers)


def timestamp_token(digest: bytes) -> bytes:
    """A token (DER of a ContentInfo) over a SHA-256, SHA-384 or SHA-512 digest, told by its length.

    Raises NoTimestampServer or TimestampFailed; ValueError for a digest of another length.
    """
    if len(digest) not in DIGESTS:
        raise ValueError(f"a digest of {len(digest)} bytes is none of {', '.join(DIGESTS.values())}")
    token: bytes = asyncio.run(stamper().async_timestamp(digest, DIGESTS[len(digest)])).dump()
    return token
