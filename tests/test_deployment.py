"""The container file and the page for operators say what the program does, and no more."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts.checks import COMPOSE, DEPLOYED
from scripts.processes import COMMANDS
from tests.services import elasticsearch
from tests.services.redis import NOTHING_ON_DISK

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE_FILE = yaml.safe_load(TEXT)
SERVICES = COMPOSE_FILE["services"]
LOCKS = ("requirements.lock", "requirements-image.lock")


@pytest.mark.parametrize("process", COMMANDS)
def test_a_container_runs_the_command_that_make_run_and_the_tests_run(process):
    assert SERVICES[process]["command"] == [COMMANDS[process]]
    assert (ROOT / COMMANDS[process]).stat().st_mode & 0o111, "it can be executed"


def test_redis_keeps_as_little_on_disk_as_under_test():
    command = " ".join(SERVICES["redis"]["command"]).replace("''", '""')
    assert " ".join(word or '""' for word in NOTHING_ON_DISK) in command


def test_elasticsearch_is_the_version_that_the_tests_run_against():
    version = elasticsearch.ARTIFACT.split(":")[2]
    assert SERVICES["elasticsearch"]["image"] == f"elasticsearch:{version}"


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_is_root_or_without_limits(name):
    service = SERVICES[name]
    assert str(service["user"]).split(":")[0] not in ("", "0", "root")
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"]
    assert service["cpus"]


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "prepare"])
def test_every_lasting_container_has_a_health_check_and_comes_back(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned_and_named_by_their_short_names(name):
    image, _, tag = SERVICES[name]["image"].rpartition(":")
    assert re.fullmatch(r"[a-z-]+(/[a-z-]+)?", image)
    assert re.fullmatch(r"\d+(\.\d+)+", tag)


def test_only_the_web_server_is_reached_from_outside_and_only_from_this_machine():
    assert {name for name in SERVICES if "ports" in SERVICES[name]} == {"web"}
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])
    assert COMPOSE_FILE["networks"]["inside"] == {"internal": True}
    assert {name for name in SERVICES if "outside" in SERVICES[name]["networks"]} == {"web"}


def test_secrets_are_asked_for_and_never_have_a_default():
    secrets = set(re.findall(r"\$\{(\w*(?:PASSWORD|KEY|SECRET|TOKEN)\w*)", TEXT))
    assert secrets == set(COMPOSE)
    for name in secrets:
        assert re.findall(rf"\$\{{{name}(\S\S)", TEXT) == [":?"] * TEXT.count(f"${{{name}")


def test_the_older_docker_compose_can_read_the_file():
    assert "name" not in COMPOSE_FILE, "1.29 refuses it"
    assert "start_interval" not in TEXT, "1.29 refuses it"


def test_every_setting_from_the_environment_is_documented_and_no_other():
    sources = "\n".join(path.read_text() for path in (ROOT / "settings").glob("*.py"))
    readers = "flag|number|words|networks|web_places|secret|hidden|service_url|environ\\.get|getenv"
    reads = re.compile(rf'\b(?:{readers})\(\s*(?:\w+,\s*)?"([A-Z_]+)"')
    shell = re.compile(r"\$\{([A-Z_]+):-")
    read = set(reads.findall(sources)) | {
        name for command in COMMANDS.values() for name in shell.findall((ROOT / command).read_text())
    }
    table = (ROOT / "docs" / "operations.md").read_text().split("## Settings")[1].split("\n## ")[0]
    documented = {
        name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    assert documented == read


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_pins_everything_by_hash_and_names_no_index(lock):
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    assert len(entries) > 50
    assert [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_the_image_holds_nothing_that_was_not_tested():
    pinned = [set(re.findall(r"^\S+==\S+", (ROOT / lock).read_text(), re.MULTILINE)) for lock in LOCKS]
    whole, image = pinned
    assert image < whole
    assert not [entry for entry in image if entry.split("==")[0] in ("pytest", "mypy", "ruff", "playwright")]


def test_what_goes_into_the_image_is_enough_to_start(tmp_path):
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert lines[0] == "*", "nothing goes in unless it is named"
    left_out = shutil.ignore_patterns(*(line.removeprefix("**/") for line in lines if line.startswith("**/")))
    for name in (line[1:] for line in lines if line.startswith("!")):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / "image" / name, ignore=left_out)
        else:
            shutil.copy(ROOT / name, tmp_path / "image" / name)
    start = (
        "import django; django.setup(); from django.core.management import call_command;"
        "from scripts import prepare, static, health; from settings.wsgi import application;"
        "call_command('check'); print(static.is_current())"
    )
    environment = (
        os.environ | DEPLOYED | {"REPOSITORY_DATA": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "settings"}
    )
    done = subprocess.run(
        [sys.executable, "-c", start],
        cwd=tmp_path / "image",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("False\n")
