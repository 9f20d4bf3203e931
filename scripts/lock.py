"""Writes the lock files: `requirements.lock` for a machine, `requirements-image.lock` for the container image.

The second pins a part of the first, so that what runs in the image is what was tested. No index address is written.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = ("uv", "pip", "compile", "--quiet", "--python-version", "3.11", "--no-header", "--generate-hashes")


def main() -> int:
    bin_folder = Path(sys.executable).parent
    command = [str(bin_folder / COMPILE[0]), *COMPILE[1:], *sys.argv[1:]]
    for source, lock, constraints in (
        ("requirements-dev.in", "requirements.lock", []),
        ("requirements.in", "requirements-image.lock", ["--constraint", "requirements.lock"]),
    ):
        done = subprocess.run([*command, source, *constraints, "--output-file", lock], cwd=ROOT, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
