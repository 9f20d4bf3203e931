"""One question over plain HTTP, within bounds of time and size, to the address that was looked at and no other.

No proxy, no cookies, no credentials, no compression. A redirect is followed only within the same host and port, twice at most.
"""

from __future__ import annotations

import http.client
import socket
import threading
from urllib.parse import urljoin

from signing.revocation.addresses import NotAllowed, Resolver, Target, target

SECONDS = 10.0  # of one question with its redirects, from the connection to the last byte
LARGEST_LIST = 20 << 20  # bytes; the lists of Vietnamese authorities have some hundred kilobytes
LARGEST_ANSWER = 64 << 10  # bytes of an OCSP response or a certificate
REDIRECTS = 2
MOVED = (301, 302, 303, 307, 308)
AGENT = "van-kho"


class NotFetched(Exception):
    """No usable answer came; `code` says why."""

    def __init__(self, code: str, url: str) -> None:
        super().__init__(f"{code}: {url}")
        self.code, self.url = code, url


class _Connection(http.client.HTTPConnection):
    """Connects to the address that was looked at; the header names the host."""

    def __init__(self, where: Target, seconds: float) -> None:
        super().__init__(where.host.strip("[]"), where.port, timeout=seconds)
        self.where = where

    def connect(self) -> None:
        self.sock = socket.create_connection((self.where.address, self.where.port), self.timeout)


def fetch(
    url: str,
    *,
    body: bytes | None = None,
    content_type: str = "",
    largest: int = LARGEST_ANSWER,
    seconds: float = SECONDS,
    resolve: Resolver | None = None,
) -> bytes:
    """The answer's bytes; POST where there is a body. Raises NotAllowed or NotFetched."""
    first = where = target(url, resolve)
    # Bounds each wait by itself and all of them together: who sends a byte a second is cut off as well.
    clock = _Cut(seconds)
    try:
        for _ in range(REDIRECTS + 1):
            moved, answer = _ask(where, body, content_type, largest, clock)
            if moved is None:
                return answer
            where = target(urljoin(where.url, moved), resolve)
            if (where.host, where.port) != (first.host, first.port):
                raise NotAllowed("redirected", url)
        raise NotFetched("redirected", url)
    except (TimeoutError, _Late):
        raise NotFetched("too-slow", url) from None
    except (OSError, http.client.HTTPException, ValueError):
        raise NotFetched("too-slow" if clock.over else "no-answer", url) from None
    finally:
        clock.stop()


class _Late(Exception):
    pass


class _Cut:
    """Closes the connection when the time is over, whatever it waits for."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.over = seconds, False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, connected: socket.socket) -> None:
        self._socket = connected
        if self.over:
            raise _Late

    def stop(self) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.over = True
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def _ask(where: Target, body: bytes | None, content_type: str, largest: int, clock: _Cut) -> tuple[str | None, bytes]:
    connection = _Connection(where, clock.seconds)
    try:
        connection.connect()
        clock.watch(connection.sock)
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"}
        if body is not None:
            headers["Content-Type"] = content_type
        connection.request("GET" if body is None else "POST", where.path, body=body, headers=headers)
        answer = connection.getresponse()
        if answer.status in MOVED and answer.headers.get("Location"):
            return answer.headers["Location"], b""
        if answer.status != 200:
            raise NotFetched("refused-there", where.url)
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise NotFetched("encoded", where.url)
        if answer.length is not None and answer.length > largest:
            raise NotFetched("too-large", where.url)
        found = answer.read(largest + 1)
        if clock.over:
            raise _Late
        if len(found) > largest:
            raise NotFetched("too-large", where.url)
        return None, found
    finally:
        connection.close()
