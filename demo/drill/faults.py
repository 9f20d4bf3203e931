"""What an installation meets that is nobody's fault: a full disk, a database that another program holds, messages that vanish."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from demo.drill.browser import Browser
from demo.drill.installation import Installation
from demo.drill.papers import drill_files
from scripts.processes import ROOT

FILES = 12
SMALL_DISK_MB = 12
LONGER_THAN_SQLITE_WAITS = 34


def drill_faults(folder: Path) -> dict[str, Any]:
    """Each fault in an archive of its own. What comes back is the problems found, and the faults that could not be made here."""
    top = folder / "faults"
    papers = [file.path for file in drill_files(folder / "papers", FILES, 1, seed=7)]
    template, accounts = _template(top)
    problems: list[str] = []
    left_out: list[str] = []
    for name, fault in FAULTS.items():
        data = top / name
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir()
        try:
            problems += [f"{name}: {line}" for line in fault(data, template, papers, accounts)]
        except NotHere as reason:
            left_out.append(f"{name}: {reason}")
    return {"problems": problems, "faults": len(FAULTS) - len(left_out), "left_out": left_out}


def _template(top: Path) -> tuple[Path, dict[str, str]]:
    """An empty archive to copy, made once, and its accounts."""
    template, kept = top / "template", top / "accounts.json"
    if not kept.exists():
        shutil.rmtree(template, ignore_errors=True)
        made = _manage(template, "init", "--json")[1][-1]["accounts"]
        kept.touch(mode=0o600)
        kept.write_text(json.dumps({row["username"]: row["password"] for row in made}))
    accounts: dict[str, str] = json.loads(kept.read_text())
    return template, accounts


class NotHere(Exception):
    """This machine does not let us make the fault."""


def full_disk(data: Path, template: Path, papers: list[Path], accounts: dict[str, str]) -> Iterator[str]:
    """The disk fills up while files come in and while a dossier is sealed; with room again, everything goes on."""
    if os.geteuid() != 0 or not _mounted(data, SMALL_DISK_MB):
        raise NotHere("only root may mount a small disk")
    try:
        shutil.copytree(template, data, dirs_exist_ok=True, ignore=shutil.ignore_patterns("build"))
        with _ballast(data):
            code, _rows, said = _manage(data, "intake", "--new-dossier", "Đầy đĩa", "--json", *map(str, papers))
            if code == 0:
                yield "intake said that all went well"
            yield from _unclear(said)
        mounted = subprocess.run(["mount", "-o", "remount,size=200m", str(data)], check=False)
        if mounted.returncode:
            raise NotHere("the small disk could not be made larger")
        yield from _all_in(data, papers, "Đầy đĩa")
    finally:
        subprocess.run(["umount", str(data)], check=False)


def locked_database(data: Path, template: Path, papers: list[Path], accounts: dict[str, str]) -> Iterator[str]:
    """Another program holds the database, shortly and for longer than SQLite waits."""
    shutil.copytree(template, data, dirs_exist_ok=True)
    for seconds in (5, LONGER_THAN_SQLITE_WAITS):
        with closing(sqlite3.connect(data / "vankho.sqlite3", isolation_level=None)) as other:
            command = _start(data, "intake", "--new-dossier", f"Khoá {seconds}", "--json", *map(str, papers))
            time.sleep(4)
            other.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            other.execute("ROLLBACK")
            said = command.communicate(timeout=300)[1]
        if seconds < 30 and command.returncode:
            yield f"a lock of {seconds} s ended the intake: {said[-300:]}"
        if command.returncode:
            yield from _unclear(said)
        yield from _all_in(data, papers, f"Khoá {seconds}")


def vanished_messages(data: Path, template: Path, papers: list[Path], accounts: dict[str, str]) -> Iterator[str]:
    """The folder of the messages is taken away under the running program."""
    shutil.copytree(template, data, dirs_exist_ok=True)
    dossier = _new_dossier(data, papers[0])
    installation = Installation(data)
    installation.start()
    try:
        if not _until(installation, installation.is_up, 120):
            yield "the program did not start"
            return
        shutil.rmtree(data / "messages")
        browser = Browser(installation.port, "archivist", accounts["archivist"])
        for path in papers[1:4]:
            answer = browser.upload(
                f"/dossiers/{dossier}/files/", path.name, path.read_bytes(), deadline=time.monotonic() + 60
            )
            if answer.status != 200:
                yield f"an upload was answered with {answer.status}"
        if not _until(installation, lambda: _documents(data) == 4, 150):
            yield f"{_documents(data)} of 4 files are in after 150 s"
    finally:
        installation.stop()


FAULTS: dict[str, Callable[[Path, Path, list[Path], dict[str, str]], Iterator[str]]] = {
    "full-disk": full_disk,
    "locked-database": locked_database,
    "vanished-messages": vanished_messages,
}


def _all_in(data: Path, papers: list[Path], dossier: str) -> Iterator[str]:
    """Send the files again, as a person would: everything is in then, once, and can be found."""
    code = _one(data, "select code from repository_dossier where title = ? order by id limit 1", dossier)
    into = ["--dossier", code] if code else ["--new-dossier", dossier]
    status, rows, said = _manage(data, "intake", *into, "--json", *map(str, papers))
    if status:
        yield f"intake again: {said[-300:]} {rows[-3:]}"
    places = _one(
        data,
        "select count(*) from repository_placement p join repository_dossier d on d.id = p.dossier_id where d.title = ?",
        dossier,
    )
    if places != len(papers):
        yield f"{places} documents of {len(papers)} files"
    if _one(data, "select count(*) from repository_jobitem where state in ('queued', 'running')"):
        yield "files are still waiting"
    if _one(data, "select count(*) from search_outbox where done < revision"):
        yield "the index is behind"
    status, _rows, said = _manage(data, "check_events")
    if status:
        yield f"check_events: {said[-300:]}"


def _unclear(said: str) -> Iterator[str]:
    if "Traceback" in said:
        yield f"a traceback instead of a message: {said[said.rindex('Traceback') :].strip()[-600:]}"


def _new_dossier(data: Path, path: Path) -> str:
    _manage(data, "intake", "--new-dossier", "Tin nhắn", "--json", str(path))
    return str(UUID(_one(data, "select id from repository_dossier limit 1")))


def _documents(data: Path) -> int:
    return int(_one(data, "select count(*) from repository_document"))


def _one(data: Path, query: str, *values: Any) -> Any:
    with closing(sqlite3.connect(f"file:{data / 'vankho.sqlite3'}?mode=ro", uri=True, timeout=30)) as connection:
        row = connection.execute(query, values).fetchone()
        return row[0] if row else None


def _start(data: Path, *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=os.environ | {"REPOSITORY_DATA": str(data)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _manage(data: Path, *command: str) -> tuple[int, list[Any], str]:
    """Exit status, the lines of JSON, and what it said beside them."""
    process = _start(data, *command)
    told, said = process.communicate(timeout=600)
    rows = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    return process.returncode, rows, said


def _until(installation: Installation, true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        installation.look_after()
        if true():
            return True
        time.sleep(0.3)
    return False


def _mounted(folder: Path, megabytes: int) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def _ballast(data: Path) -> Iterator[None]:
    """Leaves room for the first few files only."""
    path = data / "ballast"
    path.write_bytes(b"\0" * max(0, shutil.disk_usage(data).free - 600_000))
    try:
        yield
    finally:
        path.unlink()
