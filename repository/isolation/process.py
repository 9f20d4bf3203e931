"""One worker process: started, asked, watched and ended."""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from repository.isolation.errors import CouldNotStart, Crashed, IsolationError, ParserFailed, TooLarge, TooLate
from repository.isolation.worker import HEADER, MEGABYTE

ROOT = Path(__file__).resolve().parents[2]
MAX_ANSWER = 256 * MEGABYTE  # bytes of JSON
START_SECONDS = 60.0  # imports, on a loaded machine
WATCH_EVERY = 0.05  # seconds between two looks at the worker's memory
WATCH_FAMILY_EVERY = 0.5  # the same for its descendants, whose list costs a walk through /proc
KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "VIRTUAL_ENV")


class WorkerProcess:
    """One worker process, seen from the parent."""

    def __init__(self, target: str, *, memory_mb: int, django: bool, network: bool, calls: int) -> None:
        self.memory_mb = memory_mb
        self.calls_left = calls
        self.dead = False
        self._kill_lock = threading.Lock()
        self.folder = tempfile.mkdtemp(prefix="isolated-")
        self.connection, theirs = socket.socketpair()
        kept = os.environ if django else {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
        environment = {
            **kept,
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
            "TMPDIR": self.folder,
            "OMP_THREAD_LIMIT": "1",
        }
        options = {"django": django, "network": network, "memory_mb": memory_mb}
        with theirs:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", "repository.isolation.worker"),
                    *(target, str(theirs.fileno()), str(os.getpid()), json.dumps(options)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=environment,
                start_new_session=True,
            )
        self.seen = psutil.Process(self.process.pid)
        self.at_rest = 0

    def wait_until_ready(self) -> None:
        try:
            self._receive(START_SECONDS, watch=False)
        except IsolationError as error:
            raise CouldNotStart(f"the worker could not start: {error}") from None
        self.at_rest = self._resident()

    def call(self, request: bytes, seconds: float) -> Any:
        self.calls_left -= 1
        self.connection.settimeout(seconds)
        started = time.monotonic()
        try:
            self.connection.sendall(HEADER.pack(len(request)) + request)
        except TimeoutError:
            raise TooLate(seconds) from None
        except OSError:
            raise Crashed(self._last_words()) from None
        return self._receive(seconds, started=started)

    def is_worn(self) -> bool:
        """Whether to replace it: enough calls, or half of the memory budget already kept at rest."""
        return self.calls_left <= 0 or self._resident() - self.at_rest > self.memory_mb * MEGABYTE // 2

    def kill(self) -> None:
        """End the process, its group and its descendants; remove its folder. Doing it twice is harmless."""
        with self._kill_lock:
            if self.dead:
                return
            self.dead = True
        family = self._family()
        # The leader has not been waited for, so its number still is its own.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()
        self.process.wait()
        self.connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _receive(self, seconds: float, *, started: float | None = None, watch: bool = True) -> Any:
        deadline = (time.monotonic() if started is None else started) + seconds
        family_due = time.monotonic() + WATCH_FAMILY_EVERY
        received = bytearray()
        wanted = HEADER.size
        self.connection.setblocking(False)
        poll = select.poll()
        poll.register(self.connection, select.POLLIN)
        while len(received) < wanted:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TooLate(seconds)
            if not poll.poll(min(left, WATCH_EVERY) * 1000):
                with_family = time.monotonic() >= family_due
                if watch and self._resident(with_family=with_family) - self.at_rest > self.memory_mb * MEGABYTE:
                    raise TooLarge(self.memory_mb)
                if with_family:
                    family_due = time.monotonic() + WATCH_FAMILY_EVERY
                continue
            try:
                part = self.connection.recv(min(wanted - len(received), MEGABYTE))
            except OSError:
                part = b""
            if not part:
                raise Crashed(self._last_words())
            received += part
            if wanted == HEADER.size == len(received):
                wanted += HEADER.unpack(received)[0]
                if wanted > MAX_ANSWER:
                    raise TooLarge(self.memory_mb)
        return self._read_answer(bytes(received[HEADER.size :]))

    def _read_answer(self, body: bytes) -> Any:
        try:
            answer = json.loads(body.decode("utf-8", "surrogatepass"))
            [(outcome, value)] = answer.items()
            if outcome == "failed":
                kind, message = (str(part)[:2000] for part in value)
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise Crashed("the worker's answer is not what was agreed") from None
        if outcome == "failed":
            raise ParserFailed(kind, message)
        if outcome == "too large":
            raise TooLarge(self.memory_mb)
        return value

    def _family(self) -> list[psutil.Process]:
        try:
            return self.seen.children(recursive=True)
        except psutil.Error:
            return []

    def _resident(self, *, with_family: bool = False) -> int:
        total = 0
        for process in [self.seen, *(self._family() if with_family else [])]:
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
        return total

    def _last_words(self) -> str:
        for _ in range(50):
            # WNOWAIT: the process must stay unreaped until `kill` has dealt with its group.
            try:
                ended = os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
            except ChildProcessError:
                return "the worker was ended"
            if ended is not None:
                if ended.si_code == os.CLD_EXITED:
                    return f"the worker ended with status {ended.si_status}"
                return f"the worker died of {signal.Signals(ended.si_status).name}"
            time.sleep(0.01)
        return "the worker closed its connection"
