"""A small authority whose certificates name addresses on this machine, and the server that answers there (certomancer)."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import certomancer.default_plugins  # noqa: F401  registers the extensions that the plan names
from asn1crypto import ocsp, pem, tsp, x509
from certomancer.config_utils import SearchDir
from certomancer.registry import ArchLabel, CertLabel, KeyLabel, KeySets, PKIArchitecture, ServiceLabel
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.signing.bench_pki import paper
from tests.signing.servers import serving

SUBJECTS = ("root", "ca", "signer", "gone", "tsa", "ocsp", "stranger")
REVOKED = datetime(2025, 1, 1, tzinfo=UTC)
BEGIN, END = "2020-01-01T00:00:00+0000", "2044-01-01T00:00:00+0000"
Answer = Callable[[BaseHTTPRequestHandler], None]


def plan() -> dict[str, Any]:
    def crl(label: str) -> dict[str, Any]:
        params = {"crl-repo-names": [label]}
        return {"id": "crl_distribution_points", "smart-value": {"schema": "crl-dist-url", "params": params}}

    def usage(*words: str) -> dict[str, Any]:
        return {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": list(words)}}

    def cert(issuer: str, *extensions: dict[str, Any], **more: Any) -> dict[str, Any]:
        validity = {"valid-from": BEGIN, "valid-to": END}
        return {"issuer": issuer, "validity": validity, "extensions": list(extensions), **more}

    authority = {"id": "basic_constraints", "critical": True, "value": {"ca": True}}
    may_issue = usage("key_cert_sign", "crl_sign")
    signs = usage("digital_signature", "non_repudiation")
    aia = {
        "id": "authority_information_access",
        "smart-value": {
            "schema": "aia-urls",
            "params": {"ocsp-responder-names": ["ca"], "ca-issuer-links": [{"repo": "ca"}]},
        },
    }
    stamps = {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]}
    answers = {"id": "extended_key_usage", "critical": True, "value": ["ocsp_signing"]}
    revoked = {"revocation": {"revoked-since": REVOKED.isoformat(), "reason": "key_compromise"}}
    return {
        "keyset": "test",
        "entity-defaults": {"country-name": "VN"},
        "entities": {label: {"common-name": f"Thử nghiệm {label}"} for label in SUBJECTS},
        "certs": {
            "root": cert("root", authority, may_issue),
            "stranger": cert("stranger", authority, may_issue),
            "ca": cert("root", authority, may_issue, crl("root")),
            "signer": cert("ca", signs, crl("ca"), aia),
            "gone": cert("ca", signs, crl("ca"), aia, **revoked),
            "tsa": cert("root", usage("digital_signature"), stamps, crl("root")),
            "ocsp": cert("ca", usage("digital_signature"), answers, {"id": "ocsp_no_check"}),
        },
        "services": {
            "ocsp": {"ca": {"for-issuer": "ca", "responder-cert": "ocsp", "signing-key": "ocsp"}},
            "crl-repo": {
                label: {"for-issuer": label, "signing-key": label, "simulated-update-schedule": "P1D"}
                for label in ("root", "ca", "stranger")
            },
            "cert-repo": {"ca": {"for-issuer": "ca"}},
            "time-stamping": {"tsa": {"signing-key": "tsa", "signing-cert": "tsa"}},
        },
    }


class Authority:
    """`instead`: what is answered at an address that contains the word, in place of certomancer's answer. `asked`: the paths, in order."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self.instead: dict[str, Answer] = {}
        self.asked: list[str] = []
        for label in SUBJECTS:
            key = ec.generate_private_key(ec.SECP256R1())
            (folder / f"{label}.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        keys = {label: {"path": f"{label}.pem"} for label in SUBJECTS}
        self.architecture = PKIArchitecture.build_architecture(
            ArchLabel("test"),
            plan(),
            KeySets({"test": {"keys": keys}}, search_dir=SearchDir(str(folder)), lazy_load_keys=True),
            url,
        )

    def certificate(self, label: str) -> x509.Certificate:
        return self.architecture.get_cert(CertLabel(label))

    def pem(self, label: str) -> bytes:
        return bytes(pem.armor("CERTIFICATE", self.certificate(label).dump()))

    def crl(self, label: str, at: datetime | None = None) -> bytes:
        return bytes(self.architecture.service_registry.get_crl(ServiceLabel(label), at or datetime.now(UTC)).dump())

    def ocsp_answer(self, request: bytes, at: datetime | None = None) -> bytes:
        # Whole seconds, as RFC 5280 (4.1.2.5.2) has times.
        moment = (at or datetime.now(UTC)).replace(microsecond=0)
        responder = self.architecture.service_registry.summon_responder(ServiceLabel("ca"), moment)
        return bytes(responder.build_ocsp_response(ocsp.OCSPRequest.load(request)).dump())

    def unknown_answer(self) -> bytes:
        """The responder's own signed word that it does not know the signer's certificate."""
        from cryptography import x509 as given
        from cryptography.hazmat.primitives import hashes
        from cryptography.x509 import ocsp as made

        signer, ca, responder = (
            given.load_der_x509_certificate(self.certificate(label).dump()) for label in ("signer", "ca", "ocsp")
        )
        key = load_der_private_key(self.architecture.key_set.get_private_key(KeyLabel("ocsp")).dump(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        moment = datetime.now(UTC).replace(microsecond=0)
        built = (
            made.OCSPResponseBuilder()
            .add_response(
                cert=signer,
                issuer=ca,
                algorithm=hashes.SHA1(),  # noqa: S303 - an identifier, as responders have it
                cert_status=made.OCSPCertStatus.UNKNOWN,
                this_update=moment,
                next_update=moment + timedelta(days=1),
                revocation_time=None,
                revocation_reason=None,
            )
            .responder_id(made.OCSPResponderEncoding.HASH, responder)
            .certificates([responder])
            .sign(key, hashes.SHA256())
        )
        return built.public_bytes(Encoding.DER)

    def signed(self, label: str = "signer", *, with_ca: bool = True, stamped: bool = True) -> bytes:
        """A paper signed by the label's holder, without any revocation data inside."""
        others = [self.certificate("ca")] if with_ca else []
        signer = signers.SimpleSigner(
            signing_cert=self.certificate(label),
            signing_key=self.architecture.key_set.get_private_key(KeyLabel(label)),
            cert_registry=SimpleCertificateStore.from_certs(others),
        )
        output = signers.sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(paper())),
            signers.PdfSignatureMetadata(field_name="ChuKy", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES),
            signer=signer,
            timestamper=_Stamper(self) if stamped else None,
        )
        return bytes(output.getvalue())

    def answer(self, to: BaseHTTPRequestHandler, body: bytes) -> None:
        self.asked.append(to.path)
        for word, instead in self.instead.items():
            if word in to.path:
                instead(to)
                return
        path = to.path.strip("/").split("/")
        if "ocsp" in path:
            give(to, self.ocsp_answer(body))
        elif "crls" in path:
            give(to, self.crl(path[path.index("crls") + 1]))
        elif "certs" in path:
            give(to, self.certificate(path[path.index("certs") + 1]).dump())
        else:
            give(to, b"", status=404)


class _Stamper(TimeStamper):
    def __init__(self, authority: Authority) -> None:
        super().__init__()
        self.authority = authority

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        registry = self.authority.architecture.service_registry
        service = registry.summon_timestamper(ServiceLabel("tsa"), datetime.now(UTC) - timedelta(days=1))
        return service.request_tsa_response(req)


def give(to: BaseHTTPRequestHandler, body: bytes, *, status: int = 200, **headers: str) -> None:
    to.send_response(status)
    for name, value in headers.items():
        to.send_header(name, value)
    to.send_header("Content-Length", str(len(body)))
    to.end_headers()
    to.wfile.write(body)


def drip(to: BaseHTTPRequestHandler) -> None:
    """A byte at a time, for as long as somebody listens."""
    to.send_response(200)
    to.end_headers()
    try:
        while True:
            to.wfile.write(b"0")
            to.wfile.flush()
            time.sleep(0.05)
    except OSError:
        return


@contextmanager
def running(folder: Path) -> Iterator[Authority]:
    found: list[Authority] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            found[0].answer(self, self.rfile.read(length) if length else b"")

        do_POST = do_GET

        def log_message(self, *_arguments: Any) -> None:
            """Tests say what they find."""

    with serving(Handler) as url:
        found.append(Authority(folder, url))
        yield found[0]
