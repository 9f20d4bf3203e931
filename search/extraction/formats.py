"""Which files text is read from, by media type and, where that is wrong, by their first bytes."""

import zipfile
import zlib
from pathlib import Path

from search.extraction.errors import Damaged, Encrypted, UnsupportedFormat

# Media type to the name ending that Tika knows the format by.
FORMATS = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-word.document.macroenabled.12": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-excel.sheet.macroenabled.12": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/rtf": "rtf",
    "text/rtf": "rtf",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "message/rfc822": "eml",
    "text/plain": "txt",
    "text/csv": "txt",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/tiff": "tiff",
    "image/bmp": "bmp",
    "image/x-ms-bmp": "bmp",
    "image/gif": "gif",
    "image/webp": "webp",
}
PACKED = frozenset({"docx", "xlsx", "pptx", "odt", "ods", "odp"})
OLE = frozenset({"doc", "xls", "ppt"})
IMAGES = frozenset({"png", "jpg", "tiff", "bmp", "gif", "webp"})
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IMAGE_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
    b"II*\x00": "tiff",
    b"MM\x00*": "tiff",
    b"II+\x00": "tiff",
    b"MM\x00+": "tiff",
    b"BM": "bmp",
    b"GIF8": "gif",
}
_ODF = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}
_OOXML = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}


def format_of(media_type: str) -> str:
    """The format's name; raises UnsupportedFormat. Parameters (`; charset=…`) and case do not matter."""
    name = FORMATS.get(media_type.partition(";")[0].strip().lower())
    if name is None:
        raise UnsupportedFormat(media_type)
    return name


def true_format(path: Path, claimed: str) -> str:
    """What the bytes are, where they speak for themselves; else what was claimed.

    Raises Damaged when the bytes are nothing that the claim allows, Encrypted for an office file in an encrypted shell,
    UnsupportedFormat for an archive that is no document.
    """
    with path.open("rb") as stream:
        head = stream.read(1024)
    found = _by_magic(path, head)
    if found == "ole":
        if claimed in PACKED:
            if _contains(path, "EncryptedPackage".encode("utf-16-le")):
                raise Encrypted("OLE shell with EncryptedPackage")
            return "doc"
        return claimed if claimed in OLE else "doc"
    if found:
        return found
    if claimed in {"html", "eml", "txt"}:
        return claimed
    if claimed in OLE and head.lstrip(b"\xef\xbb\xbf\r\n\t ")[:1] == b"<":
        return "html"  # older programs save web pages under these names
    raise Damaged(f"not a {claimed} file by its first bytes")


def _by_magic(path: Path, head: bytes) -> str | None:
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(_OLE_MAGIC):
        return "ole"
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"PK\x03\x04"):
        return _packed_format(path)
    return next((name for magic, name in _IMAGE_MAGIC.items() if head.startswith(magic)), None)


def _packed_format(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
            if "mimetype" in names:
                with package.open("mimetype") as stream:
                    kind = stream.read(200).decode("ascii", "replace").rpartition("opendocument.")[2]
                if kind in _ODF:
                    return _ODF[kind]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError, zlib.error) as error:
        raise Damaged(f"zip: {error}") from error
    for folder, name in _OOXML.items():
        if any(entry.startswith(folder) for entry in names):
            return name
    raise UnsupportedFormat("an archive that is no office document")


def _contains(path: Path, needle: bytes) -> bool:
    before = b""
    with path.open("rb") as stream:
        while part := stream.read(1 << 20):
            if needle in before + part:
                return True
            before = part[-len(needle) :]
    return False
