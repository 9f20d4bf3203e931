"""Keeps a few processes running under one terminal: names their output, restarts what dies, ends all together."""

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
STEADY = 60.0
"""A process that lived this many seconds has proved itself; its next restart is at once again."""
FAILED_CHECKS = 2
"""So many health checks in a row must fail: one may have come at a busy moment."""
COLOURS = (36, 33, 35, 32, 34)


class Child:
    """One process that is kept running."""

    def __init__(self, name: str, command: str, environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.due = 0.0
        self.pause = FIRST_PAUSE
        self.rest = b""
        self.check: subprocess.Popen[bytes] | None = None
        self.looked = 0.0
        self.failed_checks = 0

    def start(self) -> IO[bytes]:
        """Starts it in a session of its own: Ctrl-C reaches it through the supervisor only. Returns its output."""
        # The kernel ends it when the supervisor itself is killed.
        guard = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        self.process = subprocess.Popen(
            [*guard, str(self.folder / self.command)],
            cwd=self.folder,
            env=dict(self.environment),
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.started = self.looked = time.monotonic()
        self.failed_checks = 0
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        return self.process.stdout

    def signal(self, number: signal.Signals, *, group: bool = False) -> None:
        if self.process is None or (self.process.poll() is not None and not group):
            return
        with contextlib.suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(self.process.pid, number)

    def lines(self, stream: IO[bytes]) -> list[str] | None:
        """The whole lines that came in since the last call; None when the stream has ended."""
        data = stream.read(65536)
        if data is None:
            return []
        *whole, self.rest = (self.rest + data).split(b"\n")
        if not data and self.rest:
            whole, self.rest = [self.rest], b""
        return [line.decode(errors="replace") for line in whole] or (None if not data else [])


class Supervisor:
    """Runs `children` until it is told to stop (SIGINT, SIGTERM). A second signal ends them at once."""

    def __init__(
        self,
        commands: Mapping[str, str],
        environment: Mapping[str, str],
        folder: Path,
        *,
        every_moment: Callable[[], None] = lambda: None,
        seconds_to_stop: float = 25,
        checks: Mapping[str, Sequence[str]] | None = None,
        seconds_between_checks: float = 300,
    ) -> None:
        """`checks` are commands by the name of a child: one that fails says that the child lives and does nothing any more."""
        self.children = [Child(name, command, environment, folder) for name, command in commands.items()]
        self.every_moment = every_moment
        self.seconds_to_stop = seconds_to_stop
        self.checks = checks or {}
        self.seconds_between_checks = seconds_between_checks
        self.selector = selectors.DefaultSelector()
        self.signals = 0
        self.width = max(len(name) for name in commands)

    def run(self) -> None:
        """Returns when all children have ended after a signal."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._told_to_stop)
        try:
            while not self.signals:
                self._start_what_is_due()
                self._pass_output_on(0.2)
                self._look_after_the_dead()
                self._look_after_the_silent()
                self.every_moment()
        finally:
            self._stop()

    def _told_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.signals += 1

    def _start_what_is_due(self) -> None:
        for child in self.children:
            if child.process is None and time.monotonic() >= child.due:
                stream = child.start()
                self.selector.register(stream, selectors.EVENT_READ, (child, stream))

    def _look_after_the_dead(self) -> None:
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            ended, lived = child.process.returncode, time.monotonic() - child.started
            child.signal(signal.SIGKILL, group=True)  # what it left behind would hold its port or its lock
            child.process = None
            child.pause = FIRST_PAUSE if lived > STEADY else min(child.pause * 2, LONGEST_PAUSE)
            child.due = time.monotonic() + child.pause
            how = f"was ended by {signal.Signals(-ended).name}" if ended < 0 else f"ended with {ended}"
            self.say(f"{child.name} {how}; started again in {child.pause:.0f} s")

    def _look_after_the_silent(self) -> None:
        """End a child that lives and does not answer: a killed child of Celery's pool can leave its worker so."""
        for child in self.children:
            if child.name not in self.checks or child.process is None:
                continue
            if child.check is None:
                if time.monotonic() - child.looked >= self.seconds_between_checks:
                    child.check = subprocess.Popen(
                        self.checks[child.name],
                        cwd=child.folder,
                        env=dict(child.environment),
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                    )
                continue
            answer = child.check.poll()
            if answer is None:
                continue
            child.check, child.looked = None, time.monotonic()
            child.failed_checks = child.failed_checks + 1 if answer else 0
            if child.failed_checks >= FAILED_CHECKS:
                self.say(f"{child.name} does not answer and is ended")
                child.signal(signal.SIGKILL, group=True)

    def _pass_output_on(self, seconds: float) -> None:
        for key, _ in self.selector.select(seconds):
            child, stream = key.data
            lines = child.lines(stream)
            for line in lines or ():
                self._write(child.name, line)
            if lines is None:
                self.selector.unregister(stream)
                stream.close()

    def _stop(self) -> None:
        """Asks all at once, waits, then insists."""
        alive = [child for child in self.children if child.process is not None]
        if not alive:
            return
        self.say("stopping " + ", ".join(child.name for child in alive))
        for child in alive:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + self.seconds_to_stop
        while any(child.process and child.process.poll() is None for child in alive):
            if time.monotonic() > deadline or self.signals > 1:
                break
            self._pass_output_on(0.1)
        for child in alive:
            if child.check is not None:
                child.check.kill()
                child.check.wait()
            child.signal(signal.SIGKILL, group=True)
            if child.process:
                child.process.wait()
        self._pass_output_on(0)
        self.say("stopped")

    def say(self, text: str) -> None:
        self._write("", text)

    def _write(self, name: str, line: str) -> None:
        label = f"{name:<{self.width}} |"
        if sys.stdout.isatty() and name:
            colour = COLOURS[[child.name for child in self.children].index(name) % len(COLOURS)]
            label = f"\033[{colour}m{label}\033[0m"
        print(f"{label} {line}" if name else line, flush=True)
