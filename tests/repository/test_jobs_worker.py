"""The same through a real Celery worker: enqueued by one process, done by another, which may be killed at any instant."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from repository.clock import now
from repository.codes import ItemState, JobState
from repository.models import Document, File, Job, JobItem, Placement

ROOT = Path(__file__).resolve().parents[2]
FILES = 24
SEND = """
import sys
import django
django.setup()
from repository.actions.receive_file import receive_file
from repository.actors import actor_of
from repository.models import User
actor = actor_of(User.objects.get(username="clerk"))
for n in range(int(sys.argv[2])):
    receive_file(sys.argv[1], f"{n}.txt", [f"Văn bản số {n}.".encode()], actor=actor)
"""
# What beat does every few seconds.
SWEEP = "import django; django.setup(); from repository.jobs.sweeper import sweep; sweep()"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles, pytest.mark.timeout(400)]


@pytest.fixture
def installation(tmp_path, settings, monkeypatch):
    """The environment of an installation over this test's database, with bytes, index and messages of its own."""
    environment = os.environ | {"REPOSITORY_DATA": str(tmp_path), "WORKER_PROCESSES": "2", "PYTHONUNBUFFERED": "1"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment["DJANGO_SETTINGS_MODULE"] = "settings"
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        (tmp_path / "vankho.sqlite3").symlink_to(name)
    else:
        environment["DATABASE_URL"] = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
    settings.BLOBS = tmp_path / "blobs"
    return environment


@pytest.fixture
def worker(installation, tmp_path):
    """Starts workers; each has a process group of its own, so that it can be killed as a machine's failure would."""
    started = []

    def start() -> subprocess.Popen:
        output = (tmp_path / f"worker-{len(started)}").open("w")
        process = subprocess.Popen(
            ["sh", "scripts/worker"],
            cwd=ROOT,
            env=installation,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)


def kill(process: subprocess.Popen) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run(environment, script: str, *arguments: object) -> None:
    subprocess.run([sys.executable, "-c", script, *map(str, arguments)], cwd=ROOT, env=environment, check=True)


def becomes(true, seconds: float = 120) -> bool:
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not true():
        if time.monotonic() > deadline:
            return False
        pause.wait(0.05)
    return True


def in_states(*states: str) -> int:
    return JobItem.objects.filter(state__in=states).count()


def everything_is_in_once(dossier) -> None:
    assert sorted(JobItem.objects.values_list("state", flat=True)) == [ItemState.DONE] * FILES
    assert Document.objects.count() == Placement.objects.filter(dossier=dossier).count() == FILES
    digests = list(File.objects.values_list("sha256", flat=True))
    assert len(set(digests)) == len(digests) == FILES
    for job in Job.objects.filter(kind="intake"):
        assert (job.state, job.done, job.failed) == (JobState.DONE, job.total, 0)


def test_a_worker_does_what_another_process_enqueued(installation, worker, records, tmp_path):
    dossier = records.dossier()
    worker()
    run(installation, SEND, dossier.pk, FILES)
    assert becomes(lambda: in_states(ItemState.DONE) == FILES), (tmp_path / "worker-0").read_text()
    assert becomes(lambda: not Job.objects.filter(kind="intake", finished_at=None).exists())
    everything_is_in_once(dossier)


def test_a_worker_killed_in_mid_item_and_started_again_loses_and_doubles_nothing(
    installation, worker, records, tmp_path
):
    dossier = records.dossier()
    run(installation, SEND, dossier.pk, FILES)
    first = worker()
    assert becomes(lambda: in_states(ItemState.DONE) > 1 and in_states(ItemState.RUNNING)), (
        tmp_path / "worker-0"
    ).read_text()
    kill(first)
    left = in_states(ItemState.RUNNING)
    assert in_states(ItemState.DONE) < FILES, "it was killed before the end"
    worker()
    # The leases of the dead run out.
    JobItem.objects.filter(state=ItemState.RUNNING).update(lease_until=now() - timedelta(seconds=1))
    run(installation, SWEEP)
    assert becomes(lambda: in_states(ItemState.DONE) == FILES), (tmp_path / "worker-1").read_text()
    run(installation, SWEEP)
    assert becomes(lambda: not Job.objects.filter(kind="intake", finished_at=None).exists())
    everything_is_in_once(dossier)
    assert JobItem.objects.filter(attempt__gt=1).count() <= max(left, 2)
    assert not list((tmp_path / "blobs" / "incoming").iterdir())
