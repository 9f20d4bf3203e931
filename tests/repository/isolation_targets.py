"""Functions for the workers of `test_isolation.py` to run: one for each way in which a parser can go wrong."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any


def add(first: int, second: int) -> dict[str, Any]:
    return {"sum": first + second, "process": os.getpid()}


def wait_for_ever() -> None:
    threading.Event().wait()


def wait_for_ever_with_a_child(note: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"])
    Path(note).write_text(str(child.pid))
    child.wait()


def grow_slowly() -> None:
    held = []
    while True:
        held.append(b"x" * (8 * 1024 * 1024))


def grow_at_once() -> int:
    return len(bytearray(8 * 1024**3))


def leave(status: int) -> None:
    os._exit(status)


def fail(message: str) -> None:
    raise LookupError(message)


def print_much() -> int:
    return os.write(1, b"noise\n" * 100_000)


def answer_with(value: object) -> object:
    return value


def answer_with_a_set() -> set[int]:
    return {1}


def environment(name: str) -> str | None:
    return os.environ.get(name)


def count_users_model_fields() -> int:
    from django.contrib.auth import get_user_model

    return len(get_user_model()._meta.get_fields())


def leave_a_file() -> str:
    handle, path = tempfile.mkstemp()
    os.close(handle)
    return path


def connect(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
