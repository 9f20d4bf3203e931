"""Hold one object of the store against what was sealed. What is wrong comes back as typed problems, never as one word."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from archive import disk, store
from archive.models import EvidenceObject, Fixity, SealedObject


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it was sealed; `path` is relative to the object's folder."""

    path: str
    kind: ClassVar[str] = ""
    outcome: ClassVar[Fixity] = Fixity.CHANGED

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True)
class ChecksumMismatch(Problem):
    """The bytes are others than those sealed: SHA-512, in hex."""

    expected: str
    found: str
    kind: ClassVar[str] = "checksum-mismatch"


@dataclass(frozen=True)
class FileMissing(Problem):
    kind: ClassVar[str] = "file-missing"
    outcome: ClassVar[Fixity] = Fixity.MISSING


@dataclass(frozen=True)
class UnexpectedFile(Problem):
    """Something stands in the object that was not sealed with it."""

    kind: ClassVar[str] = "unexpected-file"


@dataclass(frozen=True)
class Unreadable(Problem):
    """Whether the bytes are right could not be told."""

    reason: str
    kind: ClassVar[str] = "unreadable"
    outcome: ClassVar[Fixity] = Fixity.UNREADABLE


@dataclass(frozen=True)
class Report:
    """`files` and `bytes` are what was read."""

    files: int
    bytes: int
    problems: tuple[Problem, ...]

    @property
    def outcome(self) -> Fixity:
        """The gravest: missing, then changed; unreadable only where nothing is known to be wrong."""
        found = {problem.outcome for problem in self.problems}
        return next((o for o in (Fixity.MISSING, Fixity.CHANGED, Fixity.UNREADABLE) if o in found), Fixity.OK)


def check_object(sealed: SealedObject | EvidenceObject) -> Report:
    """Read every byte of the object. The database knows the inventory's digest, so a rewritten inventory is found as well."""
    folder = store.folder_of(sealed.path)
    if not folder.is_dir():
        return Report(0, 0, (FileMissing("."),))
    expected = _own_files(sealed)
    problems: list[Problem] = []
    inventory = _inventory(folder, sealed, problems)
    for sha512, paths in inventory.get("manifest", {}).items():
        expected.update(dict.fromkeys(paths, sha512))
    files = size = 0
    for path, sha512 in expected.items():
        read, problem = _check_file(folder, path, sha512)
        files, size = files + 1, size + read
        if problem is not None:
            problems.append(problem)
    if inventory:
        problems += [UnexpectedFile(path) for path in _files_below(folder) if path not in expected]
    return Report(files, size, tuple(problems))


def _own_files(sealed: SealedObject | EvidenceObject) -> dict[str, str]:
    """OCFL's own files: what they must hold follows from the inventory's digest, which the database keeps."""
    sidecar = disk.sha512_of(f"{sealed.inventory_sha512} inventory.json\n".encode())
    declaration = f"ocfl_object_{store.SPEC}"
    found = {f"0={declaration}": disk.sha512_of(f"{declaration}\n".encode())}
    for place in ("", "v1/"):
        found[f"{place}inventory.json"] = sealed.inventory_sha512
        found[f"{place}inventory.json.sha512"] = sidecar
    return found


def _inventory(folder: Path, sealed: SealedObject | EvidenceObject, problems: list[Problem]) -> dict[str, Any]:
    """The inventory, from whichever of its two copies is still right; {} where neither is. The copies are judged as files."""
    for name in ("inventory.json", "v1/inventory.json"):
        try:
            raw = (folder / name).read_bytes()
        except OSError:
            continue
        if disk.sha512_of(raw) == sealed.inventory_sha512:
            found: dict[str, Any] = json.loads(raw)
            return found
    return {}


def _check_file(folder: Path, path: str, sha512: str) -> tuple[int, Problem | None]:
    place = folder / path
    try:
        if place.is_symlink():
            return 0, UnexpectedFile(path)
        read = disk.measure(place)
    except (FileNotFoundError, NotADirectoryError):
        return 0, FileMissing(path)
    except OSError as error:
        return 0, Unreadable(path, error.strerror or type(error).__name__)
    return read.size, None if read.sha512 == sha512 else ChecksumMismatch(path, sha512, read.sha512)


def _files_below(folder: Path) -> Iterator[str]:
    for inner, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(inner) / name).is_symlink()]
        for name in sorted(names + links):
            yield str((Path(inner) / name).relative_to(folder))
