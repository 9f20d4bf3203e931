"""What drills and benchmarks found, as JSON lines in a file: a run that was stopped goes on from there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from repository.clock import now


class Results:
    """One line a finding: `{"part": …, "at": …, …}`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, part: str, **figures: Any) -> dict[str, Any]:
        row = {"part": part, "at": now().isoformat(timespec="seconds"), **figures}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
        return row

    def of(self, part: str, **having: Any) -> list[dict[str, Any]]:
        """The rows of a part with these figures, in the order they were written. A line cut off by a crash is passed over."""
        if not self.path.exists():
            return []
        rows = []
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if row.get("part") == part and all(row.get(name) == value for name, value in having.items()):
                rows.append(row)
        return rows
