"""The short form of the drill of the index: a few hundred changes, who indexes killed now and then, and index and database are one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
SEED = 4


@pytest.mark.timeout(900)
def test_index_and_database_are_one_after_changes_and_kills(django_db_setup, django_db_blocker, tmp_path):
    data = tmp_path / f"archive-search-tantivy-{SEED}"
    data.mkdir()
    if connection.vendor == "sqlite":
        # A migrated database, which the drill would make itself.
        with django_db_blocker.unblock():
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(str(connection.settings_dict["NAME"]), data / "vankho.sqlite3")
    command = [sys.executable, "manage.py", "drill", "search", "--folder", str(tmp_path), "--seed", str(SEED)]
    done = subprocess.run(
        [*command, "--changes", "200"], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("{"), done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert found["problems"] == [], f"replay: manage.py drill search --seed {SEED}"
    assert found["changes"] == 200
    assert found["killed"]["indexer"] >= 1
    assert {"file", "edit", "destroy", "secrecy", "state_of_dossier"} <= set(found["kinds"])
