"""The short form of `make drill`: web, worker and beat by their own commands, killed at three instants (one each of web, worker and the
index's writer), then everything is counted."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from demo.drill.fuzz import mutated
from demo.drill.installation import TARGETS, planned_kills

ROOT = Path(__file__).resolve().parents[2]
SEED = 3
SHORT_TARGETS = ("web", "worker", "indexer")


@pytest.mark.timeout(1200)
@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="who holds the index is read from /proc")
def test_nothing_is_lost_doubled_or_stuck_after_three_kills(django_db_setup, django_db_blocker, tmp_path):
    data = tmp_path / f"archive-{SEED}"
    data.mkdir()
    if connection.vendor == "sqlite":
        # A migrated database, which the drill would make itself.
        with django_db_blocker.unblock():
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(str(connection.settings_dict["NAME"]), data / "vankho.sqlite3")
    done = subprocess.run(
        [
            *(sys.executable, "manage.py", "drill", "kills", "--folder", str(tmp_path), "--seed", str(SEED)),
            *("--kills", "3", "--files", "12", "--dossiers", "2", "--at-most", "6", "--hasty"),
            # A child of the pool killed while it waits for work can take the pool's lock with it: see docs/known-issues.md.
            *("--targets", *SHORT_TARGETS),
        ],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("{"), done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert found["problems"] == [], f"replay: manage.py drill kills --seed {SEED} …\n{done.stderr[-3000:]}"
    assert found["kills"] == 3
    kills = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert {row["target"] for row in kills if row["part"] == "kill"} == set(SHORT_TARGETS)


def test_a_seed_says_what_is_killed_and_every_target_is_hit_as_often():
    kills = planned_kills(50, seed=9)
    assert kills == planned_kills(50, seed=9) != planned_kills(50, seed=10)
    assert [sum(kill.target == target for kill in kills) for target in TARGETS] == [10] * 5
    assert {kill.group for kill in kills} == {True, False}


def test_damage_is_drawn_from_the_seed_and_changes_the_bytes():
    from random import Random

    whole = b"%PDF-1.7 1 0 obj << /Length 44 >> endobj" * 50
    damaged = [mutated(whole, Random(seed)) for seed in range(50)]
    assert damaged == [mutated(whole, Random(seed)) for seed in range(50)]
    assert sum(one != whole for one in damaged) > 45
