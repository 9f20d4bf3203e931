"""Redis from Debian's package, in memory only."""

import secrets
import shutil
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import redis

from tests.services import machine
from tests.services.server import Server


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
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f"dir {self.folder}",
            'save ""',
            "appendonly no",
        ]
        (self.folder / "redis.conf").write_text("\n".join(lines) + "\n")

    def command(self) -> Sequence[str | Path]:
        return ["redis-server", self.folder / "redis.conf"]

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
