"""One server of the services profile: fetched, started on a free port, waited for, stopped."""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import psutil

from tests.services import machine

TAIL_LINES = 40
STOP_SECONDS = 20.0


def end(process: psutil.Process | psutil.Popen, stop_signal: signal.Signals, seconds: float = STOP_SECONDS) -> None:
    """Ends a process and all that it started: asked first, killed when still there after `seconds`."""
    try:
        family = [process, *process.children(recursive=True)]
        process.send_signal(stop_signal)
    except psutil.NoSuchProcess:
        return
    _, alive = psutil.wait_procs(family, timeout=seconds)
    for late in alive:
        late.kill()
    psutil.wait_procs(alive, timeout=5)


class StartFailed(Exception):
    """The server was there but did not come up; the message ends with the last lines of its log."""


class Server(ABC):
    """A server under test. `folder` is its own, temporary; `downloads` is kept between runs; `log` is its output."""

    name: ClassVar[str]
    title: ClassVar[str]
    variable: ClassVar[str]
    """The environment variable that the program reads this server's address from."""
    seconds_to_start: ClassVar[float] = 60
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, folder: Path, downloads: Path, log: Path) -> None:
        self.folder = folder
        self.downloads = downloads
        self.log = log
        self.port = 0
        self.process: psutil.Popen | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """The value for `variable`."""

    @abstractmethod
    def fetch(self) -> None:
        """Gets program and artifacts where they are missing. Raises Unavailable."""

    @abstractmethod
    def prepare(self) -> None:
        """Writes configuration and data folders into `folder`, which belongs to the unprivileged user afterwards."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """The command line that runs the server in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server does its work now; an error of the connection counts as no."""

    def environment(self) -> dict[str, str]:
        """What the server's environment has beyond the path and the language."""
        return {}

    def run_once(self, command: Sequence[str | Path]) -> None:
        """Runs a preparing step as the user who will own its files. Raises StartFailed."""
        with self.log.open("ab") as log:
            done = subprocess.run(
                machine.unprivileged(command, dies_with_parent=True),
                cwd=self.folder,
                env=self._whole_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            )
        if done.returncode:
            raise StartFailed(f"{self.title}: {command[0]} ended with {done.returncode}\n{self.tail()}")

    def launch(self, *, dies_with_parent: bool) -> None:
        """Starts the process on a free port without waiting for it, so that several can come up beside each other.

        `dies_with_parent` has the kernel end it when the calling thread is gone, however that went.
        """
        self.folder.mkdir(parents=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")
        self.port = machine.free_port()
        self.prepare()
        machine.lend(self.folder)
        self.launch_again(dies_with_parent=dies_with_parent)

    def launch_again(self, *, dies_with_parent: bool) -> None:
        """Starts the process over the data and at the port that it had, after it was stopped or killed."""
        with self.log.open("ab") as log:
            self.process = psutil.Popen(
                machine.unprivileged(self.command(), dies_with_parent=dies_with_parent),
                cwd=self.folder,
                env=self._whole_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Returns when the server answers. Raises StartFailed when it ends or is late; it is stopped then."""
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + self.seconds_to_start
        while not self._answers_now():
            if self.process is not None and self.process.poll() is not None:
                raise StartFailed(f"{self.title} ended with {self.process.returncode} at start\n{self.tail()}")
            if time.monotonic() > deadline:
                raise StartFailed(f"{self.title} gave no answer in {self.seconds_to_start:.0f} s\n{self.tail()}")
            time.sleep(0.1)

    def _answers_now(self) -> bool:
        try:
            return self.answers()
        except OSError:
            return False

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ends the server and every process it started; does nothing when it does not run."""
        if self.process is None:
            return
        end(self.process, self.stop_signal, seconds)
        self.process = None

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tail(self) -> str:
        """The last lines of the log, for a person who asks why."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(f"    {line}" for line in lines[-TAIL_LINES:]) or "    (its log is empty)"

    def _whole_environment(self) -> dict[str, str]:
        path = os.environ.get("PATH", os.defpath)
        return {"PATH": path, "LANG": "C.UTF-8", "HOME": str(self.folder)} | self.environment()
