"""Makes `.venv` and installs exactly what the lock file names, each file checked by its hash.

Runs with the machine's own Python 3.11 and the standard library alone. Indexes, mirrors and certificates are those that
pip is configured for on this machine; none is named here. Does nothing while the lock file stays as it was.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts import debian
from scripts.debian import last_line

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".installed"
LOCK = ROOT / "requirements.lock"

#: What uv reads the same setting of pip from. uv does not read pip's configuration files.
PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}


class Failed(Exception):
    """The environment could not be made; the message is one line that says what to do."""


def say(text: str) -> None:
    print(f"install: {text}", flush=True)


def main() -> int:
    try:
        install()
    except Failed as failure:
        say(str(failure))
        return 1
    return 0


def install() -> None:
    version = sys.version.split()[0]
    if sys.version_info[:2] != (3, 11):
        raise Failed(f"Python 3.11 is needed, this is {version}: make PYTHON=/path/to/python3.11")
    stamp = f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {version}\n"
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == stamp:
        return
    if not has_pip():
        make_environment()
    say("Python packages, each checked by its hash")
    install_packages()
    STAMP.write_text(stamp)


def has_pip() -> bool:
    return PYTHON.exists() and quietly([str(PYTHON), "-m", "pip", "--version"]).returncode == 0


def make_environment() -> None:
    """`python3 -m venv`; where Debian left its half out, that half first. Raises Failed."""
    say(f"a Python environment in {VENV.name}/")
    shutil.rmtree(VENV, ignore_errors=True)
    make = [sys.executable, "-m", "venv", str(VENV)]
    if quietly(make).returncode == 0:
        return
    say("python3-venv from Debian")
    try:
        debian.install("python3-venv")
    except debian.NotInstalled as reason:
        raise Failed(f"this Python cannot make environments; {reason}") from reason
    shutil.rmtree(VENV, ignore_errors=True)
    done = quietly(make)
    if done.returncode:
        raise Failed(f"the environment could not be made: {last_line(done.stdout + done.stderr)}")


def install_packages() -> None:
    """uv first, since it is many times faster; pip alone where uv cannot reach what pip reaches. Raises Failed."""
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as uv_only:
        uv_only.write(entry_of("uv"))
        uv_only.flush()
        done = quietly([*pip, "--requirement", uv_only.name])
    if done.returncode == 0:
        # Compiled once, here: every process would do it again where the machine forbids Python to write what it compiles.
        uv = [str(VENV / "bin" / "uv"), "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode"]
        uv += ["--python", str(PYTHON)]
        done = quietly([*uv, str(LOCK)], **uv_environment())
        if done.returncode == 0:
            return
        say(f"uv did not succeed ({last_line(done.stderr)}); with pip, which takes longer")
    done = quietly([*pip, "--requirement", str(LOCK)])
    if done.returncode:
        raise Failed(f"the packages could not be installed: {last_line(done.stderr)}")


def entry_of(package: str) -> str:
    """The lines of one package in the lock file, hashes included."""
    entry = re.search(rf"^{re.escape(package)}==(?:.*\\\n)*.*\n", LOCK.read_text(), re.MULTILINE)
    if entry is None:
        raise Failed(f"{LOCK.name} does not name {package}: make lock")
    return entry.group()


def uv_environment() -> dict[str, str]:
    """pip's configuration, from its files and the environment, in uv's words; what is set for uv already stays."""
    found = {"UV_LINK_MODE": "copy", "UV_NO_PROGRESS": "1"}
    for line in quietly([str(PYTHON), "-m", "pip", "config", "list"]).stdout.splitlines():
        key, _, value = line.partition("=")
        variable = PIP_TO_UV.get(key.rpartition(".")[2])
        if variable:
            separator = "," if variable == "UV_FIND_LINKS" else " "
            found[variable] = separator.join(value.strip("'\"").replace("\\n", " ").split())
    return {name: value for name, value in found.items() if name not in os.environ}


def quietly(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a command and keeps what it says for the one line that tells why it failed."""
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
