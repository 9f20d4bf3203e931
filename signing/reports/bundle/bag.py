"""A bag (BagIt, RFC 8493) written straight into a ZIP: payload first, each file hashed as it goes in, manifests last.

The `bagit` library makes bags of folders, by changing the whole process's working folder; here nothing is laid on the disk twice, and a
worker goes on with other things meanwhile. The library judges the bags in the tests.

The same contents and moment give the same bytes: names in the order in which they are put, one date for all, no compression of what
is compressed, and nothing of the machine.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from urllib.parse import quote

CHUNK = 1 << 20
BAGIT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAGS = "manifest-{}.txt", "tagmanifest-{}.txt"
ALGORITHMS = ("sha256", "sha512")
COMPRESSED = (".pdf", ".zip", ".docx", ".xlsx", ".pptx", ".odt", ".jpg", ".jpeg", ".png")


@dataclass(frozen=True)
class Put:
    """A file of the bag: its path in it, its size in bytes and its digests."""

    path: str
    size: int
    sha256: str
    sha512: str


class Bag:
    """Puts files under `folder` of an open ZIP."""

    def __init__(self, archive: zipfile.ZipFile, folder: str, moment: datetime) -> None:
        self.archive, self.folder = archive, folder
        self.date = moment.timetuple()[:6]
        self.payload: dict[str, Put] = {}

    def add(self, path: str, source: bytes | IO[bytes]) -> Put:
        """Put a payload file; what has this path already stays as it is (the same evidence of two documents)."""
        if not path.startswith("data/"):
            raise ValueError(f"{path} is not in the payload")
        if path not in self.payload:
            self.payload[path] = self._write(path, source)
        return self.payload[path]

    def tags(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """The tag files in their order: those given, then the manifests of the payload and of the tags; nothing is written yet."""
        info = "".join(
            f"{name}: {value}\n"
            for name, value in (
                ("Bagging-Date", f"{self.date[0]:04}-{self.date[1]:02}-{self.date[2]:02}"),
                ("Payload-Oxum", f"{sum(one.size for one in self.payload.values())}.{len(self.payload)}"),
            )
        )
        found: dict[str, bytes] = {"bagit.txt": BAGIT.encode(), "bag-info.txt": info.encode(), **files}
        for algorithm in ALGORITHMS:
            lines = (f"{getattr(one, algorithm)}  {_written(one.path)}\n" for one in self._payload())
            found[MANIFEST.format(algorithm)] = "".join(lines).encode()
        listed = dict(found)
        for algorithm in ALGORITHMS:
            lines = (
                f"{hashlib.new(algorithm, data).hexdigest()}  {_written(path)}\n"
                for path, data in sorted(listed.items())
            )
            found[TAGS.format(algorithm)] = "".join(lines).encode()
        return found

    def close(self, tags: Mapping[str, bytes]) -> None:
        """Write the tag files."""
        for path, data in tags.items():
            self._write(path, data)

    def _payload(self) -> Iterator[Put]:
        return iter(sorted(self.payload.values(), key=lambda one: one.path))

    def _write(self, path: str, source: bytes | IO[bytes]) -> Put:
        about = zipfile.ZipInfo(f"{self.folder}/{path}", date_time=self.date)
        about.create_system = 3
        about.external_attr = 0o644 << 16
        packed = path.lower().endswith(COMPRESSED)
        about.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        sha256, sha512, size = hashlib.sha256(), hashlib.sha512(), 0
        with self.archive.open(about, "w", force_zip64=True) as target:
            for part in _parts(source):
                sha256.update(part)
                sha512.update(part)
                size += len(part)
                target.write(part)
        return Put(path, size, sha256.hexdigest(), sha512.hexdigest())


def _parts(source: bytes | IO[bytes]) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    while part := source.read(CHUNK):
        yield part


def _written(path: str) -> str:
    """A path as a manifest writes it: line breaks and the percent sign escaped (RFC 8493, 2.1.3)."""
    return quote(path, safe="".join(chr(code) for code in range(32, 127) if chr(code) != "%")) if _odd(path) else path


def _odd(path: str) -> bool:
    return any(sign in path for sign in "%\r\n")
