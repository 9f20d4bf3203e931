"""Hostile-file parsers in a worker process that is ended when it is late or too large.

`Isolated("package.module:function", seconds=60, memory_mb=1024).run(*args)` calls the function in a separate Python
process and returns what it returned. The process is started at the first call, stays hot between calls, is replaced
after `calls_per_worker` calls or after a failure, and never outlives the program that started it. It is a plain
subprocess, because Celery's prefork workers are daemonic and may not have multiprocessing children.

Arguments travel to the worker as pickle. The answer comes back as JSON only: a parser taken over by the file it reads
must not be able to make its parent run code. Bulky data goes through files whose paths are arguments.

What the worker is denied: the parent's environment (database address, keys) unless `django=True`; the network, where
the kernel lets us (a network namespace of its own), unless `network=True` or `django=True`; core dumps; new
privileges. Its temporary folder is its own and goes with it.

Memory is measured as resident bytes of the worker and its descendants above what the worker held before its first
call. RLIMIT_AS is of no use for that: native Tika reserves tens of gigabytes of address space that it never touches.
RLIMIT_DATA counts what is really writable; at twice the budget it stops an allocation too fast to be watched.
"""

import atexit
import contextlib
import json
import os
import pickle
import queue
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil

from repository.isolation_worker import HEADER, MEGABYTE

ROOT = Path(__file__).resolve().parent.parent
MAX_REQUEST = 64 * MEGABYTE  # bytes of pickled arguments
MAX_ANSWER = 256 * MEGABYTE  # bytes of JSON
START_SECONDS = 60.0  # imports, on a loaded machine
WATCH_EVERY = 0.05  # seconds between two looks at the worker's memory
WATCH_FAMILY_EVERY = 0.5  # the same for its descendants, whose list costs a walk through /proc
KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "VIRTUAL_ENV")


class IsolationError(Exception):
    """A call in a worker process gave no result. The next call gets a fresh worker where that is needed."""


class TooLate(IsolationError):
    """The call was ended after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"ended after {seconds:g} s")
        self.seconds = seconds


class TooLarge(IsolationError):
    """The call wanted more than `memory_mb` megabytes, or gave an answer longer than MAX_ANSWER."""

    def __init__(self, memory_mb: int) -> None:
        super().__init__(f"ended at {memory_mb} MB")
        self.memory_mb = memory_mb


class Crashed(IsolationError):
    """The worker died, could not start, or spoke nonsense."""


class ParserFailed(IsolationError):
    """The function raised: `kind` is the name of the exception's class, `message` its text (at most 2,000 letters)."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


class Isolated:
    """A function that runs in worker processes. Thread-safe; up to `workers` calls at the same time, others wait.

    `seconds` is the time of one call (a call may give its own), without the wait for a free worker and without the
    worker's start; `memory_mb` the megabytes above the worker's size at rest.
    """

    def __init__(
        self,
        target: str,
        *,
        seconds: float,
        memory_mb: int,
        django: bool = False,
        network: bool = False,
        workers: int = 1,
        calls_per_worker: int = 500,
    ) -> None:
        self.target = target
        self.seconds = seconds
        self.memory_mb = memory_mb
        self.django = django
        self.network = network or django
        self.workers = workers
        self.calls_per_worker = calls_per_worker
        self._reset()
        _instances.add(self)

    def run(self, *args: Any, seconds: float | None = None, **kwargs: Any) -> Any:
        """Call the function. Returns JSON data; raises TooLate, TooLarge, Crashed or ParserFailed."""
        request = pickle.dumps((args, kwargs))
        if len(request) > MAX_REQUEST:
            raise ValueError(f"arguments of {len(request)} bytes: pass large data as a path")
        worker = self._free.get()
        try:
            if worker is None:
                worker = _spawner.submit(_Worker, self).result()
                self._started.add(worker)
                worker.wait_until_ready()
            return worker.call(request, self.seconds if seconds is None else seconds)
        except ParserFailed:
            raise
        except BaseException:
            # Also KeyboardInterrupt and Celery's soft time limit: a worker in mid-call cannot be used again.
            if worker is not None:
                worker.kill()
            raise
        finally:
            if worker is not None and (worker.dead or worker.is_worn()):
                worker.kill()
                self._started.discard(worker)
                worker = None
            self._free.put(worker)

    def close(self) -> None:
        """End all workers. A later call starts a new one."""
        for worker in list(self._started):
            worker.kill()

    def _reset(self) -> None:
        self._free: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._started: set[_Worker] = set()
        for _ in range(self.workers):
            self._free.put(None)

    def _forget_workers(self) -> None:
        """After a fork the workers belong to the parent: drop our copies of their sockets, touch nothing else."""
        for worker in self._started:
            worker.connection.close()
            worker.dead = True
        self._reset()


class _Worker:
    """One worker process, seen from the parent."""

    def __init__(self, owner: Isolated) -> None:
        self.memory_mb = owner.memory_mb
        self.calls_left = owner.calls_per_worker
        self.dead = False
        self._kill_lock = threading.Lock()
        self.folder = tempfile.mkdtemp(prefix="isolated-")
        self.connection, theirs = socket.socketpair()
        kept = (
            os.environ if owner.django else {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
        )
        environment = {
            **kept,
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
            "TMPDIR": self.folder,
            "OMP_THREAD_LIMIT": "1",
        }
        options = {"django": owner.django, "network": owner.network, "memory_mb": owner.memory_mb}
        with theirs:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", "repository.isolation_worker"),
                    *(owner.target, str(theirs.fileno()), str(os.getpid()), json.dumps(options)),
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
        except ParserFailed as error:
            self.kill()
            raise Crashed(f"the worker could not start: {error}") from None
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


# A worker's PR_SET_PDEATHSIG fires when the *thread* that started it ends. So one thread, which lives as long as the
# program, starts them all.
_spawner = ThreadPoolExecutor(1, thread_name_prefix="isolation")
_instances: weakref.WeakSet[Isolated] = weakref.WeakSet()


def _after_fork() -> None:
    global _spawner
    _spawner = ThreadPoolExecutor(1, thread_name_prefix="isolation")
    for instance in list(_instances):
        instance._forget_workers()


@atexit.register
def _close_all() -> None:
    for instance in list(_instances):
        instance.close()


os.register_at_fork(after_in_child=_after_fork)
