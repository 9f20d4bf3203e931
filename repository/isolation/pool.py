"""`Isolated`: a function, and the few worker processes that run it."""

import atexit
import os
import pickle
import queue
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from repository.isolation.errors import CouldNotStart, ParserFailed
from repository.isolation.process import WorkerProcess
from repository.isolation.worker import MEGABYTE

MAX_REQUEST = 64 * MEGABYTE  # bytes of pickled arguments


class Isolated:
    """A function that runs in worker processes. Thread-safe; up to `workers` calls at the same time, others wait.

    `seconds` is the time of one call (a call may give its own), without the wait for a free worker and without the
    worker's start; `whole_seconds` that of both together: a start that takes long leaves the call less, though never less
    than a quarter. `memory_mb` are the megabytes above the worker's size at rest.
    """

    def __init__(
        self,
        target: str,
        *,
        seconds: float,
        memory_mb: int,
        whole_seconds: float | None = None,
        django: bool = False,
        network: bool = False,
        workers: int = 1,
        calls_per_worker: int = 500,
    ) -> None:
        self.target = target
        self.seconds = seconds
        self.whole_seconds = whole_seconds
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
        allowed = self.seconds if seconds is None else seconds
        worker = self._free.get()
        began = time.monotonic()
        try:
            if worker is None:
                worker = self._new_worker()
                self._started.add(worker)
                worker.wait_until_ready()
                if self.whole_seconds is not None:
                    left = began + self.whole_seconds - time.monotonic()
                    allowed = min(allowed, max(left, allowed / 4))
            return worker.call(request, allowed)
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

    def _new_worker(self) -> WorkerProcess:
        try:
            return _spawner.submit(self._start_worker).result()
        except OSError as error:  # no room for its folder, no free process or descriptor
            raise CouldNotStart(f"the worker could not start: {error}") from error

    def _start_worker(self) -> WorkerProcess:
        return WorkerProcess(
            self.target,
            memory_mb=self.memory_mb,
            django=self.django,
            network=self.network,
            calls=self.calls_per_worker,
        )

    def _reset(self) -> None:
        self._free: queue.LifoQueue[WorkerProcess | None] = queue.LifoQueue()
        self._started: set[WorkerProcess] = set()
        for _ in range(self.workers):
            self._free.put(None)

    def _forget_workers(self) -> None:
        """After a fork the workers belong to the parent: drop our copies of their sockets, touch nothing else."""
        for worker in self._started:
            worker.connection.close()
            worker.dead = True
        self._reset()


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
