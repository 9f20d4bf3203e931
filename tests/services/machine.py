"""What the servers need of the machine: packages, artifacts, ports, and a user who is not root."""

import hashlib
import os
import shutil
import socket
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from scripts import debian

#: Debian has this user everywhere; it owns nothing but what a run lends it in a temporary folder.
UNPRIVILEGED = "nobody"


class Unavailable(Exception):
    """This machine cannot have the server; the message says why in one line."""


def is_root() -> bool:
    return os.geteuid() == 0


def free_port() -> int:
    """Returns a TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def install_packages(*names: str) -> None:
    """Installs Debian packages. Raises Unavailable where that cannot be done."""
    try:
        debian.install(*names)
    except debian.NotInstalled as reason:
        raise Unavailable(f"not installed; {reason}") from reason


def fetch_artifact(coordinates: str, sha256: str, folder: Path) -> Path:
    """Returns the file of a Maven artifact (`group:artifact:version[:packaging]`), fetched by Maven unless it is there.

    Raises Unavailable when Maven cannot be had, does not find it, or brings other bytes than `sha256` says.
    """
    _, artifact, version, *packaging = coordinates.split(":")
    file = folder / f"{artifact}-{version}.{packaging[0] if packaging else 'jar'}"
    if not file.exists():
        java_home()
        if shutil.which("mvn") is None:
            install_packages("maven")
        folder.mkdir(parents=True, exist_ok=True)
        copy = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={coordinates}", f"-DoutputDirectory={folder}"]
        done = subprocess.run(copy, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unavailable(f"Maven could not fetch {coordinates}: {debian.last_line(done.stdout + done.stderr)}")
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256:
        file.unlink()
        raise Unavailable(f"{coordinates} came with SHA-256 {found}, expected {sha256}")
    return file


@cache
def java_home() -> Path:
    """Returns the home of a Java 17 or newer, installed if need be. Raises Unavailable."""
    found = _find_java()
    if found is None:
        install_packages("openjdk-17-jre-headless")
        found = _find_java()
    if found is None:
        raise Unavailable("no Java 17 or newer was found")
    return found


def _find_java() -> Path | None:
    on_path = shutil.which("java")
    candidates = [*sorted(Path("/usr/lib/jvm").glob("java-17-openjdk-*"))]
    if on_path:
        candidates.append(Path(on_path).resolve().parents[1])
    if os.environ.get("JAVA_HOME"):
        candidates.append(Path(os.environ["JAVA_HOME"]))
    return next((home for home in candidates if _java_version(home) >= 17), None)


def _java_version(home: Path) -> int:
    if not (home / "bin" / "java").exists():
        return 0
    release = home / "release"
    lines = release.read_text().splitlines() if release.exists() else []
    version = next((line.split('"')[1] for line in lines if line.startswith("JAVA_VERSION=")), "0")
    return int(version.split(".")[0])


def unprivileged(command: Sequence[str | Path], *, dies_with_parent: bool) -> list[str]:
    """Returns the command line that runs `command` as a user who is not root.

    `dies_with_parent` has the kernel kill it when the thread that started it is gone.
    """
    switch = ["setpriv"]
    if is_root():
        switch += [f"--reuid={UNPRIVILEGED}", "--regid=nogroup", "--clear-groups", "--no-new-privs"]
    if dies_with_parent:
        switch += ["--pdeathsig", "KILL"]
    return [*(switch if len(switch) > 1 else []), *map(str, command)]


def lend(folder: Path) -> None:
    """Gives a folder and all in it to the unprivileged user, where there is one to give it to."""
    if is_root():
        subprocess.run(["chown", "-R", f"{UNPRIVILEGED}:nogroup", str(folder)], check=True)
