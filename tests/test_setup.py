"""From a bare machine to the running program: installing, preparing, running, stopping."""

import fcntl
import gettext
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from scripts import debian, install, tesseract
from scripts.messages import compile_messages, incomplete, languages, merged

ROOT = Path(__file__).resolve().parents[1]


def call(module, *arguments, **environment):
    """Runs a script as `make` does and returns what became of it."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# Installing


def test_the_entry_of_one_package_comes_out_of_the_lock_file_with_its_hashes():
    entry = install.entry_of("uv")
    assert entry.startswith("uv==")
    assert entry.count("--hash=sha256:") > 1
    assert entry.count("==") == 1, "and nothing of its neighbours"


def test_uv_uses_the_mirror_and_the_certificate_that_pip_is_configured_for(monkeypatch, tmp_path):
    configuration = tmp_path / "pip.conf"
    configuration.write_text("[global]\nindex-url = https://mirror.example/simple\ncert = /etc/ours.pem\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(configuration))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://a.example/simple https://b.example/simple")
    for name in (*install.PIP_TO_UV.values(), "PIP_CERT", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    environment = install.uv_environment()
    assert environment["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert environment["UV_INDEX"] == "https://a.example/simple https://b.example/simple"
    assert environment["SSL_CERT_FILE"] == "/etc/ours.pem"


def test_what_is_set_for_uv_itself_goes_before_what_is_set_for_pip(monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://for-pip.example/simple")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://for-uv.example/simple")
    assert "UV_DEFAULT_INDEX" not in install.uv_environment()


def test_another_python_is_refused_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 12, 1))
    assert install.main() == 1
    assert capsys.readouterr().out.splitlines()[0].startswith("install: Python 3.11 is needed")


def test_a_python_that_cannot_make_environments_names_the_package_that_is_missing(monkeypatch, tmp_path, capsys):
    without_venv = tmp_path / "python3.11"
    without_venv.write_text("#!/bin/sh\necho ensurepip is not available\nexit 1\n")
    without_venv.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(without_venv))
    for name, path in (("VENV", ".venv"), ("PYTHON", ".venv/bin/python"), ("STAMP", ".venv/.installed")):
        monkeypatch.setattr(install, name, tmp_path / path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(debian.shutil, "which", lambda program: f"/usr/bin/{program}")
    assert install.main() == 1
    assert "as root: apt-get install python3-venv" in capsys.readouterr().out


def test_an_environment_is_installed_again_only_when_the_lock_file_has_changed(monkeypatch, tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text("uv==1.0 --hash=sha256:00\n")
    monkeypatch.setattr(install, "LOCK", lock)
    monkeypatch.setattr(install, "STAMP", tmp_path / ".installed")
    monkeypatch.setattr(install, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(install, "has_pip", lambda: True)
    times = []
    monkeypatch.setattr(install, "install_packages", lambda: times.append(lock.read_text()))
    assert [install.main(), install.main()] == [0, 0]
    assert len(times) == 1
    lock.write_text("uv==1.1 --hash=sha256:11\n")
    assert install.main() == 0
    assert len(times) == 2


def test_without_root_a_missing_tesseract_is_told_once(monkeypatch, tmp_path):
    monkeypatch.setattr(tesseract, "reads_vietnamese", lambda: False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(debian.shutil, "which", lambda program: f"/usr/bin/{program}")
    assert "apt-get install tesseract-ocr tesseract-ocr-vie" in tesseract.provide(tmp_path)
    assert tesseract.provide(tmp_path) is None


# Translations


def catalogue(folder, name, *entries):
    file = folder / "locale" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    file.write_text(head + "".join(f'\n{flag}msgid "{text}"\nmsgstr "{said}"\n' for flag, text, said in entries))
    return file


def test_a_catalogue_in_parts_is_compiled_into_one_that_gettext_reads(tmp_path):
    catalogue(tmp_path, "vi.d/search.po", ("", "Search", "Tìm"))
    catalogue(tmp_path, "vi.d/archive.po", ("", "Seal", "Niêm phong"))
    assert compile_messages(tmp_path) == 1
    said = gettext.translation("django", tmp_path / "locale", ["vi"])
    assert (said.gettext("Search"), said.gettext("Seal")) == ("Tìm", "Niêm phong")
    assert compile_messages(tmp_path) == 0, "nothing has changed"


def test_a_message_without_a_confirmed_translation_is_named(tmp_path):
    catalogue(
        tmp_path, "vi/LC_MESSAGES/django.po", ("", "Search", "Tìm"), ("", "Seal", ""), ("#, fuzzy\n", "Hold", "Giữ")
    )
    (language,) = languages(tmp_path)
    assert incomplete(merged(language)) == ["Seal", "Hold"]


def test_two_parts_that_translate_one_message_differently_are_refused(tmp_path):
    catalogue(tmp_path, "vi.d/a.po", ("", "Record", "Hồ sơ"))
    catalogue(tmp_path, "vi.d/b.po", ("", "Record", "Bản ghi"))
    with pytest.raises(ValueError, match=r"Record.*a\.po.*b\.po"):
        compile_messages(tmp_path)


# Starting


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_in_use_is_told_in_one_line_with_the_way_out(taken_port, tmp_path):
    done = call("scripts.run", PORT=str(taken_port), REPOSITORY_DATA=str(tmp_path))
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"run: port {taken_port} is in use; choose another: make run PORT={taken_port + 1}"
    ]
    assert done.stderr == ""


@pytest.mark.parametrize("port", ["web", "0", "70000", "-1"])
def test_a_port_that_is_none_is_told_in_one_line(port, tmp_path):
    done = call("scripts.run", PORT=port, REPOSITORY_DATA=str(tmp_path))
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (1, 1, "")
    assert "PORT must be a number" in done.stdout


def test_one_archive_does_not_run_twice(tmp_path):
    with (tmp_path / "run.lock").open("w") as lock, socket.socket() as free:
        fcntl.flock(lock, fcntl.LOCK_EX)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        done = call("scripts.run", PORT=str(port), REPOSITORY_DATA=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, f"run: this archive runs already: {tmp_path}\n")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("DATABASE_URL", "mysql://here/there"), ("REDIS_URL", "redis://"), ("REPOSITORY_DATA", "/dev/null/x")],
)
def test_a_wrong_setting_stops_the_start_with_one_line_that_names_it(variable, value, tmp_path):
    done = call("scripts.prepare", **({"REPOSITORY_DATA": str(tmp_path)} | {variable: value}))
    assert done.returncode == 1
    assert (done.stdout + done.stderr).count("\n") == 1
    assert variable in done.stdout


# Keeping processes running

SUPERVISE = """
import os, sys
from pathlib import Path
from scripts.supervisor import Supervisor
folder = Path(sys.argv[1])
checks = {"weak": ["test", "!", "-e", str(folder / "silent")]}
Supervisor(
    {"steady": "steady", "weak": "weak"}, os.environ, folder,
    seconds_to_stop=float(sys.argv[2]), checks=checks, seconds_between_checks=0.2,
).run()
"""


class Supervised:
    """A supervisor over two little programs, and what it has written so far."""

    def __init__(self, folder, steady, weak, seconds_to_stop):
        for name, program in (("steady", steady), ("weak", weak)):
            (folder / name).write_text(f"#!{sys.executable} -u\n{program}\n")
            (folder / name).chmod(0o755)
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-c", SUPERVISE, str(folder), str(seconds_to_stop)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ""
        self.changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.output += line
                self.changed.notify_all()

    def says(self, text, times=1, seconds=30):
        with self.changed:
            assert self.changed.wait_for(lambda: self.output.count(text) >= times, seconds), self.output

    def child(self, name):
        (found,) = [p for p in psutil.Process(self.process.pid).children() if name in " ".join(p.cmdline()[-1:])]
        return found


STEADY = "import signal; print('steady is up'); signal.pause()"
POLITE = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: (print("weak says goodbye"), sys.exit(0)))
print("weak is up")
while True:
    signal.pause()
"""
STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("weak is up")
while True:
    signal.pause()
"""


@pytest.fixture
def supervised(tmp_path):
    started = []

    def start(weak, seconds_to_stop=20):
        started.append(Supervised(tmp_path, STEADY, weak, seconds_to_stop))
        started[-1].says("steady | steady is up")
        started[-1].says("weak   | weak is up")
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            for child in psutil.Process(one.process.pid).children(recursive=True):
                child.kill()
        one.process.kill()
        one.process.wait()


def test_a_process_that_is_killed_is_started_again_and_the_other_goes_on(supervised):
    both = supervised(POLITE)
    steady = both.child("steady").pid
    both.child("weak").kill()
    both.says("weak was ended by SIGKILL; started again in")
    both.says("weak   | weak is up", times=2)
    assert both.child("steady").pid == steady


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_all_and_lets_them_finish(supervised, number):
    both = supervised(POLITE)
    children = psutil.Process(both.process.pid).children(recursive=True)
    both.process.send_signal(number)
    assert both.process.wait(20) == 0
    both.says("weak   | weak says goodbye")
    assert psutil.wait_procs(children, timeout=5)[1] == []


def test_who_does_not_listen_is_killed_when_the_time_is_over(supervised):
    both = supervised(STUBBORN, seconds_to_stop=0.5)
    children = psutil.Process(both.process.pid).children(recursive=True)
    both.process.terminate()
    both.process.wait(20)
    assert psutil.wait_procs(children, timeout=5)[1] == []


def test_a_second_signal_does_not_wait(supervised):
    both = supervised(STUBBORN, seconds_to_stop=600)
    both.process.send_signal(signal.SIGINT)
    both.says("stopping steady, weak")
    started = time.monotonic()
    both.process.send_signal(signal.SIGINT)
    both.process.wait(20)
    assert time.monotonic() - started < 15


def test_when_the_supervisor_itself_is_killed_nothing_is_left_running(supervised):
    both = supervised(POLITE)
    children = psutil.Process(both.process.pid).children(recursive=True)
    both.process.kill()
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_a_process_that_lives_and_does_not_answer_is_ended_and_started_again(supervised, tmp_path):
    kept = supervised(POLITE)
    steady, before = kept.child("steady"), kept.child("weak")
    (tmp_path / "silent").touch()
    kept.says("weak does not answer and is ended")
    (tmp_path / "silent").unlink()
    kept.says("weak   | weak is up", times=2)
    assert not before.is_running()
    assert steady.is_running()
