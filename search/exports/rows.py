"""The rows of an export as they are hashed: one line a row, in a file of its own, from which every format is written.

A line is the canonical JSON (RFC 8785) of an array of texts, the row's number first, and ends with a line feed; the hash of an export is
the SHA-256 over all its lines in UTF-8. The identities of the documents lie beside, 16 bytes each: they say who may fetch the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import UUID

ROWS, IDS, PLACES = "rows.jsonl", "identities", "dossiers"
STEP = 500


def line_of(cells: Iterable[str]) -> bytes:
    """Canonical as it is: texts without control signs are escaped alike by RFC 8785 and by this."""
    return json.dumps(list(cells), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


@dataclass
class Digest:
    """Counts and hashes lines as they pass."""

    count: int = 0

    def __post_init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, line: bytes) -> None:
        self._hash.update(line)
        self.count += 1

    @property
    def hex(self) -> str:
        return self._hash.hexdigest()


def digest_of(rows: Iterable[Iterable[str]]) -> Digest:
    digest = Digest()
    for cells in rows:
        digest.add(line_of(cells))
    return digest


def lines(path: Path) -> Iterator[list[str]]:
    with path.open("rb") as stream:
        for line in stream:
            yield json.loads(line)


def identities(stream: IO[bytes]) -> Iterator[list[UUID]]:
    """The identities by stretches of STEP."""
    while block := stream.read(16 * STEP):
        yield [UUID(bytes=block[at : at + 16]) for at in range(0, len(block), 16)]
