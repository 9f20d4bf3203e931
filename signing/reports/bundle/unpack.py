"""Open a bundle that may be hostile, and hold its manifests against its files. Runs in a worker process.

Every name is judged before a byte is written, and no more is written than the limits allow, whatever the ZIP's directory claims.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

# Files, bytes of all files, bytes of one file, and how much a compressed file may grow.
MOST_FILES, MOST_BYTES, LARGEST, MOST_GROWTH = 200_000, 64 * 2**30, 4 * 2**30, 200
GROWTH_FROM = 1 << 20
LONGEST_PATH = 400
CHUNK = 1 << 20
LINE = re.compile(r"([0-9a-f]{64}|[0-9a-f]{128}) [ *](.+)")
LENGTHS = {"sha256": 64, "sha512": 128}


class NotABundle(ValueError):
    """The ZIP is not a bundle, or one that is made to harm; the text says which rule it breaks."""


def unpack(path: str, target: str, most_bytes: int = MOST_BYTES) -> dict[str, Any]:
    """Unpack under `target` (an empty folder), and check the digests. Raises NotABundle, zipfile.BadZipFile.

    Returns `folder` (the bag's own, below target), `problems` (file, what is wrong with it), `files` (how many) and `list` (bundle.json).
    """
    with zipfile.ZipFile(path) as archive:
        members = _members(archive, most_bytes)
        folder = _folder(members)
        written = 0
        for info in members:
            written += _extract(archive, info, Path(target), most_bytes - written)
    root = Path(target) / folder
    problems = check(root)
    return {"folder": folder, "problems": problems, "files": len(members)}


def _members(archive: zipfile.ZipFile, most_bytes: int) -> list[zipfile.ZipInfo]:
    """The files of the ZIP. Folders are made as they are needed."""
    found = [info for info in archive.infolist() if not info.is_dir()]
    if len(found) > MOST_FILES:
        raise NotABundle(f"more than {MOST_FILES} files")
    if sum(info.file_size for info in found) > most_bytes:
        raise NotABundle(f"more than {most_bytes} bytes")
    seen: set[str] = set()
    for info in found:
        name = info.filename
        parts = PurePosixPath(name).parts
        absolute = name.startswith("/") or re.match(r"[A-Za-z]:", name)
        if absolute or "\\" in name or "\0" in name or ".." in parts or len(name) > LONGEST_PATH:
            raise NotABundle(f"a path that leads out of the folder: {name[:80]!r}")
        # On some systems two names that differ by capitals are one file.
        if name.casefold() in seen:
            raise NotABundle(f"a name that stands twice: {name[:80]!r}")
        seen.add(name.casefold())
        if (info.external_attr >> 16) & 0o170000 not in (0, 0o100000):
            raise NotABundle(f"neither a file nor a folder: {name[:80]!r}")
        if info.flag_bits & 1:
            raise NotABundle(f"locked with a password: {name[:80]!r}")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotABundle(f"packed in a way that bundles do not use: {name[:80]!r}")
        if info.file_size > LARGEST:
            raise NotABundle(f"larger than {LARGEST} bytes: {name[:80]!r}")
        if info.file_size > GROWTH_FROM and info.file_size > MOST_GROWTH * max(info.compress_size, 1):
            raise NotABundle(f"grows more than {MOST_GROWTH} times: {name[:80]!r}")
    return found


def _folder(members: list[zipfile.ZipInfo]) -> str:
    folders = {PurePosixPath(info.filename).parts[0] for info in members if "/" in info.filename}
    if len(folders) != 1 or any("/" not in info.filename for info in members):
        raise NotABundle("not one folder with everything in it")
    return folders.pop()


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Write one file; returns its size in bytes. What it says of its size is not believed."""
    place = target.joinpath(*PurePosixPath(info.filename).parts)
    place.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with archive.open(info) as source, place.open("xb") as file:
        while part := source.read(CHUNK):
            size += len(part)
            if size > min(left, LARGEST, info.file_size):
                raise NotABundle(f"larger than it says: {info.filename[:80]!r}")
            file.write(part)
    return size


def check(root: Path) -> list[dict[str, str]]:
    """Hold every manifest against the files (RFC 8493, 3): each listed file is there and right, each payload file is listed."""
    problems: list[dict[str, str]] = []
    if not (root / "bagit.txt").is_file():
        raise NotABundle("no bagit.txt")
    there = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    payload = {path for path in there if path.startswith("data/")}
    needed = {"bagit.txt", "bag-info.txt", "bundle.json"}
    for algorithm, length in LENGTHS.items():
        for name, kind in ((f"manifest-{algorithm}.txt", payload), (f"tagmanifest-{algorithm}.txt", needed)):
            file = root / name
            if not file.is_file():
                raise NotABundle(f"no {name}")
            listed = _listed(file, length)
            problems += [{"file": one, "problem": "not-listed"} for one in sorted(kind - set(listed))]
            for path, digest in listed.items():
                if path not in there:
                    problems.append({"file": path, "problem": "missing"})
                elif _digest(root / path, algorithm) != digest:
                    problems.append({"file": path, "problem": "changed"})
        tags = _listed(root / f"tagmanifest-{algorithm}.txt", length)
        needed |= {f"manifest-{name}.txt" for name in LENGTHS}
        problems += [
            {"file": one, "problem": "not-listed"} for one in sorted(needed - set(tags)) if one.startswith("manifest")
        ]
    unique = {(one["file"], one["problem"]): one for one in problems}
    return list(unique.values())


def _listed(file: Path, length: int) -> dict[str, str]:
    """Path to digest. Raises NotABundle for a line that is none, a path that leads out, or one that stands twice."""
    found: dict[str, str] = {}
    for line in file.read_text(encoding="utf-8").split("\n"):
        if not line:
            continue
        match = LINE.fullmatch(line)
        if match is None or len(match[1]) != length:
            raise NotABundle(f"a line of {file.name} that is none: {line[:80]!r}")
        path = unquote(match[2]) if "%" in match[2] else match[2]
        if path.startswith("/") or ".." in PurePosixPath(path).parts or path in found:
            raise NotABundle(f"a path of {file.name} that cannot be: {path[:80]!r}")
        found[path] = match[1]
    return found


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()  # type: ignore[arg-type]
