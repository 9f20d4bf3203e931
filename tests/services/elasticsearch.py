"""Elasticsearch from Maven: the official server without its optional modules.

It lacks what the full image has of `GET /`, asciifolding, character filters, synonyms, edge n-grams, scripts and delete
by query; the program uses only what both have.
"""

import json
import shutil
import urllib.request
import zipfile
from collections.abc import Sequence
from pathlib import Path

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
        text = "".join(f"{key}: {json.dumps(value)}\n" for key, value in settings.items())
        (self.home / "config" / "elasticsearch.yml").write_text(text)
        (self.folder / "tmp").mkdir()
        shutil.rmtree(self.home / "data", ignore_errors=True)

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
