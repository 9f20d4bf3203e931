"""Web, worker and beat of one archive, started as an installation starts them, killed and started again."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psutil

from scripts.processes import COMMANDS, ROOT

TARGETS = ("web", "worker", "child", "indexer", "beat")
SECONDS_TO_STOP = 30
SECONDS_FOR_THE_LOCK = 30.0


@dataclass(frozen=True)
class Kill:
    """What is killed, with its process group or alone, after how many seconds of work; `early`: even while all are starting."""

    number: int
    target: str
    group: bool
    pause: float
    early: bool


def planned_kills(count: int, *, seed: int, targets: Sequence[str] = TARGETS) -> list[Kill]:
    """The kills of a seed: the targets in turn, shuffled round by round, so that each is hit equally often."""
    rng = Random(f"kills:{seed}")
    kills: list[Kill] = []
    while len(kills) < count:
        for target in rng.sample(targets, len(targets)):
            kills.append(Kill(len(kills) + 1, target, rng.random() < 0.5, rng.uniform(0.1, 3.0), rng.random() < 0.15))
    return kills[:count]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """The processes over one data folder. To be used from one thread: the kernel ends them when that thread ends."""

    def __init__(self, data: Path, *, workers: int = 2) -> None:
        self.data = data
        self.port = free_port()
        self.logs = data / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.environment = os.environ | {
            "REPOSITORY_DATA": str(data),
            "PORT": str(self.port),
            "BIND": "127.0.0.1",
            "WORKER_PROCESSES": str(workers),
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.everybody: dict[int, psutil.Process] = {}
        self.starts = 0

    def start(self) -> None:
        for name in COMMANDS:
            self._start(name)

    def _start(self, name: str) -> None:
        guard = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        with (self.logs / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*guard, str(ROOT / COMMANDS[name])],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.starts += 1

    def look_after(self) -> None:
        """Start what has died; remember every process seen, to ask at the end which of them is still there."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                self._start(name)
        for process in list(self.processes.values()):
            with contextlib.suppress(psutil.Error):
                seen = psutil.Process(process.pid)
                for one in (seen, *seen.children(recursive=True)):
                    self.everybody[one.pid] = one

    def is_up(self) -> bool:
        """Whether the web server takes connections and the worker has its processes."""
        with socket.socket() as probe:
            probe.settimeout(0.5)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0 and bool(self._children_of("worker"))

    def kill(self, kill: Kill, rng: Random, *, patience: float) -> str:
        """SIGKILL; returns what was hit. Who writes the index is waited for, so many seconds; then any child will do."""
        # The indexer is killed while it writes, whichever process that is.
        if kill.target in COMMANDS and kill.target != "indexer":
            self._kill_main(kill.target, group=kill.group)
            return kill.target
        pid = self._lock_holder(patience) if kill.target == "indexer" else None
        what = "indexer" if pid else "child"
        if pid is None:
            children = self._children_of("worker")
            if not children:
                self._kill_main("worker", group=kill.group)
                return "worker"
            pid = rng.choice(children)
        family = [pid]
        if kill.group:
            # Its group is the whole worker's: its own descendants are what belongs to it.
            with contextlib.suppress(psutil.Error):
                family += [inner.pid for inner in psutil.Process(pid).children(recursive=True)]
        for one in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        return what

    def _kill_main(self, name: str, *, group: bool) -> None:
        process = self.processes[name]
        with contextlib.suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
        process.wait()

    def _children_of(self, name: str) -> list[int]:
        with contextlib.suppress(psutil.Error):
            return [child.pid for child in psutil.Process(self.processes[name].pid).children()]
        return []

    def _lock_holder(self, patience: float) -> int | None:
        """The process that writes the index now; waited for a while, for it holds the lock only while it writes."""
        path = self.data / "index" / "writer.lock"
        deadline = time.monotonic() + patience
        looked = time.monotonic()
        while time.monotonic() < deadline:
            if time.monotonic() - looked > 0.5:
                self.look_after()
                looked = time.monotonic()
            if path.exists():
                inode = str(path.stat().st_ino)
                for line in Path("/proc/locks").read_text().splitlines():
                    words = line.split()
                    if words[1] == "FLOCK" and words[5].rpartition(":")[2] == inode:
                        return int(words[4])
            time.sleep(0.002)
        return None

    def stop(self) -> list[str]:
        """Tell all to stop, end those that are slow as the supervisor does; returns the processes that are still there then."""
        self.look_after()
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + SECONDS_TO_STOP
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        late = []
        for one in psutil.wait_procs([one for one in self.everybody.values() if one.is_running()], timeout=10)[1]:
            with contextlib.suppress(psutil.Error):
                if one.status() != psutil.STATUS_ZOMBIE:
                    late.append(f"left over: {' '.join(one.cmdline())[:120]}")
        self.kill_all()
        return late

    def kill_all(self) -> None:
        """End everything at once."""
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for one in self.everybody.values():
            with contextlib.suppress(psutil.Error):
                if one.is_running():
                    one.kill()
