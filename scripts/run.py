"""`make run`: prepares the archive, then runs web, worker, indexer and beat under one terminal until Ctrl-C."""

import fcntl
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from scripts import tesseract
from scripts.processes import COMMANDS
from scripts.supervisor import Supervisor

ROOT = Path(__file__).resolve().parent.parent

LOOK_EVERY = 0.5


def say(text: str) -> None:
    print(f"run: {text}", flush=True)


class Welcome:
    """Tells the address and the demo accounts, once, when the web server answers."""

    def __init__(self, host: str, port: int, data: Path) -> None:
        self.address = f"http://{host}:{port}/"
        self.accounts = data / "demo" / "accounts.json"
        self.told = False
        self.next_look = 0.0

    def __call__(self) -> None:
        if self.told or time.monotonic() < self.next_look:
            return
        self.next_look = time.monotonic() + LOOK_EVERY
        if self._web_answers():
            self.told = True
            print(f"\nVăn Khố: {self.address}", flush=True)
            if self.accounts.exists():
                print("Demo accounts (name: password)", flush=True)
                for name, password in json.loads(self.accounts.read_text()).items():
                    print(f"  {name}: {password}", flush=True)
            print("Ctrl-C ends it.\n", flush=True)

    def _web_answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.address, timeout=2) as answer:  # noqa: S310 (our own address)
                return bool(answer.status < 500)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code < 500
        except OSError:
            return False


def port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def main() -> int:
    given = os.environ.get("PORT", "8000")
    if not (given.isdigit() and 0 < int(given) < 65536):
        say(f"PORT must be a number from 1 to 65535, not {given!r}")
        return 1
    host, port = os.environ.get("BIND", "127.0.0.1"), int(given)
    if not port_is_free(host, port):
        say(f"port {port} is in use; choose another: make run PORT={port + 1 if port < 65535 else 8000}")
        return 1
    data = Path(os.environ.get("REPOSITORY_DATA", "").strip() or ROOT / "var").resolve()
    data.mkdir(parents=True, exist_ok=True)
    with (data / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"this archive runs already: {data}")
            return 1
        return run(host, port, data)


def run(host: str, port: int, data: Path) -> int:
    line = tesseract.provide(data)
    if line:
        say(line)
    prepared = subprocess.run([sys.executable, "-m", "scripts.prepare", "--demo"], cwd=ROOT, check=False)
    if prepared.returncode:
        return prepared.returncode
    environment = os.environ | {"BIND": host, "PORT": str(port), "REPOSITORY_DATA": str(data), "PYTHONUNBUFFERED": "1"}
    if os.geteuid() == 0:
        say("as root, which is fine for a trial; an installation runs as a user of its own")
        environment["PYTHONWARNINGS"] = (
            "ignore:You're running the worker with superuser"  # Celery says it in seven lines
        )
    checks = {name: (sys.executable, "-m", "scripts.health", name) for name in ("worker", "indexer")}
    Supervisor(COMMANDS, environment, ROOT, every_moment=Welcome(host, port, data), checks=checks).run()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
