"""Servers of ours on this machine: certomancer's time-stamp authority, and a remote signing service (CSC API)."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from asn1crypto import tsp
from certomancer.registry import ServiceLabel
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

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
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

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


class SigningService:
    """A remote signing service as the CSC API describes it (1.0.4), with the keys of the demonstration.

    `credentials`: identifier to label. `pin`: the only one it takes. `faults`: endpoint to a status, a body, or a number of seconds to hang.
    """

    def __init__(self, pki: DemoPki, credentials: dict[str, str], pin: str = "246810") -> None:
        self.pki, self.credentials, self.pin = pki, credentials, pin
        self.faults: dict[str, Any] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.tokens: set[str] = set()
        self.client = ("kho", "mat-khau-may")
        self.released = threading.Event()
        self.url = ""

    def answer(self, endpoint: str, asked: dict[str, Any], bearer: str) -> tuple[int, Any]:
        self.calls.append((endpoint, asked))
        fault = self.faults.get(endpoint)
        if fault == "hang":
            self.released.wait(30)
            return 503, {}
        if isinstance(fault, int):
            return fault, {"error": "server_error"}
        if fault is not None:
            return 200, fault
        if endpoint == "oauth2/token":
            good = (asked.get("client_id"), asked.get("client_secret")) == self.client
            return (200, {"access_token": "the-token", "token_type": "Bearer"}) if good else (401, {"error": "invalid"})
        if bearer != "Bearer the-token":
            return 401, {"error": "invalid_token"}
        label = self.credentials.get(str(asked.get("credentialID")))
        if label is None:
            return 400, {"error": "invalid_request"}
        signer = self.pki.signer(label, datetime.now(UTC))
        if endpoint == "credentials/info":
            chain = [signer.signing_cert, self.pki.certificate("ca")]
            return 200, {
                "key": {"status": "enabled", "algo": ["1.2.840.10045.4.3.2"], "len": 256},
                "cert": {"certificates": [base64.b64encode(one.dump()).decode() for one in chain]},
                "authMode": "explicit",
                "SCAL": "2",
                "multisign": 1,
            }
        if endpoint == "credentials/authorize":
            if asked.get("PIN") != self.pin:
                return 400, {"error": "invalid_pin"}
            sad = f"sad-for-{','.join(asked['hash'])}"
            self.tokens.add(sad)
            return 200, {"SAD": sad, "expiresIn": 60}
        if asked.get("SAD") != f"sad-for-{','.join(asked['hash'])}" or asked["SAD"] not in self.tokens:
            return 400, {"error": "invalid_request"}
        self.tokens.discard(asked["SAD"])
        key = load_der_private_key(signer.signing_key.dump(), None)
        digest = base64.b64decode(asked["hash"][0])
        signature = key.sign(digest, ec.ECDSA(Prehashed(SHA256())))  # type: ignore[union-attr,call-arg,arg-type]
        return 200, {"signatures": [base64.b64encode(signature).decode()]}

    @contextmanager
    def running(self) -> Iterator[SigningService]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint = self.path.removeprefix("/csc/v1/")
                form = self.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
                asked = dict(parse_qsl(body.decode())) if form else json.loads(body)
                status, data = service.answer(endpoint, asked, self.headers.get("Authorization", ""))
                answer = json.dumps(data).encode()
                with suppress(BrokenPipeError, ConnectionResetError):
                    self.send_response(status)
                    if status in (302, 307):
                        self.send_header("Location", f"{service.url}/elsewhere")
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *_arguments: Any) -> None:
                """Tests say what they find."""

        with serving(Handler) as url:
            self.url = url
            try:
                yield self
            finally:
                self.released.set()
