"""An office package as its signatures see it: parts, their content types, their relationships (ECMA-376 part 2)."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import unquote

from signing.formats.limits import (
    PACKAGE_BYTES,
    PACKAGE_PARTS,
    PACKAGE_RATIO,
    PACKAGE_SMALL,
    NotReadable,
)
from signing.formats.xml_tree import Element, local, parse

TYPES = "/[Content_Types].xml"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
SIGNATURE_RELATIONS = f"{RELATIONSHIPS}/digital-signature/"
ORIGIN = f"{SIGNATURE_RELATIONS}origin"
SIGNATURE_PART = f"{SIGNATURE_RELATIONS}signature"
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError)


@dataclass(frozen=True)
class Relationship:
    """From a part (or the package itself, "/") to another, or out of the package."""

    source: str
    key: str
    type: str
    target: str
    outside: bool


class Package:
    """Names of parts begin with "/", unescaped. Two that differ in case only are one part (clause 6.2.2.3): refused."""

    def __init__(self, file: BinaryIO) -> None:
        """Raises NotReadable: no ZIP, damaged, too large, or with the same part twice."""
        self._read: dict[str, bytes] = {}
        self._left = PACKAGE_BYTES
        try:
            self._zip = zipfile.ZipFile(file)
            members = self._zip.infolist()
        except DAMAGED as error:
            raise NotReadable("package_damaged", str(error)) from None
        if len(members) > PACKAGE_PARTS or sum(member.file_size for member in members) > PACKAGE_BYTES:
            raise NotReadable("package_too_large")
        self._members: dict[str, zipfile.ZipInfo] = {}
        self.names: dict[str, str] = {}
        for member in members:
            if member.is_dir():
                continue
            if member.flag_bits & 1:
                raise NotReadable("package_encrypted")
            name = "/" + unquote(member.filename).lstrip("/")
            if name.casefold() in self._members:
                raise NotReadable("package_twice", name)
            self._members[name.casefold()] = member
            self.names[name.casefold()] = name
        self._types()

    def part(self, name: str) -> bytes | None:
        """A part's bytes; None where there is no such part. Raises NotReadable."""
        key = name.casefold()
        member = self._members.get(key)
        if member is None:
            return None
        if key not in self._read:
            self._read[key] = self._unpacked(member)
        return self._read[key]

    def has(self, name: str) -> bool:
        return name.casefold() in self._members

    def content_type(self, name: str) -> str:
        """By the part's own entry, else by its ending (clause 7.2.3); "" where there is none."""
        key = name.casefold()
        ending = posixpath.basename(key).rpartition(".")[2]
        return self._overrides.get(key) or self._defaults.get(ending) or ""

    def relationships(self, source: str) -> list[Relationship]:
        """Those of a part, or of the package ("/"). Raises NotReadable."""
        data = self.part(relations_of(source))
        if data is None:
            return []
        return list(self._relationships(source, parse(data).root))

    def _relationships(self, source: str, root: Element) -> Iterator[Relationship]:
        for element in root.iterchildren("*"):
            if local(element) != "Relationship":
                continue
            outside = element.get("TargetMode") == "External"
            target = element.get("Target") or ""
            yield Relationship(
                source,
                element.get("Id") or "",
                element.get("Type") or "",
                target if outside else resolved(source, target),
                outside,
            )

    def _types(self) -> None:
        self._overrides: dict[str, str] = {}
        self._defaults: dict[str, str] = {}
        data = self.part(TYPES)
        if data is None:
            raise NotReadable("package_damaged", "no [Content_Types].xml")
        for element in parse(data).root.iterchildren("*"):
            kind = element.get("ContentType") or ""
            if local(element) == "Override":
                self._overrides[unquote(element.get("PartName") or "").casefold()] = kind
            elif local(element) == "Default":
                self._defaults[(element.get("Extension") or "").casefold()] = kind

    def _unpacked(self, member: zipfile.ZipInfo) -> bytes:
        """Counted while it is read: what the directory says may be untrue."""
        parts, size = [], 0
        try:
            with self._zip.open(member) as stream:
                while chunk := stream.read(1 << 20):
                    size += len(chunk)
                    if size > self._left or (
                        size > PACKAGE_SMALL and size > PACKAGE_RATIO * max(1, member.compress_size)
                    ):
                        raise NotReadable("package_too_large")
                    parts.append(chunk)
        except (*DAMAGED, RuntimeError) as error:
            raise NotReadable("package_damaged", f"{member.filename}: {error}") from None
        self._left -= size
        return b"".join(parts)


def relations_of(source: str) -> str:
    """The part that holds a part's relationships (clause 6.5.2.2)."""
    if source == "/":
        return "/_rels/.rels"
    folder, name = posixpath.split(source)
    return f"{folder.rstrip('/')}/_rels/{name}.rels"


def source_of(relations: str) -> str | None:
    """The part whose relationships this part holds, "/" for the package; None where it holds none."""
    folder, name = posixpath.split(relations)
    if posixpath.basename(folder) != "_rels" or not name.endswith(".rels"):
        return None
    if name == ".rels":
        return "/"
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def resolved(source: str, target: str) -> str:
    """The part that a relationship leads to, by the rules of relative references."""
    base = "/" if source == "/" else posixpath.dirname(source)
    return posixpath.normpath(posixpath.join(base, unquote(target.partition("#")[0])))
