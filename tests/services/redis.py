"""Redis from Debian's package, in memory only."""

import secrets
import shutil
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import redis

from tests.services import machine
from tests.services.server import Server

#: As in docker-compose.yml: messages are wake-ups that may be lost.
NOTHING_ON_DISK = ("--save", "", "--appendonly", "no")


class Redis(Server):
    name = "redis"
    title = "Redis"
    variable = "REDIS_URL"

    @cached_property
    def password(self) -> str:
        return secrets.token_urlsafe(16)

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def fetch(self) -> None:
        if shutil.which("redis-server") is None:
            machine.install_packages("redis-server")

    def prepare(self) -> None:
        """Nothing to write: all is on the command line."""

    def command(self) -> Sequence[str | Path]:
        here: list[str | Path] = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", self.folder]
        return ["redis-server", *NOTHING_ON_DISK, "--requirepass", self.password, *here]

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
