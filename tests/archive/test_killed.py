"""Killed, paused or doubled at any instant, sealing ends in exactly one whole object, or in none."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.archive.killed import POINTS
from tests.conftest import ROOT, _migrations

pytestmark = pytest.mark.timeout(400)

ONE_OBJECT = {
    "state": "archived", "job": "done", "message": "", "objects": 1, "valid": True, "rows": 1, "in_place": True, "files": 3, "sealed_events": 1,
    "staging": [],
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory, django_db_setup):
    data = tmp_path_factory.mktemp("killed")
    migrated = ROOT / "var" / "cache" / f"migrated-{_migrations()}.sqlite3"
    if migrated.exists():
        shutil.copyfile(migrated, data / "vankho.sqlite3")
    done = subprocess.run(
        [sys.executable, "-m", "tests.archive.killed", str(data)],
        cwd=ROOT, env={**os.environ, "REPOSITORY_DATA": str(data)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("point", [point.__name__ for point in POINTS])
def test_killed_and_run_again_there_is_exactly_one_valid_object(found, point):
    case = found[point]

    assert case["killed"] == -9, "the instant was reached"
    assert case["between"]["state"] == ("archived" if point == "after_commit" else "sealing")
    assert case["between"]["valid"], "nothing half made ever stands in the store"
    assert case["again"] == 0
    assert case["after"] == ONE_OBJECT


def test_two_workers_at_once_make_one_object(found):
    assert found["two_at_once"]["codes"] == [0, 0]
    assert found["two_at_once"]["after"] == ONE_OBJECT


@pytest.mark.parametrize("where", ["staging", "validation", "rename", "taking_stock"])
def test_a_worker_paused_past_its_lease_changes_nothing_when_it_goes_on(found, where):
    case = found[f"paused_before_{where}"]

    assert (case["other"], case["code"]) == (0, 0)
    assert case["between"] == ONE_OBJECT
    assert case["after"] == ONE_OBJECT


def test_a_worker_paused_until_the_sealing_was_given_up_puts_nothing_into_the_store(found):
    case = found["paused_and_given_up"]

    assert (case["other"], case["code"]) == (0, 0)
    assert (case["after"]["state"], case["after"]["objects"], case["after"]["rows"]) == ("submitted", 0, 0)
    assert case["after"]["staging"] == []
