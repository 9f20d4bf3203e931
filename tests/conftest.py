"""What every test may ask for: a database of its own, the world, the cast, a clock that stands still, and records made through actions."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from demo.visitors import signed_in

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    # Tests write to a folder of their own, never to a working archive.
    os.environ.setdefault("REPOSITORY_DATA", str(ROOT / "var" / "test-data"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each worker process has a database of its own."""


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """On SQLite the database of the test run is copied from one that was migrated before (see below)."""
    from django.db import connection

    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_modify_db_settings: None,
    django_db_keepdb: bool,
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
) -> Iterator[None]:
    """Migrate once for each state of the migrations and copy from there: 150 migrations a worker are half a minute saved."""
    from django.db import connection, connections
    from django.test import TransactionTestCase
    from django.test.utils import setup_databases, teardown_databases

    from tests import restored
    from tests.services.migrated import template_database

    with django_db_blocker.unblock():
        if connection.vendor != "sqlite":
            template_name = template_database(os.environ["DATABASE_URL"], _migrations())
            connection.settings_dict["TEST"]["TEMPLATE"] = template_name
            old = setup_databases(verbosity=0, interactive=False)
        else:
            # Runs of several people at once must not share one file.
            name = ROOT / "var" / "cache" / f"test-{os.getpid()}.sqlite3"
            connection.settings_dict["TEST"]["NAME"] = str(name)
            # A test's database need not outlive a power cut; what must survive kills has processes of its own in the drill.
            options = connection.settings_dict["OPTIONS"]
            options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
            template = ROOT / "var" / "cache" / f"migrated-{_migrations()}.sqlite3"
            template.parent.mkdir(parents=True, exist_ok=True)
            for ending in ("", "-wal", "-shm"):
                name.with_name(name.name + ending).unlink(missing_ok=True)
            if template.exists():
                shutil.copyfile(template, name)
            old = setup_databases(verbosity=0, interactive=False, keepdb=True, serialized_aliases=[])
            if not template.exists():
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
                draft = template.with_suffix(f".{os.getpid()}")
                shutil.copyfile(name, draft)
                draft.rename(template)
            restore = restored.sqlite(connection, template)

    emptied = TransactionTestCase._fixture_teardown

    def teardown(self: Any) -> None:
        from django.contrib.contenttypes.models import ContentType

        if connection.vendor == "sqlite":
            restore()
        else:
            restored.emptied(connection, lambda: emptied(self))
        # No test finds fewer queries than it would alone.
        ContentType.objects.clear_cache()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            connections.close_all()
            for ending in ("", "-wal", "-shm"):
                name.with_name(name.name + ending).unlink(missing_ok=True)
        else:
            teardown_databases(old, verbosity=0)


def _migrations() -> str:
    """A digest of every migration and of what makes the triggers."""
    import django
    import wagtail

    digest = hashlib.sha256(f"{django.VERSION} {wagtail.VERSION}".encode())
    for pattern in ("*/migrations/*.py", "repository/guards/*.py", "*/apps.py"):
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@pytest.fixture(autouse=True)
def _no_bytes_kept(
    settings: Any, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Bytes, store, index and cache of a test lie in its own folder."""
    if (
        "db" not in request.fixturenames
        and "transactional_db" not in request.fixturenames
        and not request.node.get_closest_marker("django_db")
    ):
        yield
        return
    folder = tmp_path_factory.mktemp("data")
    settings.BLOBS, settings.STORE, settings.INDEX = folder / "blobs", folder / "store", folder / "index"
    settings.RENDITIONS = folder / "renditions"
    # A test that empties the cache must not empty it for those that run beside it.
    kept = settings.CACHES["default"]
    apart = {"KEY_PREFIX": uuid.uuid4().hex} if "Redis" in kept["BACKEND"] else {"LOCATION": folder / "cache"}
    settings.CACHES = {"default": {**kept, **apart}}
    # One Elasticsearch serves the whole run: what one test filed must not be found by another.
    settings.ELASTICSEARCH_INDEX = f"test-{uuid.uuid4().hex}"
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _nothing_sent(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sends a message unless it says so: jobs are rows, and a test works them itself."""
    if "real_broker" not in request.keywords:
        monkeypatch.setattr("repository.jobs.tasks.send", lambda job_id: None)
        monkeypatch.setattr("repository.jobs.sweeper.send", lambda job_id: None)


@pytest.fixture
def world(db: None) -> Any:
    from tests.cast import build_world

    return build_world()


@pytest.fixture
def cast(world: Any) -> Any:
    from tests.cast import Cast

    return Cast(world)


@pytest.fixture
def frozen_clock() -> Iterator[SimpleNamespace]:
    from repository.clock import clock_at

    moment = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
    with clock_at(moment):
        yield SimpleNamespace(now=moment)


@pytest.fixture
def client_of(cast: Any) -> Callable[[Any], Client]:
    """A browser in which the person is signed in."""

    def make(actor: Any) -> Client:
        return Client() if actor.user is None else signed_in(actor.user)

    return make


@pytest.fixture
def records(cast: Any) -> Any:
    from tests.records import Records

    return Records(cast)
