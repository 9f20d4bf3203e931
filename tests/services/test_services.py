"""The servers of the tests: what cannot be had is named, what does not come up shows why, and nothing is left behind."""

import os
import signal
import socket
import subprocess
import sys

import psutil
import pytest

from scripts import debian
from tests.services import __main__ as door
from tests.services import fleet as fleets
from tests.services import machine
from tests.services.fleet import Fleet
from tests.services.machine import Unavailable
from tests.services.server import Server, StartFailed

LISTEN = "import socket,sys,time; s=socket.create_server(('127.0.0.1', int(sys.argv[1]))); print('up'); time.sleep(600)"

# Ends with its first visitor after it was found to answer; the visitor waits until it is gone.
SHORT = (
    "import os,socket,sys; s=socket.create_server(('127.0.0.1', int(sys.argv[1]))); print('up'); s.accept();"
    "s.accept()[0].sendall(str(os.getpid()).encode())"
)
VISIT = (
    "import os,psutil,socket,time; port=int(os.environ['SMALL_URL'].rpartition(':')[2]);"
    "server=psutil.Process(int(socket.create_connection(('127.0.0.1', port)).recv(9)))\n"
    "while server.status() != psutil.STATUS_ZOMBIE: time.sleep(0.05)"
)


class Small(Server):
    """A server of one line of Python, so that the ways things go wrong can be tried in no time."""

    name = "small"
    title = "Small"
    variable = "SMALL_URL"
    seconds_to_start = 20

    @property
    def url(self):
        return f"small://127.0.0.1:{self.port}"

    def fetch(self):
        pass

    def prepare(self):
        pass

    def command(self):
        return [sys.executable, "-u", "-c", LISTEN, str(self.port)]

    def answers(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True


class Broken(Small):
    name, title = "broken", "Broken"

    def command(self):
        return ["sh", "-c", "echo the disk is on fire; exit 3"]


class Absent(Small):
    name, title = "absent", "Absent"

    def fetch(self):
        raise Unavailable("not installed, and nobody sells it")


@pytest.fixture(autouse=True)
def small_servers(monkeypatch):
    kinds = {kind.name: kind for kind in (Small, Broken, Absent)}
    monkeypatch.setattr(fleets, "KINDS", kinds)
    monkeypatch.setattr(door, "KINDS", kinds)
    monkeypatch.setattr(machine, "is_root", lambda: False)  # the interpreter may lie where only root can read


def test_a_command_sees_the_address_of_a_server_that_is_gone_afterwards(tmp_path, capfd):
    show = [sys.executable, "-c", "import os; print(os.environ['SMALL_URL'])"]
    assert door.run(["small"], tmp_path, show) == 0
    port = int(capfd.readouterr().out.strip().rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=1):
        pass


def test_the_exit_status_is_the_commands_and_the_logs_are_named(tmp_path, capfd):
    assert door.run(["small"], tmp_path, ["sh", "-c", "exit 7"]) == 7
    assert f"what the servers said is in {tmp_path / 'logs'}" in capfd.readouterr().err
    assert (tmp_path / "logs" / "small.log").read_text() == "up\n"


def test_a_server_that_died_under_the_command_shows_its_last_words(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(Small, "command", lambda self: [sys.executable, "-u", "-c", SHORT, str(self.port)])
    assert door.run(["small"], tmp_path, [sys.executable, "-c", VISIT]) == 0
    assert "Small had ended; it said last:\n    up" in capfd.readouterr().err


def test_a_server_that_does_not_come_up_shows_its_last_words_and_leaves_nothing_running(tmp_path, capfd, monkeypatch):
    started = []
    monkeypatch.setattr(Small, "launch", lambda self, **how: (Server.launch(self, **how), started.append(self.process)))
    assert door.run(["small", "broken"], tmp_path, ["false"]) == 1
    assert "Broken ended with 3 at start\n    the disk is on fire" in capfd.readouterr().err
    assert len(started) == 2
    assert not any(process.is_running() for process in started)


def test_what_cannot_be_had_is_named_and_the_rest_goes_on(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(door, "IN_CI", False)
    assert door.run(["small", "absent"], tmp_path, ["true"]) == 0
    assert "Absent cannot be had: not installed, and nobody sells it" in capfd.readouterr().err


def test_in_ci_what_cannot_be_had_is_a_failure(tmp_path, monkeypatch):
    monkeypatch.setattr(door, "IN_CI", True)
    ran = tmp_path / "ran"
    assert door.run(["small", "absent"], tmp_path, ["touch", str(ran)]) == 1
    assert not ran.exists()


def test_up_leaves_them_running_env_names_them_and_down_ends_them(tmp_path, capsys):
    assert door.up(["small"], tmp_path) == 0
    told = capsys.readouterr().out
    assert told.startswith("export SMALL_URL=small://127.0.0.1:")
    assert door.up(["small"], tmp_path) == 0
    assert door.print_environment(tmp_path) == 0
    assert capsys.readouterr().out == told * 2, "a second up starts nothing"
    assert door.down(tmp_path) == 0
    assert door.print_environment(tmp_path) == 1


def test_a_killed_run_takes_its_servers_with_it(tmp_path):
    script = (
        "import sys; from pathlib import Path; from tests.services import fleet, machine, test_services as t;"
        "machine.is_root = lambda: False; fleet.KINDS['small'] = t.Small;"
        "f = fleet.Fleet(Path(sys.argv[1])); f.start(['small']);"
        "print(f.servers[0].process.pid, flush=True); input()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=fleets.ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    assert run.stdin and run.stdout
    server = psutil.Process(int(run.stdout.readline()))
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdin.close()
    run.stdout.close()
    server.wait(10)


def test_a_late_server_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(Small, "seconds_to_start", 0.3)
    monkeypatch.setattr(Small, "answers", lambda self: False)
    fleet = Fleet(tmp_path)
    with pytest.raises(StartFailed, match="gave no answer in 0 s"):
        fleet.start(["small"])
    assert fleet.servers == []


def test_an_artifact_with_other_bytes_is_thrown_away(tmp_path):
    file = tmp_path / "thing-1.0.jar"
    file.write_bytes(b"something else")
    with pytest.raises(Unavailable, match="expected 0000"):
        machine.fetch_artifact("org.example:thing:1.0", "0000", tmp_path)
    assert not file.exists()


def test_without_root_the_packages_to_install_are_named(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(debian.shutil, "which", lambda program: f"/usr/bin/{program}")
    with pytest.raises(Unavailable, match="as root: apt-get install redis-server"):
        machine.install_packages("redis-server")
