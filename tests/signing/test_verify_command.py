"""`manage.py verify`, as a person and as a machine use it."""

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from tests.signing.bench_pki import bench, paper, signed

ROOT = Path(__file__).resolve().parent.parent.parent
KEYS = {"file", "sha256", "outcome", "signatures", "seconds"}
SIGNATURE_KEYS = {
    *("field", "indication", "sub_indication", "intact", "covers_document", "changes_after", "level", "signer"),
    *("claimed_time", "best_time", "message"),
}


@dataclass
class Ran:
    """What a run left behind. `failed`: it ended with another status than 0."""

    stdout: str
    stderr: str
    failed: bool

    @property
    def answers(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stdout.splitlines()]


def verify(*arguments: str | Path) -> Ran:
    """Run the command. pytest-django lets no test without a mark touch a database: it needs none."""
    stdout, stderr = io.StringIO(), io.StringIO()
    failed = False
    # The terminal speaks English, whatever the archive does.
    with translation.override("vi"):
        try:
            call_command("verify", *map(str, arguments), stdout=stdout, stderr=stderr)
        except SystemExit as end:
            failed = bool(end.code)
    return Ran(stdout.getvalue(), stderr.getvalue(), failed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an intact, a broken and an unsigned paper, one of them further down."""
    good = signed(paper(), bench().person)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "intact.pdf").write_bytes(good)
    (tmp_path / "broken.pdf").write_bytes(good.replace(b"15/QD", b"16/QD", 1))
    (tmp_path / "unsigned.PDF").write_bytes(paper())
    (tmp_path / "note.txt").write_text("not looked at")
    (tmp_path / "root.pem").write_bytes(bench().root.pem)
    return tmp_path


def test_a_folder_is_walked_and_each_file_gives_one_line_with_exactly_the_agreed_keys(folder: Path) -> None:
    run = verify(folder, "--json", "--jobs", "2")
    answers = {Path(answer["file"]).name: answer for answer in run.answers}
    assert {name: answer["outcome"] for name, answer in answers.items()} == {
        "intact.pdf": "VALID",
        "broken.pdf": "TAMPERED",
        "unsigned.PDF": "NO_SIGNATURE",
    }
    assert all(answer.keys() == KEYS for answer in answers.values())
    assert answers["intact.pdf"]["signatures"][0].keys() == SIGNATURE_KEYS
    assert not run.failed


def test_a_list_gives_each_file_its_own_anchors_time_and_password(folder: Path) -> None:
    lines = [
        f"{folder / 'in' / 'intact.pdf'}\t{folder / 'root.pem'}\t2050-01-01T00:00:00+00:00\t",
        f"{folder / 'in' / 'intact.pdf'}\t\t\t",
    ]
    (folder / "todo.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    run = verify("--list", folder / "todo.tsv", "--json")
    found = {answer["signatures"][0]["sub_indication"] for answer in run.answers}
    assert found == {"OUT_OF_BOUNDS_NO_POE", "NO_CERTIFICATE_CHAIN_FOUND"}


def test_people_read_what_is_known_and_never_valid(folder: Path) -> None:
    run = verify(folder / "in" / "intact.pdf")
    assert "Nguyễn Văn An" in run.stdout
    assert "valid" not in run.stdout.lower()


def test_a_file_that_cannot_be_processed_fails_the_run_and_the_others_go_on(folder: Path) -> None:
    (folder / "torn.pdf").write_bytes(b"%PDF-1.7 torn")
    run = verify(folder / "torn.pdf", folder / "missing.pdf", folder / "unsigned.PDF", "--json")
    assert run.failed
    assert sorted(answer["outcome"] for answer in run.answers) == [
        "NO_SIGNATURE",
        "UNPROCESSABLE",
        "UNPROCESSABLE",
    ]
    assert "missing.pdf" in run.stderr


def test_an_anchor_that_is_no_certificate_is_said_before_anything_runs(folder: Path) -> None:
    with pytest.raises(CommandError, match=r"note\.txt is not a certificate"):
        verify(folder / "unsigned.PDF", "--trust", folder / "note.txt")


def test_from_a_shell_it_works_where_nothing_was_set_up_and_tells_by_its_status(folder: Path) -> None:
    environment = {**os.environ, "REPOSITORY_DATA": str(folder / "empty")}
    environment.pop("DATABASE_URL", None)
    run = subprocess.run(
        [sys.executable, "manage.py", "verify", str(folder / "broken.pdf"), str(folder / "missing.pdf"), "--json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert sorted(json.loads(line)["outcome"] for line in run.stdout.splitlines()) == ["TAMPERED", "UNPROCESSABLE"]
    assert run.returncode == 1
    assert not list(folder.glob("empty/*.sqlite3"))
