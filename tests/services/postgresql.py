"""PostgreSQL from Debian's package, with its durability off: the tests throw the data away."""

import secrets
import shutil
import signal
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import psycopg

from tests.services import machine
from tests.services.server import Server

NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgreSQL(Server):
    name = "postgresql"
    title = "PostgreSQL"
    variable = "DATABASE_URL"
    stop_signal = signal.SIGINT  # "fast": rolls back what is open instead of waiting for clients

    @cached_property
    def password(self) -> str:
        return secrets.token_urlsafe(16)

    @property
    def url(self) -> str:
        return f"postgres://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    def fetch(self) -> None:
        if _programs() is None:
            # Without this line Debian makes a cluster of its own and starts it.
            settings = Path("/etc/postgresql-common/createcluster.conf")
            if machine.is_root() and not settings.exists():
                settings.parent.mkdir(parents=True, exist_ok=True)
                settings.write_text("create_main_cluster = false\n")
            machine.install_packages("postgresql-15")
        if _programs() is None:
            raise machine.Unavailable("no initdb was found after the installation")

    def prepare(self) -> None:
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        machine.lend(self.folder)
        options = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", "--username=postgres", "--no-sync"]
        self.run_once([self._program("initdb"), f"--pwfile={password_file}", *options, self.folder / "data"])

    def command(self) -> Sequence[str | Path]:
        settings = [
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            f"unix_socket_directories={self.folder}",
            "max_connections=100",
            *NOT_DURABLE,
        ]
        return [self._program("postgres"), "-D", self.folder / "data", *(a for s in settings for a in ("-c", s))]

    def answers(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=2) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False

    def _program(self, name: str) -> Path:
        programs = _programs()
        assert programs is not None, "fetch() comes before start()"
        return programs / name


def _programs() -> Path | None:
    """The folder of `initdb` and `postgres`; Debian keeps them off the path, one folder a version."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if packaged:
        return packaged[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None
