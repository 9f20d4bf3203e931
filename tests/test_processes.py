"""Web, worker, indexer and beat, by the commands that an installation runs, against whatever services the environment names."""

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
import pytest
from django.db import connection

from scripts.processes import COMMANDS
from tests.services.machine import free_port

ROOT = Path(__file__).resolve().parents[1]
SUPERVISE = (
    "import os; from pathlib import Path; from scripts.processes import COMMANDS;"
    "from scripts.supervisor import Supervisor; Supervisor(COMMANDS, os.environ, Path.cwd()).run()"
)

pytestmark = [pytest.mark.both_profiles, pytest.mark.timeout(180)]


@pytest.fixture
def installation(django_db_setup, django_db_blocker, tmp_path):
    """The environment of an installation with an empty, migrated database of its own."""
    environment = os.environ | {"REPOSITORY_DATA": str(tmp_path), "PORT": str(free_port()), "PYTHONUNBUFFERED": "1"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        with django_db_blocker.unblock():
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(name, tmp_path / "vankho.sqlite3")
    else:
        environment["DATABASE_URL"] = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
    return environment


def test_every_process_comes_up_answers_its_health_check_and_ends_when_told(installation, tmp_path):
    with (tmp_path / "output").open("w+") as output:
        supervisor = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE], cwd=ROOT, env=installation, stdout=output, stderr=output
        )
        try:
            for process in COMMANDS:
                assert becomes_healthy(process, installation), (tmp_path / "output").read_text()
            children = psutil.Process(supervisor.pid).children(recursive=True)
            assert len(children) >= len(COMMANDS)
            supervisor.terminate()
            assert supervisor.wait(60) == 0, (tmp_path / "output").read_text()
            assert psutil.wait_procs(children, timeout=5)[1] == []
        finally:
            supervisor.kill()
            supervisor.wait()
    assert "started again" not in (tmp_path / "output").read_text(), "none of them died"


def becomes_healthy(process, environment, seconds=90):
    command = [sys.executable, "-m", "scripts.health", process]
    deadline = time.monotonic() + seconds
    while subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        if time.monotonic() > deadline:
            return False
        threading.Event().wait(0.3)
    return True
