"""Read an object back from the store: what it holds by its inventory, its rows, its events. What it says is checked, not believed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from archive import disk, layout
from archive.build import content_digest
from archive.rows import Row, canonical

MAX_JSON = 512 * 1024 * 1024


class Unreadable(ValueError):
    """The folder is no object of ours, or what it holds contradicts itself."""


@dataclass(frozen=True)
class SealedObjectOnDisk:
    """An object as its inventory and its seal describe it; `paths` maps logical to content paths; sizes are in bytes."""

    folder: Path
    object_id: str
    inventory_sha512: str
    paths: dict[str, str]
    listed: dict[str, dict[str, Any]]
    event: Row
    content_sha256: str

    @property
    def as_of(self) -> datetime:
        return datetime.fromisoformat(self.event["fields"]["at"])

    @property
    def dossier_id(self) -> UUID:
        return UUID(self.event["fields"]["object_id"])

    @property
    def files(self) -> int:
        return len(self.paths)

    @property
    def size(self) -> int:
        return sum(item["size"] for item in self.listed.values()) + self.path(layout.SEAL).stat().st_size

    def path(self, logical: str) -> Path:
        """The file on disk. Raises Unreadable where the object has none of that name."""
        try:
            return self.folder / self.paths[logical]
        except KeyError as error:
            raise Unreadable(f"{self.folder.name}: there is no {logical}") from error

    def content(self, logical: str) -> bytes:
        """The file's bytes, held against the seal's own list. Raises Unreadable."""
        path = self.path(logical)
        if path.stat().st_size > MAX_JSON:
            raise Unreadable(f"{self.folder.name}: {logical} is too large to be what it says")
        found = path.read_bytes()
        if logical != layout.SEAL and disk.digest_of(found) != self.listed[logical]["sha256"]:
            raise Unreadable(f"{self.folder.name}: {logical} is not what was sealed")
        return found

    def json(self, logical: str) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.content(logical))
        if value.get("format", layout.FORMAT) != layout.FORMAT:
            raise Unreadable(f"{self.folder.name}: {logical} is in an unknown format")
        return value

    def documents(self) -> Iterator[UUID]:
        """Identities of the documents, in the order of their numbers."""
        for place in self.json(layout.DOSSIER)["placements"]:
            yield UUID(place["fields"]["document_id"])

    def document(self, document_id: UUID) -> dict[str, Any]:
        return self.json(layout.document_json(document_id))

    def events(self) -> Iterator[Row]:
        """Every event but that of the sealing, oldest first; one line at a time."""
        with self.path(layout.EVENTS).open("rb") as lines:
            for line in lines:
                yield json.loads(line)


def open_object(folder: Path) -> SealedObjectOnDisk:
    """Open the object in this folder. Raises Unreadable, OSError. Digests of the bytes are not read here."""
    raw = (folder / "inventory.json").read_bytes()
    digest = disk.sha512_of(raw)
    try:
        inventory = json.loads(raw)
        state = inventory["versions"][inventory["head"]]["state"]
        manifest = inventory["manifest"]
        paths = {name: _path_of(name, manifest[sha512]) for sha512, names in state.items() for name in names}
        seal = json.loads((folder / paths[layout.SEAL]).read_bytes())
        listed = {item["path"]: item for item in seal["content"]}
        content_sha256 = content_digest(seal["content"])
        event = seal["event"]
        said = json.loads(event["fields"]["body"])
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"{folder.name}: {error}") from error
    if seal.get("format") != layout.FORMAT:
        raise Unreadable(f"{folder.name}: an unknown format")
    if set(listed) != set(paths) - {layout.SEAL}:
        raise Unreadable(f"{folder.name}: the seal lists other files than the inventory")
    if (said["details"]["content_sha256"], said["details"]["object"]) != (content_sha256, inventory["id"]):
        raise Unreadable(f"{folder.name}: the event of sealing speaks of something else")
    if disk.digest_of(event["fields"]["body"].encode()) != event["fields"]["sha256"]:
        raise Unreadable(f"{folder.name}: the event of sealing does not have its hash")
    return SealedObjectOnDisk(
        folder=folder,
        object_id=inventory["id"],
        inventory_sha512=digest,
        paths=paths,
        listed=listed,
        event=event,
        content_sha256=content_sha256,
    )


def row_digest(row: Row, *, leave_out: tuple[str, ...] = ()) -> str:
    """One digest for a row, so that rows of a large dossier can be compared without holding them."""
    fields = {name: value for name, value in row["fields"].items() if name not in leave_out}
    return disk.digest_of(canonical({**row, "fields": fields}))


def _path_of(logical: str, paths: list[str]) -> str:
    """The same bytes may lie in several places: the one of this name is taken, else the first."""
    for path in paths:
        if path.partition("/content/")[2] == logical:
            return path
    return paths[0]
