"""Kombu's transport over a folder, made safe against being read in mid-write.

Kombu opens a message under its final name and locks it afterwards: a worker that looks in between reads nothing, cannot parse it, and ends.
The same holds for the table of bindings. Here both are written as drafts and renamed, and a message that cannot be read (its writer was
killed by an earlier version) is passed over: a message only wakes a worker, the row is the truth (design, rule 6).
"""

from __future__ import annotations

import fcntl
import logging
import uuid
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

log = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        _write(Path(self.data_folder_out) / name, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message of the queue. Taking it is a rename, which only one worker can do; raises Empty where there is none."""
        ending = f"{queue}.msg"
        for path in sorted(Path(self.data_folder_in).iterdir()):
            if path.name.partition(".")[2] != ending:
                continue
            try:
                taken = path.rename(Path(self.processed_folder) / path.name)
            except FileNotFoundError:
                continue
            try:
                return loads(taken.read_text(encoding="utf-8"))
            except ValueError:
                log.warning("a message that cannot be read was passed over: %s", path.name)
            finally:
                taken.unlink()
        raise Empty

    def get_table(self, exchange: str) -> list[Any]:
        try:
            text = self._exchange_file(exchange).read_text(encoding="utf-8")
            return [filesystem.exchange_queue_t(*row) for row in loads(text)]
        except (FileNotFoundError, ValueError):
            return []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        path = self._exchange_file(exchange)
        path.parent.mkdir(parents=True, exist_ok=True)
        with (path.parent / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            rows = self.get_table(exchange)
            if row not in rows:
                _write(path, dumps([row, *rows]))


class Transport(filesystem.Transport):
    Channel = Channel


def _write(path: Path, text: str) -> None:
    """Whole or not at all. The draft's name ends like no queue's."""
    draft = path.with_name(f".{uuid.uuid4()}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.rename(path)
