"""The servers of the services profile, by hand.

    python -m tests.services up [NAME…]            start them and leave them running
    eval "$(python -m tests.services env)"         point a shell at them
    python -m tests.services down                  stop them and throw their data away
    python -m tests.services run [NAME…] -- CMD…   start them, run a command that sees their addresses, stop them

Names: postgresql, redis, elasticsearch, tika; none means all. With --home FOLDER, several sets run beside each other.
A server that cannot be had is named and left out; with CI=true that is a failure.
"""

import argparse
import contextlib
import fcntl
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from tests.services import note
from tests.services.fleet import HOME, KINDS, Fleet, running, say
from tests.services.server import StartFailed

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
FAILED = 1


@contextlib.contextmanager
def one_at_a_time(home: Path) -> Iterator[None]:
    """Two people who call `up` in one checkout get one set of servers."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def up(names: list[str], home: Path) -> int:
    with one_at_a_time(home):
        here = {server.name for server in note.running(home)}
        if here.issuperset(names):
            say("running already")
        else:
            note.stop(home)
            fleet = Fleet(home)
            try:
                fleet.start([name for name in KINDS if name in {*names, *here}], stays=True)
            except StartFailed as failure:
                say(str(failure))
                return FAILED
    return print_environment(home)


def print_environment(home: Path) -> int:
    servers = note.running(home)
    for server in servers:
        print(f"export {server.variable}={shlex.quote(server.url)}")
    return 0 if servers else FAILED


def down(home: Path) -> int:
    with one_at_a_time(home):
        say("stopped " + (", ".join(note.stop(home)) or "nothing: none ran"))
    return 0


def run(names: list[str], home: Path, command: list[str]) -> int:
    """Returns the command's exit status; with CI=true also a failure when a server could not be had."""
    for wanted in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(wanted, _as_interrupt)
    with one_at_a_time(home):
        try:
            with running(names, home) as fleet:
                if fleet.missing and IN_CI:
                    say("in CI every server must be there")
                    return FAILED
                status = subprocess.run(command, env=os.environ | fleet.environment, check=False).returncode
                for server in fleet.servers:
                    if not server.runs:
                        say(f"{server.title} had ended; it said last:\n{server.tail()}")
                if status:
                    say(f"the command ended with {status}; what the servers said is in {fleet.home / 'logs'}")
                return status
        except StartFailed:
            return FAILED
        except KeyboardInterrupt:
            return 128 + signal.SIGINT


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    command: list[str] = []
    if "--" in arguments:
        cut = arguments.index("--")
        arguments, command = arguments[:cut], arguments[cut + 1 :]
    parser = argparse.ArgumentParser(
        prog="python -m tests.services", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("act", choices=["up", "down", "env", "run"])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--home", type=Path, default=HOME, help="where logs and the note of what runs are kept")
    asked = parser.parse_intermixed_args(arguments)
    if unknown := sorted(set(asked.names) - set(KINDS)):
        parser.error(f"no such server: {', '.join(unknown)}; there are {', '.join(KINDS)}")
    if (asked.act == "run") != bool(command):
        parser.error("`run` takes a command after --, the others take none")
    names = asked.names or list(KINDS)
    match asked.act:
        case "up":
            return up(names, asked.home)
        case "env":
            return print_environment(asked.home)
        case "down":
            return down(asked.home)
        case _:
            return run(names, asked.home / "run", command)  # beside what `up` started


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
