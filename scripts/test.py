"""`make test`: the checks, the suite embedded, and the suite against real servers.

Both runs of pytest use a temporary REPOSITORY_DATA; the archive of this checkout is never touched. All three parts run
even when one fails, so that one call tells all there is to mend.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from scripts import debian, tesseract
from scripts.checks import run_checks
from scripts.messages import compile_messages

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
PARTS = ("checks", "embedded", "services")
SERVICES = ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL", "TIKA_SERVER_URL")
PYTEST = (sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", "--durations", "20")


def say(text: str) -> None:
    print(f"\ntest: {text}", flush=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, help="one part instead of all three")
    asked = parser.parse_args(arguments)
    parts = (asked.only,) if asked.only else PARTS
    failed = []
    with tempfile.TemporaryDirectory(prefix="van-kho-test-") as folder:
        for part in parts:
            data = Path(folder) / part
            data.mkdir()
            if not _run_part(part, data):
                failed.append(part)
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def _run_part(part: str, data: Path) -> bool:
    if part == "checks":
        return run_checks(data, in_ci=IN_CI)
    if not _programs_are_there(data) and IN_CI:
        return False
    compile_messages()
    environment = {name: value for name, value in os.environ.items() if name not in SERVICES}
    environment["REPOSITORY_DATA"] = str(data)
    if part == "embedded":
        say("embedded: no service runs")
        return _run((*PYTEST, "-m", "not services"), environment)
    say("services: PostgreSQL, Redis, Elasticsearch, Tika Server")
    servers = (sys.executable, "-m", "tests.services", "run", "--")
    return _run((*servers, *PYTEST, "-m", "services or both_profiles"), environment)


def _programs_are_there(data: Path) -> bool:
    """Tesseract; Chromium for the pages' tests; and xmlsec1, which judges XML signatures beside us.

    Tests that need what is missing say so and are skipped.
    """
    line = tesseract.provide(data)
    if line:
        say(line)
    complete = tesseract.reads_vietnamese()
    for package, names in (("chromium", ("chromium", "chromium-browser")), ("xmlsec1", ("xmlsec1",))):
        if not any(map(shutil.which, names)):
            try:
                debian.install(package)
            except debian.NotInstalled as reason:
                say(f"{package} is not installed; {reason}")
                complete = False
    return complete


def _run(command: tuple[str, ...], environment: Mapping[str, str]) -> bool:
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        return process.wait() == 0
    except KeyboardInterrupt:
        # It stops its servers and removes their data, which takes longer than `subprocess.run` would wait.
        process.send_signal(signal.SIGINT)
        process.wait(60)
        raise


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
