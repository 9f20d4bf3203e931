"""The processes of an installation, each by the one command that containers, `make run` and the tests use alike."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMANDS: dict[str, str] = {
    "web": "scripts/web",
    "worker": "scripts/worker",
    "indexer": "scripts/indexer",
    "beat": "scripts/beat",
}
