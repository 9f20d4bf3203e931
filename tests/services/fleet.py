"""All servers together: what can be had is started, what cannot be had is named."""

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.services import note
from tests.services.elasticsearch import Elasticsearch
from tests.services.machine import Unavailable
from tests.services.postgresql import PostgreSQL
from tests.services.redis import Redis
from tests.services.server import Server, StartFailed
from tests.services.tika import TikaServer

ROOT = Path(__file__).resolve().parents[2]
KINDS: dict[str, type[Server]] = {kind.name: kind for kind in (PostgreSQL, Redis, Elasticsearch, TikaServer)}
HOME = ROOT / "var" / "services"


def say(text: str) -> None:
    print(f"services: {text}", file=sys.stderr, flush=True)


class Fleet:
    """The servers of one run. `home` keeps logs and the note of what runs; data lies in a temporary folder.

    Downloads are kept in the checkout's own folder, whatever `home` is.
    """

    def __init__(self, home: Path = HOME) -> None:
        self.home = home
        self.servers: list[Server] = []
        self.missing: dict[str, str] = {}
        self._data: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point the program at the servers."""
        return {server.variable: server.url for server in self.servers}

    def start(self, names: Sequence[str], *, stays: bool = False) -> None:
        """Fetches and starts the named servers; what cannot be had is in `missing` with the reason.

        With `stays` they outlive this process and are noted for `down`. Raises StartFailed with nothing left running.
        """
        self._data = Path(tempfile.mkdtemp(prefix="van-kho-services-"))
        self._data.chmod(0o755)
        try:
            for name in names:
                self._launch(KINDS[name], stays=stays)
            for server in self.servers:
                server.wait()
                say(f"{server.title} answers at 127.0.0.1:{server.port}")
        except BaseException:
            self.stop()
            raise
        if stays:
            note.write(self.home, self._data, self.servers)

    def _launch(self, kind: type[Server], *, stays: bool) -> None:
        assert self._data is not None
        server = kind(self._data / kind.name, HOME / "downloads", self.home / "logs" / f"{kind.name}.log")
        try:
            server.fetch()
        except Unavailable as reason:
            self.missing[server.title] = str(reason)
            say(f"{server.title} cannot be had: {reason}")
            return
        self.servers.append(server)
        server.launch(dies_with_parent=not stays)

    def stop(self) -> None:
        """Stops what runs and removes its data."""
        for server in reversed(self.servers):
            server.stop()
        self.servers.clear()
        if self._data is not None:
            shutil.rmtree(self._data, ignore_errors=True)


@contextlib.contextmanager
def running(names: Sequence[str], home: Path = HOME) -> Iterator[Fleet]:
    """The servers for the length of a `with` block; they are stopped whatever happens in it."""
    fleet = Fleet(home)
    try:
        fleet.start(names)
        yield fleet
    except StartFailed as failure:
        say(str(failure))
        raise
    finally:
        fleet.stop()
