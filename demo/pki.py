"""A certificate authority for the demonstration and the tests, made with certomancer; it never asks the network.

A root and an authority below it (plainly named as demonstration), a time-stamp authority, an OCSP responder, CRLs, a
certificate for every person and every agency of the province, one that has expired and one that was revoked. The keys
are made on first use and kept in a folder; they are worth nothing outside it.
"""

import hashlib
import json
import shutil
import tempfile
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import certomancer.default_plugins  # noqa: F401  registers the extensions that the plan names
from asn1crypto import crl, pem, tsp, x509
from certomancer.config_utils import SearchDir
from certomancer.registry import ArchLabel, CertLabel, KeyLabel, KeySets, PKIArchitecture, ServiceLabel
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from demo.pki_plan import AUTHORITIES, SECOND_FROM, architecture, certificates, subjects
from demo.world import World

REVOKED_ON = datetime(2024, 6, 1, tzinfo=UTC)
EXPIRED_ON = datetime(2021, 12, 31, tzinfo=UTC)


class DemoPki:
    """The authority of one world, its keys in `folder` (made there on first use).

    Signers are asked for by the key of a person (`snv-0`), of an agency for its seal (`snv`), or as `expired`, `revoked`.
    """

    def __init__(self, folder: Path, world: World | None = None) -> None:
        self.world = world or World()
        self._plan = architecture(self.world, expired=EXPIRED_ON, revoked=REVOKED_ON)
        mark = hashlib.sha256(json.dumps(self._plan, sort_keys=True).encode()).hexdigest()[:8]
        self.folder = folder / f"pki-{self.world.seed}-{mark}"
        self._signers: dict[str, SimpleSigner] = {}

    @cached_property
    def architecture(self) -> PKIArchitecture:
        if not self.folder.is_dir():
            self._make()
        issued = {path.stem: x509.Certificate.load(path.read_bytes()) for path in self.folder.glob("*.cer")}
        return self._architecture(self.folder, issued)

    def _architecture(self, folder: Path, issued: dict[str, x509.Certificate]) -> PKIArchitecture:
        keys = {label: {"path": f"{label}.pem"} for label in subjects(self.world)}
        return PKIArchitecture.build_architecture(
            ArchLabel("demo"),
            self._plan,
            KeySets({"demo": {"keys": keys}}, search_dir=SearchDir(str(folder)), lazy_load_keys=True),
            "http://pki.lamgiang.example",
            cert_cache={CertLabel(label): certificate for label, certificate in issued.items()},
        )

    def _make(self) -> None:
        """Make keys and certificates, once: they are the same from then on. Of two processes the first to finish wins."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=self.folder.parent, prefix="pki-new-"))
        try:
            for label in subjects(self.world):
                _write_key(fresh / f"{label}.pem")
            made = self._architecture(fresh, {})
            for label in certificates(self.world):
                (fresh / f"{label}.cer").write_bytes(made.get_cert(CertLabel(label)).dump())
            fresh.rename(self.folder)
        except OSError:
            if not self.folder.is_dir():
                raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    @property
    def root(self) -> x509.Certificate:
        return self.certificate("root")

    def certificate(self, label: str) -> x509.Certificate:
        return self.architecture.get_cert(CertLabel(label))

    def write_root(self, path: Path) -> Path:
        """The root as a PEM file, for a trust store or `verify --trust`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pem.armor("CERTIFICATE", self.root.dump()))
        return path

    def signer(self, label: str, at: datetime) -> SimpleSigner:
        """Who signs under a label at a time; raises CertomancerObjectNotFoundError for one that has no certificate."""
        odd = label in ("expired", "revoked")
        name = label if odd or at >= SECOND_FROM else f"{label}-first"
        if name not in self._signers:
            self._signers[name] = SimpleSigner(
                signing_cert=self.certificate(name),
                signing_key=self.architecture.key_set.get_private_key(KeyLabel(label)),
                cert_registry=SimpleCertificateStore.from_certs([self.certificate("ca"), self.root]),
            )
        return self._signers[name]

    def time_stamper(self, at: datetime) -> TimeStamper:
        """The demonstration's time-stamp authority, its clock standing at `at`."""
        return _InProcessTimeStamper(self.architecture, at)

    def crls(self, at: datetime) -> list[crl.CertificateList]:
        """The revocation lists of the root and of the authority that were current at a time."""
        registry = self.architecture.service_registry
        return [registry.get_crl(ServiceLabel(label), at) for label in AUTHORITIES]

    def validation_context(self, at: datetime) -> ValidationContext:
        """What a signer needs to embed the evidence of revocation as it stood at a time; never fetches."""
        return ValidationContext(
            trust_roots=[self.root],
            other_certs=[self.certificate("ca"), self.certificate("tsa")],
            crls=self.crls(at),
            moment=at,
            allow_fetching=False,
            revocation_mode="hard-fail",
        )


class _InProcessTimeStamper(TimeStamper):
    """Hands the request to certomancer's service instead of an address."""

    def __init__(self, architecture: PKIArchitecture, at: datetime) -> None:
        super().__init__()
        self._service = architecture.service_registry.summon_timestamper(ServiceLabel("tsa"), at)

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return self._service.request_tsa_response(req)


def _write_key(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
