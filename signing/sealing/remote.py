"""A key at a remote signing service, by the API of the Cloud Signature Consortium (CSC API 1.0.4), with pyHanko's client.

The archive signs in for itself (11.2, OAuth 2.0 client credentials); the person's PIN and one-time code go to `credentials/authorize` (11.6) for the
one digest that is signed, and nowhere else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import aiohttp
from django.conf import settings
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.csc_signer import (
    CSCAuthorizationInfo,
    CSCAuthorizationManager,
    CSCCredentialInfo,
    CSCServiceSessionInfo,
    CSCSigner,
    fetch_certs_in_csc_credential,
)

from signing.sealing.errors import KeyRefused, KeyUnavailable
from signing.sealing.keys import Place, Secret


@asynccontextmanager
async def remote_signer(place: Place, secret: Secret) -> AsyncIterator[CSCSigner]:
    """The credential of this identifier. Raises KeyUnavailable or KeyRefused."""
    service = settings.CSC_SERVICE
    if not service:
        raise KeyUnavailable("CSC_SERVICE is not set")
    timeout = aiohttp.ClientTimeout(total=settings.CSC_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout, trace_configs=[_no_redirects()]) as session:
            token = await _sign_in(session, service)
            info = CSCServiceSessionInfo(service.rstrip("/"), place.name, oauth_token=token)
            credential = await _credential(session, info)
            manager = _Authorization(session, info, credential, secret)
            yield CSCSigner(
                session, manager, sign_timeout=settings.CSC_SECONDS, est_raw_signature_size=1024, embed_roots=False
            )
    except (aiohttp.ClientError, TimeoutError, OSError, SigningError) as error:
        # No text of the service: it may quote what was sent.
        cause = error.__cause__ or error
        status = f" {cause.status}" if isinstance(cause, aiohttp.ClientResponseError) else ""
        raise KeyUnavailable(f"signing service: {type(cause).__name__}{status}") from None


class _Authorization(CSCAuthorizationManager):
    """Asks for leave to sign these very digests, with the person's PIN."""

    def __init__(
        self, session: aiohttp.ClientSession, info: CSCServiceSessionInfo, credential: CSCCredentialInfo, secret: Secret
    ) -> None:
        super().__init__(info, credential)
        self.session, self.secret = session, secret

    async def authorize_signature(self, hash_b64s: list[str]) -> CSCAuthorizationInfo:
        request = self.format_csc_auth_request(
            hash_b64s=hash_b64s, pin=self.secret.pin or None, otp=self.secret.code or None
        )
        url = self.csc_session_info.endpoint_url("credentials/authorize")
        async with self.session.post(url, headers=self.auth_headers, json=request) as answer:
            if answer.status in (400, 401, 403):
                raise KeyRefused(f"signing service refused: HTTP {answer.status}")
            answer.raise_for_status()
            return self.parse_csc_auth_response(await _mapping(answer))


async def _credential(session: aiohttp.ClientSession, info: CSCServiceSessionInfo) -> CSCCredentialInfo:
    try:
        return await fetch_certs_in_csc_credential(session, info, timeout=settings.CSC_SECONDS)
    except (TypeError, ValueError, LookupError) as error:
        # pyHanko takes the answer for what it should be.
        raise KeyUnavailable("signing service: the credential cannot be read") from error


async def _sign_in(session: aiohttp.ClientSession, service: str) -> str | None:
    """The archive's own access token; None where the service asks for none."""
    if not settings.CSC_CLIENT_ID:
        return None
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.CSC_CLIENT_ID,
        "client_secret": settings.CSC_CLIENT_SECRET or "",
    }
    async with session.post(f"{service.rstrip('/')}/csc/v1/oauth2/token", data=form) as answer:
        answer.raise_for_status()
        token = (await _mapping(answer)).get("access_token")
        if not isinstance(token, str):
            raise KeyUnavailable("signing service: no access token")
        return token


async def _mapping(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    try:
        data = await answer.json()
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise KeyUnavailable("signing service: no JSON object")
    return data


def _no_redirects() -> aiohttp.TraceConfig:
    """A redirect would carry the PIN to a server that nobody named."""
    traces = aiohttp.TraceConfig()

    async def refuse(_session: aiohttp.ClientSession, _context: SimpleNamespace, _params: Any) -> None:
        raise KeyUnavailable("signing service: answered with a redirect")

    traces.on_request_redirect.append(refuse)
    return traces
