"""Whether a process of an installation does its work: exit status 0 or 1, for the health checks of the containers."""

import http.client
import os
import subprocess
import sys
import time
from pathlib import Path

QUIET_SECONDS = 600
"""Beat writes its schedule every three minutes; three times that, and a little, is too long."""


def web() -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=4)
    try:
        connection.request("GET", "/accounts/login/", headers={"Host": "localhost"})
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def worker() -> bool:
    return _answers("worker")


def indexer() -> bool:
    return _answers("indexer")


def _answers(name: str) -> bool:
    ping = ["celery", "--app", "settings", "inspect", "ping", "--timeout", "10", "--destination"]
    return subprocess.run([*ping, f"{name}@{os.uname().nodename}"], capture_output=True, check=False).returncode == 0


def beat() -> bool:
    schedules = Path(os.environ.get("REPOSITORY_DATA", "var")).glob("beat-schedule*")
    return any(time.time() - schedule.stat().st_mtime < QUIET_SECONDS for schedule in schedules)


if __name__ == "__main__":
    sys.exit(0 if {"web": web, "worker": worker, "indexer": indexer, "beat": beat}[sys.argv[1]]() else 1)
