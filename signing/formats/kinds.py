"""Which engine reads a file, by its MIME type and its name."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePosixPath

from repository.intake.names import signed_name

PDF_MIME = "application/pdf"
OFFICE = "application/vnd.openxmlformats-officedocument."
OFFICE_WITH_MACROS = (
    "application/vnd.ms-word.",
    "application/vnd.ms-excel.",
    "application/vnd.ms-powerpoint.",
)
CMS_MIMES = {
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pkcs7-mime",
    "application/x-pkcs7-mime",
    "application/cms",
    "application/vnd.etsi.timestamp-token",
}
CMS_ENDINGS = {".p7s", ".p7m", ".tst"}
XML_ENDINGS = {".xml", ".edxml", ".xades"}
PACKAGE_ENDINGS = {".docx", ".docm", ".dotx", ".xlsx", ".xlsm", ".xltx", ".pptx", ".pptm", ".potx", ".ppsx"}


__all__ = ["Kind", "kind_of", "signed_name"]


class Kind(StrEnum):
    """The engines."""

    PDF = "pdf"
    CMS = "cms"
    XML = "xml"
    PACKAGE = "package"


def kind_of(mime: str, name: str) -> Kind | None:
    """The engine for the file; None where its format carries no signature that is read here.

    A signature's own ending goes before the MIME type: such files have no mark by which they would be known.
    """
    ending = PurePosixPath(name).suffix.lower()
    if mime == PDF_MIME:
        return Kind.PDF
    if ending in CMS_ENDINGS or mime in CMS_MIMES:
        return Kind.CMS
    if mime.startswith(OFFICE) or mime.startswith(OFFICE_WITH_MACROS):
        return Kind.PACKAGE
    if mime in ("text/xml", "application/xml") or (mime.endswith("+xml") and mime != "image/svg+xml"):
        return Kind.XML
    if mime and mime not in ("application/octet-stream", "application/zip", "text/plain"):
        return None
    if ending in XML_ENDINGS:
        return Kind.XML
    if ending in PACKAGE_ENDINGS:
        return Kind.PACKAGE
    return Kind.PDF if ending == ".pdf" else None
