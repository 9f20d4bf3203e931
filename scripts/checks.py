"""What is checked without running the program: form, types, directions of imports, migrations, messages, deployment."""

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from scripts import debian

ROOT = Path(__file__).resolve().parent.parent

#: An installation as docker-compose.yml makes it; nothing is contacted.
DEPLOYED = {
    "DATABASE_URL": "postgres://vankho:unused@127.0.0.1:1/vankho",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "ELASTICSEARCH_URL": "http://127.0.0.1:1",
    "TIKA_SERVER_URL": "http://127.0.0.1:1",
    "HTTPS": "yes",
    "SECRET_KEY": "only for this check: long, of many letters, and 0123456789 with no use elsewhere",
}
COMPOSE = {
    "POSTGRES_PASSWORD": "unused",
    "REDIS_PASSWORD": "unused",
    "ELASTIC_PASSWORD": "unused",
    "SECRET_KEY": "unused",
}


@dataclass(frozen=True)
class Check:
    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a check went. `skipped` says why it could not be made; `output` is what it said."""

    check: Check
    good: bool
    seconds: float
    output: str = ""
    skipped: str = ""


def checks() -> list[Check]:
    """All checks; the one that takes longest first."""
    manage = (sys.executable, "manage.py")
    return [
        Check("types", (sys.executable, "-m", "mypy")),
        Check("directions of imports", (_tool("lint-imports"), "--no-cache")),
        Check("form", (_tool("ruff"), "check", "--quiet", "--no-cache", ".")),
        Check("format", (_tool("ruff"), "format", "--check", "--no-cache", ".")),
        Check("migrations", (*manage, "makemigrations", "--check", "--dry-run")),
        Check("deployment", (*manage, "check", "--deploy", "--fail-level", "WARNING"), DEPLOYED),
        Check("messages", (sys.executable, "-m", "scripts.messages")),
        Check("compose file", ("docker-compose", "config", "-q"), COMPOSE),
    ]


def run_checks(data: Path, *, in_ci: bool) -> bool:
    """Makes all checks, two at a time, says how each went, and returns whether all are good."""
    with ThreadPoolExecutor(2) as pool:
        outcomes = pool.map(lambda check: _run(check, data, in_ci=in_ci), checks())
        good = True
        for outcome in outcomes:
            word = "skipped" if outcome.skipped else "ok" if outcome.good else "FAILED"
            note = f": {outcome.skipped}" if outcome.skipped else ""
            print(f"check: {outcome.check.name:<22} {word:<7} {outcome.seconds:5.1f} s{note}", flush=True)
            if not outcome.good:
                print(outcome.output.rstrip(), flush=True)
            good &= outcome.good
    return good


def _run(check: Check, data: Path, *, in_ci: bool) -> Outcome:
    started = time.monotonic()
    program = check.command[0]
    if shutil.which(program) is None:
        try:
            debian.install(Path(program).name)
        except debian.NotInstalled as reason:
            return Outcome(check, not in_ci, time.monotonic() - started, str(reason), str(reason))
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env=os.environ | {"REPOSITORY_DATA": str(data), "DJANGO_SETTINGS_MODULE": "settings"} | check.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return Outcome(check, done.returncode == 0, time.monotonic() - started, done.stdout)


def _tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)
