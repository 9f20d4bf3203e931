"""What a file is: PRONOM by its signature (pygfried), MIME, and whether its ending says the same."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from repository.isolation import Isolated

# Containers are unpacked to be named, so this is a parser of hostile files like any other.
# One process serves all threads: a look takes a few milliseconds, its start half a second.
_sniffer = Isolated("repository.intake.formats:sniff", seconds=20, memory_mb=1024, workers=1)

# Formats that PRONOM names by several MIME types or by none.
_MIMES = {
    "fmt/412": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "fmt/214": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "fmt/215": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "fmt/950": "message/rfc822",
    "fmt/278": "message/rfc822",
}
_MORE_ENDINGS = {
    ".eml": "message/rfc822",
    ".docx": _MIMES["fmt/412"],
    ".xlsx": _MIMES["fmt/214"],
    ".pptx": _MIMES["fmt/215"],
    ".odt": "application/vnd.oasis.opendocument.text",
}


@dataclass(frozen=True)
class Format:
    mime: str
    pronom: str
    name: str
    warning: str


def identify(path: Path, name: str) -> Format:
    """Name the format. A file whose ending says another thing than its bytes gets a warning, and its bytes are believed."""
    best = _best(_sniffer.run(str(path)))
    pronom = best.get("id", "")
    pronom = "" if pronom == "UNKNOWN" else pronom
    ending = PurePosixPath(name).suffix.lower()
    by_ending = _MORE_ENDINGS.get(ending) or mimetypes.guess_type(f"x{ending}")[0] or ""
    mime = _MIMES.get(pronom) or (best.get("mime") or "").split(",")[0].strip()
    if not mime:
        # Plain text and HTML fragments have no signature: the ending is the only word on them, unless the bytes are binary.
        mime = by_ending if by_ending.startswith(("text/", "message/")) and _is_text(path) else ""
    if not mime:
        mime = "text/plain" if _is_text(path) else "application/octet-stream"
    warning = ""
    if by_ending and _family(by_ending) != _family(mime) and not by_ending.startswith("text/"):
        warning = _("The file's name ends in %(ending)s, but its content is %(format)s.") % {
            "ending": ending,
            "format": best.get("format") or mime,
        }
    return Format(mime=mime, pronom=pronom, name=best.get("format") or "", warning=warning)


def sniff(path: str) -> list[dict[str, Any]]:
    """What PRONOM's signatures match. Runs in the worker process."""
    import pygfried

    files = pygfried.identify(path, detailed=True).get("files", [])
    return [dict(match) for match in files[0]["matches"]] if files else []


def _best(matches: list[dict[str, Any]]) -> dict[str, Any]:
    named = [match for match in matches if match.get("id") not in (None, "", "UNKNOWN")]
    by_bytes = [
        match for match in named if "byte match" in match.get("basis", "") or "container" in match.get("basis", "")
    ]
    return next(iter(by_bytes or named or matches), {})


def _family(mime: str) -> str:
    """MIME types that mean one thing: XML and HTML in their spellings, Word's old container, e-mail."""
    if mime in {"text/xml", "application/xml", "application/xhtml+xml", "text/html"}:
        return "markup"
    if mime in {
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/x-ole-storage",
    }:
        return "office 97"
    return {
        "text/rtf": "application/rtf",
        "image/jpg": "image/jpeg",
        "application/x-zip-compressed": "application/zip",
    }.get(mime, mime)


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return True
    return b"\x00" not in head
