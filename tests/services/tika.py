"""Apache Tika Server from Maven."""

import shutil
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from tests.services import machine
from tests.services.server import Server

ARTIFACT = "org.apache.tika:tika-server-standard:3.3.2"
SHA256 = "cdbe7fde72583dec8528f9c0ed962cacb7f6624f9900b1f733df638410f77540"


class TikaServer(Server):
    name = "tika"
    title = "Tika Server"
    variable = "TIKA_SERVER_URL"
    seconds_to_start = 90

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fetch(self) -> None:
        machine.java_home()
        machine.fetch_artifact(ARTIFACT, SHA256, self.downloads)

    def prepare(self) -> None:
        # The checkout may lie where the unprivileged user cannot read.
        shutil.copyfile(machine.fetch_artifact(ARTIFACT, SHA256, self.downloads), self.folder / "tika-server.jar")
        (self.folder / "tmp").mkdir()

    def command(self) -> Sequence[str | Path]:
        java = machine.java_home() / "bin" / "java"
        temporary = f"-Djava.io.tmpdir={self.folder / 'tmp'}"
        jar = self.folder / "tika-server.jar"
        return [java, "-Xmx256m", temporary, "-jar", jar, "-h", "127.0.0.1", "-p", str(self.port)]

    def answers(self) -> bool:
        with urllib.request.urlopen(f"{self.url}/version", timeout=5) as answer:
            return b"Tika" in answer.read()
