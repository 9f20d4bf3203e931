"""The worker's side of `repository.isolation`: deny itself what it can, import a function, answer calls.

Run as `python -m repository.isolation.worker TARGET DESCRIPTOR PARENT OPTIONS`. A message is eight bytes of length
and a body: pickle from the parent, who is trusted, JSON back to it.
"""

import contextlib
import ctypes
import importlib
import json
import os
import pickle
import resource
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import Any

import psutil

HEADER = struct.Struct(">Q")
MEGABYTE = 1024 * 1024
MAX_FILE_MB = 4096  # the largest single file a worker may write
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def serve(target: str, connection: socket.socket, parent: int, options: dict[str, Any]) -> None:
    """Import the function, then answer calls until the parent hangs up."""
    _bind_to_parent(parent)
    try:
        if not options["network"]:
            _leave_network()
        if options["django"]:
            importlib.import_module("django").setup()
        module, _, name = target.partition(":")
        function = getattr(importlib.import_module(module), name)
    except BaseException as error:
        _send(connection, {"failed": [type(error).__name__, str(error)[:2000]]})
        return
    _limit_memory(options["memory_mb"])
    _send(connection, {"ok": None})
    stream = connection.makefile("rb")
    while len(header := stream.read(HEADER.size)) == HEADER.size:
        args, kwargs = pickle.loads(stream.read(HEADER.unpack(header)[0]))  # noqa: S301 - from our own parent
        try:
            answer: dict[str, Any] = {"ok": function(*args, **kwargs)}
            _send(connection, answer)
        except MemoryError:
            _send(connection, {"too large": None})
        except BaseException as error:  # a panic in a Rust library is not an Exception
            _send(connection, {"failed": [type(error).__name__, str(error)[:2000]]})


def _send(connection: socket.socket, answer: dict[str, Any]) -> None:
    body = json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass")
    connection.sendall(HEADER.pack(len(body)) + body)


def _bind_to_parent(parent: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE_MB * MEGABYTE, MAX_FILE_MB * MEGABYTE))
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _leave_network() -> None:
    """A network namespace without interfaces, where the kernel allows one; a container's filter may not."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).unshare(_CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWUSER | _CLONE_NEWNET)


def _limit_memory(memory_mb: int) -> None:
    resident = psutil.Process().memory_info().rss
    limit = resident + 2 * memory_mb * MEGABYTE
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


if __name__ == "__main__":
    _target, _descriptor, _parent, _options = sys.argv[1:]
    serve(_target, socket.socket(fileno=int(_descriptor)), int(_parent), json.loads(_options))
