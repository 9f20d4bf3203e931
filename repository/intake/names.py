"""File names as people gave them, made safe to keep: a name is a label here, never a path."""

import unicodedata
from pathlib import PurePosixPath

LONGEST = 255
# Detached signatures, by the ending: such files have no mark by which they would be known.
SIGNATURES = {
    ".p7s": "application/pkcs7-signature",
    ".xades": "application/xml",
    ".tst": "application/vnd.etsi.timestamp-token",
}


def clean_name(given: str) -> str:
    """The last part of a path, NFC, without control characters, at most 255 characters with its ending kept; never empty."""
    text = unicodedata.normalize("NFC", given.replace("\\", "/"))
    text = "".join(" " if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") else letter for letter in text)
    name = " ".join(PurePosixPath(text).name.split()).strip(". ") or "unnamed"
    if len(name) <= LONGEST:
        return name
    ending = PurePosixPath(name).suffix[:20]
    return name[: LONGEST - len(ending)].rstrip() + ending


def clean_path(given: str) -> str:
    """The whole relative path as a label, without parts that go up or begin at the root; at most 500 characters."""
    parts = [clean_name(part) for part in given.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts)[-500:] or "unnamed"


def signed_name(name: str) -> str | None:
    """The name of the file that a detached signature of this name signs; None where the name is none of a signature."""
    for ending in SIGNATURES:
        if name.lower().endswith(ending):
            return name[: -len(ending)] or None
    return None


def signature_mime(name: str) -> str:
    """The MIME type of a detached signature of this name."""
    return next(mime for ending, mime in SIGNATURES.items() if name.lower().endswith(ending))
