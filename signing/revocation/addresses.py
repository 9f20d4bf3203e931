"""Which addresses may be asked: those the operator lists, and of those only what resolves to a place that may be reached.

Certificates come with files, files from anybody: an address in one is an attempt to make this server knock somewhere. So: nothing is
asked unless REVOCATION_ALLOWED names host (and, where given, port and beginning of the path); only plain http, as RFC 5280 (4.2.1.13)
and RFC 6960 (A.1) have it, for the answers are signed themselves; the name is resolved once, every address it resolves to is looked at,
and the connection goes to an address that was looked at. Private, loopback and link-local addresses are refused unless
REVOCATION_PRIVATE names their network.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Iterable[str]]

LONGEST = 1000
# Visible ASCII without what some readers of addresses take for something else.
_PLAIN = re.compile(r"[!-~]+")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")


class NotAllowed(Exception):
    """This address is not asked; `code` says why."""

    def __init__(self, code: str, url: str) -> None:
        super().__init__(f"{code}: {url}")
        self.code, self.url = code, url


@dataclass(frozen=True)
class Target:
    """Where to connect, and what to ask there. `host` and `port` as the address has them; `address` is an IP address."""

    url: str
    host: str
    port: int
    path: str
    address: str


def is_listed(url: str) -> bool:
    """Whether the operator allows the address; says nothing about where its name leads."""
    try:
        _listed(url)
    except NotAllowed:
        return False
    return True


def target(url: str, resolve: Resolver | None = None) -> Target:
    """Where the address leads, looked up once. Raises NotAllowed."""
    host, port, path = _listed(url)
    try:
        found = list(dict.fromkeys((resolve or _resolve)(host.strip("[]"), port)))
    except (OSError, UnicodeError):
        raise NotAllowed("not-resolved", url) from None
    if not found:
        raise NotAllowed("not-resolved", url)
    # One bad address among them is enough: the next look-up may answer with that one.
    if not all(_may_be_reached(ipaddress.ip_address(one)) for one in found):
        raise NotAllowed("private-address", url)
    return Target(url, host, port, path, found[0])


def _listed(url: str) -> tuple[str, int, str]:
    if len(url) > LONGEST or not _PLAIN.fullmatch(url) or "\\" in url:
        raise NotAllowed("not-an-address", url[:LONGEST])
    try:
        parts = urlsplit(url)
        port = parts.port or 80
    except ValueError:
        raise NotAllowed("not-an-address", url) from None
    host = _host(parts.hostname or "")
    if parts.scheme != "http":
        raise NotAllowed("not-http", url)
    if not host or parts.username is not None or parts.password is not None:
        raise NotAllowed("not-an-address", url)
    path = parts.path or "/"
    # A server may read these as the folder above: the beginning that was allowed would not be kept.
    if any(step in (".", "..") for step in path.lower().replace("%2e", ".").replace("%2f", "/").split("/")):
        raise NotAllowed("not-an-address", url)
    if not any(_covers(entry, host, port, path) for entry in settings.REVOCATION_ALLOWED):
        raise NotAllowed("not-allowed", url)
    return host, port, f"{path}?{parts.query}" if parts.query else path


def _covers(entry: tuple[str, int, str], host: str, port: int, path: str) -> bool:
    """A beginning of a path ends with a slash; without one it is that path alone."""
    beginning = entry[2]
    if entry[:2] != (host, port):
        return False
    return path == beginning or (beginning.endswith("/") and path.startswith(beginning))


def _host(given: str) -> str:
    host = given.lower().rstrip(".")
    host = f"[{host}]" if ":" in host else host
    return host if _HOST.fullmatch(host) else ""


def _resolve(host: str, port: int) -> Iterable[str]:
    for *_kind, where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        yield str(where[0])


def _may_be_reached(address: Address) -> bool:
    inner = address
    if isinstance(address, ipaddress.IPv6Address):
        # What carries an IPv4 address inside leads there.
        inner = address.ipv4_mapped or address.sixtofour or _translated(address) or address
    if any(inner in network or address in network for network in _private()):
        return True
    return inner.is_global and not inner.is_multicast and address.is_global


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """RFC 6052: 64:ff9b::/96 carries an IPv4 address in its last 32 bits."""
    if address in ipaddress.IPv6Network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _private() -> tuple[Network, ...]:
    return tuple(settings.REVOCATION_PRIVATE)
