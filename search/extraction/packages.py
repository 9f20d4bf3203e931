"""Zip packages (docx, xlsx, pptx, odt …): how much they unpack to, judged before a parser unpacks them.

The directory of a zip may lie about sizes. So every entry is really unpacked once, up to what the directory says, and
held against its checksum; packages inside go through the same.
"""

import os
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import IO

from search.extraction.errors import Damaged, Encrypted, TooLarge
from search.extraction.results import Limits

MEGABYTE = 1024 * 1024
_RATIO_MATTERS_ABOVE = 50 * MEGABYTE
_ENCRYPTED_BIT = 0x1
_PIECE = 256 * 1024  # bytes


def check_package(path: Path, limits: Limits) -> None:
    """Raises TooLarge, Encrypted or Damaged; returns when the package may be given to a parser."""
    with path.open("rb") as stream:
        _unpacked_size(stream, limits, limits.unpacked_mb * MEGABYTE, depth=1)


def _unpacked_size(stream: IO[bytes], limits: Limits, budget: int, depth: int) -> int:
    if depth > limits.packed_depth:
        raise TooLarge(f"packages in packages, more than {limits.packed_depth} deep")
    try:
        with zipfile.ZipFile(stream) as package:
            entries = package.infolist()
            if len(entries) > limits.packed_entries:
                raise TooLarge(f"{len(entries)} entries")
            if any(entry.flag_bits & _ENCRYPTED_BIT for entry in entries) or _is_encrypted_odf(package):
                raise Encrypted("encrypted entries")
            total = sum(entry.file_size for entry in entries)
            packed = stream.seek(0, os.SEEK_END)
            if total > budget or (total > _RATIO_MATTERS_ABOVE and total > limits.packed_ratio * packed):
                raise TooLarge(f"{packed} bytes unpack to {total}")
            for entry in entries:
                total += _nested_size(package, entry, limits, budget - total, depth)
                if total > budget:
                    raise TooLarge(f"unpacks to more than {budget} bytes")
            return total
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError, zlib.error) as error:
        raise Damaged(f"zip: {error}") from error


def _nested_size(package: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits, budget: int, depth: int) -> int:
    """What a package inside this entry unpacks to; 0 for a plain entry. Reading to the end checks size and checksum."""
    with package.open(entry) as packed:
        head = packed.read(_PIECE)
        if not head.startswith(b"PK\x03\x04"):
            while packed.read(_PIECE):
                pass
            return 0
        with tempfile.TemporaryFile() as unpacked:
            unpacked.write(head)
            while part := packed.read(_PIECE):
                unpacked.write(part)
            try:
                return _unpacked_size(unpacked, limits, budget, depth + 1)
            except Damaged:
                return 0  # only looks like a package: the parser will take it as bytes


def _is_encrypted_odf(package: zipfile.ZipFile) -> bool:
    try:
        with package.open("META-INF/manifest.xml") as stream:
            return b"encryption-data" in stream.read(MEGABYTE)
    except KeyError:
        return False
