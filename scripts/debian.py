"""Debian packages, where this machine has apt-get and we are root. Needs the standard library alone."""

import os
import shutil
import subprocess
from functools import cache

APT = ("apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0")
#: RUNLEVEL=1 keeps the packages' own scripts from starting a server.
ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}


class NotInstalled(Exception):
    """The packages are not there and cannot be had; the message is one line that says what to do."""


def install(*packages: str) -> None:
    """Installs packages. Raises NotInstalled."""
    wanted = " ".join(packages)
    if shutil.which("apt-get") is None:
        raise NotInstalled(f"there is no apt-get here to install {wanted} with")
    if os.geteuid() != 0:
        raise NotInstalled(f"as root: apt-get install {wanted}")
    _refresh_package_lists()
    _run("install", "--no-install-recommends", *packages)


@cache
def _refresh_package_lists() -> None:
    _run("update")


def _run(*arguments: str) -> None:
    done = subprocess.run(
        [*APT, *arguments],
        env=os.environ | ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise NotInstalled(f"apt-get {arguments[0]} failed: {last_line(done.stdout + done.stderr)}")


def last_line(text: str) -> str:
    """What a program said last, which is mostly why it failed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
