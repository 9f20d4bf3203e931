"""Elasticsearch from Maven: the official server without its optional modules.

It lacks what the full image has of `GET /`, asciifolding, character filters, synonyms, edge n-grams, scripts and delete
by query; the program uses only what both have.
"""

import datetime
import ipaddress
import json
import secrets
import shutil
import ssl
import subprocess
import urllib.request
import zipfile
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.services import machine
from tests.services.server import Server

ARTIFACT = "org.elasticsearch.distribution.integ-test-zip:elasticsearch:8.19.3:zip"
SHA256 = "c4b08b70523700efde9f3e4c9287229f085c2c0db1efca5c6a7d65abbdb9f2e1"
HEAP = "512m"


class Elasticsearch(Server):
    name = "elasticsearch"
    title = "Elasticsearch"
    variable = "ELASTICSEARCH_URL"
    seconds_to_start = 180

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def home(self) -> Path:
        return self.folder / "elasticsearch-8.19.3"

    def fetch(self) -> None:
        machine.java_home()
        machine.fetch_artifact(ARTIFACT, SHA256, self.downloads)

    def prepare(self) -> None:
        with zipfile.ZipFile(machine.fetch_artifact(ARTIFACT, SHA256, self.downloads)) as distribution:
            distribution.extractall(self.folder)
        for program in (self.home / "bin").iterdir():
            program.chmod(0o755)
        settings = {
            "cluster.name": "van-kho-tests",
            "discovery.type": "single-node",
            "network.host": "127.0.0.1",
            "http.port": self.port,
            "transport.port": machine.free_port(),
            "xpack.security.enabled": False,
            # A test machine with a full disk is no reason to refuse a few kilobytes.
            "cluster.routing.allocation.disk.threshold_enabled": False,
        }
        text = "".join(f"{key}: {json.dumps(value)}\n" for key, value in (settings | self.more_settings()).items())
        (self.home / "config" / "elasticsearch.yml").write_text(text)
        (self.folder / "tmp").mkdir()
        shutil.rmtree(self.home / "data", ignore_errors=True)

    def more_settings(self) -> dict[str, object]:
        """What a server of another kind is set otherwise."""
        return {}

    def environment(self) -> dict[str, str]:
        return {
            "ES_JAVA_HOME": str(machine.java_home()),
            "ES_JAVA_OPTS": f"-Xms{HEAP} -Xmx{HEAP}",
            "ES_TMPDIR": str(self.folder / "tmp"),
        }

    def command(self) -> Sequence[str | Path]:
        return [self.home / "bin" / "elasticsearch"]

    def answers(self) -> bool:
        with urllib.request.urlopen(f"{self.url}/_cluster/health", timeout=5) as answer:
            return json.load(answer)["status"] in ("green", "yellow")


class SecuredElasticsearch(Elasticsearch):
    """The same server with its security on: a password, and HTTPS with a certificate of an authority made for the run.

    It cannot make API keys: their index needs an analysis module that this distribution lacks.
    """

    name = "elasticsearch-secured"
    title = "Elasticsearch with security"

    def __init__(self, folder: Path, downloads: Path, log: Path) -> None:
        super().__init__(folder, downloads, log)
        self.password = secrets.token_urlsafe(12)
        self.fingerprint = ""

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def authority(self) -> Path:
        return self.home / "config" / "authority.pem"

    def more_settings(self) -> dict[str, object]:
        return {
            "xpack.security.enabled": True,
            "xpack.security.transport.ssl.enabled": False,
            "xpack.security.http.ssl.enabled": True,
            "xpack.security.http.ssl.certificate": "http.pem",
            "xpack.security.http.ssl.key": "http.key",
        }

    def prepare(self) -> None:
        super().prepare()
        self._certify()
        program = self.home / "bin" / "elasticsearch-keystore"
        environment = self.environment() | {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(self.folder)}
        for arguments, given in ((["create"], ""), (["add", "-x", "bootstrap.password"], f"{self.password}\n")):
            subprocess.run(
                [program, *arguments], env=environment, input=given, text=True, check=True, capture_output=True
            )

    def answers(self) -> bool:
        trusted = ssl.create_default_context(cafile=str(self.authority))
        signed = b64encode(f"elastic:{self.password}".encode()).decode()
        asked = urllib.request.Request(f"{self.url}/_cluster/health", headers={"Authorization": f"Basic {signed}"})
        with urllib.request.urlopen(asked, timeout=5, context=trusted) as answer:
            return json.load(answer)["status"] in ("green", "yellow")

    def _certify(self) -> None:
        began = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
        keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
        names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in ("authority", "server")]
        made = []
        for at, (key, name) in enumerate(zip(keys, names, strict=True)):
            builder = (
                x509.CertificateBuilder()
                .subject_name(name)
                .issuer_name(names[0])
                .public_key(key.public_key())
                .serial_number(at + 1)
                .not_valid_before(began)
                .not_valid_after(began + datetime.timedelta(days=30))
                .add_extension(x509.BasicConstraints(ca=at == 0, path_length=None), critical=True)
                .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[0].public_key()), critical=False)
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            )
            if at:
                here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
                builder = builder.add_extension(x509.SubjectAlternativeName([here]), critical=False)
            made.append(builder.sign(keys[0], hashes.SHA256()))
        self.fingerprint = made[1].fingerprint(hashes.SHA256()).hex()
        config = self.home / "config"
        self.authority.write_bytes(made[0].public_bytes(serialization.Encoding.PEM))
        (config / "http.pem").write_bytes(made[1].public_bytes(serialization.Encoding.PEM))
        plain = serialization.NoEncryption()
        pem = keys[1].private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        (config / "http.key").write_bytes(pem)
