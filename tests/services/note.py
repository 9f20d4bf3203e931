"""What `up` leaves for `env` and `down`: which servers run, where, and as which processes."""

import json
import shutil
import signal
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from tests.services.server import Server, end


@dataclass(frozen=True)
class Noted:
    """A server that an earlier process started. `started` is in seconds since 1970, as the kernel tells it."""

    name: str
    variable: str
    url: str
    pid: int
    started: float
    stop_signal: int

    def process(self) -> psutil.Process | None:
        """Its process, or None when it has ended; a number given to another process since does not count."""
        try:
            process = psutil.Process(self.pid)
            return process if abs(process.create_time() - self.started) < 1 else None
        except psutil.NoSuchProcess:
            return None


def _file(home: Path) -> Path:
    return home / "running.json"


def write(home: Path, data: Path, servers: Sequence[Server]) -> None:
    noted = []
    for server in servers:
        assert server.process is not None
        pid, started = server.process.pid, server.process.create_time()
        noted.append(asdict(Noted(server.name, server.variable, server.url, pid, started, int(server.stop_signal))))
    home.mkdir(parents=True, exist_ok=True)
    _file(home).touch(mode=0o600)  # the addresses carry passwords
    _file(home).write_text(json.dumps({"data": str(data), "servers": noted}, indent=2))


def running(home: Path) -> list[Noted]:
    """The noted servers that still run."""
    if not _file(home).exists():
        return []
    noted = [Noted(**entry) for entry in json.loads(_file(home).read_text())["servers"]]
    return [server for server in noted if server.process() is not None]


def stop(home: Path) -> list[str]:
    """Stops the noted servers, removes their data and the note; returns the names of those that ran."""
    if not _file(home).exists():
        return []
    servers = running(home)
    for server in servers:
        process = server.process()
        if process is not None:
            end(process, signal.Signals(server.stop_signal))
    shutil.rmtree(json.loads(_file(home).read_text())["data"], ignore_errors=True)
    _file(home).unlink()
    return [server.name for server in servers]
