"""Servers of ours on this machine: certomancer's time-stamp authority, and a remote signing service (CSC API)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from asn1crypto import tsp
from certomancer.registry import ServiceLabel

from demo.pki import DemoPki


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The handler's address for as long as the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class StampServer:
    """A time-stamp authority over HTTP. `at`: where its clock stands, None for now. `alter`: what becomes of an answer."""

    def __init__(self, pki: DemoPki) -> None:
        self.pki = pki
        self.at: datetime | None = None
        self.alter: Callable[[bytes], bytes] | None = None
        self.status, self.content_type = 200, "application/timestamp-reply"
        self.headers: list[dict[str, str]] = []
        self.url = ""

    @property
    def asked(self) -> int:
        return len(self.headers)

    def answer(self, body: bytes) -> bytes:
        at = self.at or datetime.now(UTC)
        service = self.pki.architecture.service_registry.summon_timestamper(ServiceLabel("tsa"), at)
        answer: bytes = service.request_tsa_response(tsp.TimeStampReq.load(body)).dump()
        return self.alter(answer) if self.alter else answer

    @contextmanager
    def running(self) -> Iterator[StampServer]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.headers.append(dict(self.headers))
                data = server.answer(body)
                self.send_response(server.status)
                self.send_header("Content-Type", server.content_type)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_arguments: Any) -> None:
                """Tests say what they find."""

        with serving(Handler) as url:
            self.url = url
            yield self


def seal_of_the_archive(pki: DemoPki, folder: Any, settings: Any, label: str = "tinh") -> None:
    """A PKCS#12 file as `settings` names it: the seal of this agency of the demonstration."""
    settings.SEAL_KEY_FILE = str(write_key(pki, folder, label, "seal.p12", "mat-khau-con-dau"))
    settings.SEAL_KEY_PASSPHRASE = "mat-khau-con-dau"


def write_key(pki: DemoPki, folder: Any, label: str, name: str, passphrase: str) -> Any:
    """Key, certificate and chain of a label as PKCS#12, readable by its owner only."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_der_private_key, pkcs12

    signer = pki.signer(label, datetime.now(UTC))
    data = pkcs12.serialize_key_and_certificates(
        name.encode(),
        load_der_private_key(signer.signing_key.dump(), None),  # type: ignore[arg-type]
        x509.load_der_x509_certificate(signer.signing_cert.dump()),
        [x509.load_der_x509_certificate(pki.certificate("ca").dump())],
        BestAvailableEncryption(passphrase.encode()),
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    path.chmod(0o600)
    return path
