"""What lies where in an object. Paths hold identities and letters we chose, never a title or a name from outside.

dossier.json                            the dossier, its places, retention, holds, grants
context.json                            people, agencies, fonds, classes, plans the rows refer to
documents/<uuid>/document.json          the document, versions, files, extractions, verifications, grants
documents/<uuid>/text-<uuid>.txt        the text of an extraction
documents/<uuid>/v<n>/<uuid>[.<ext>]    the received bytes
events.jsonl                            one event a line
seal.json                               the event of sealing and the list of all the above
"""

from __future__ import annotations

import re
from uuid import UUID

FORMAT = "vankho-dossier/1"
DOSSIER = "dossier.json"
CONTEXT = "context.json"
EVENTS = "events.jsonl"
SEAL = "seal.json"

_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,8})$")


def document_json(document_id: UUID) -> str:
    return f"documents/{document_id}/document.json"


def text_of(document_id: UUID, extraction_id: UUID) -> str:
    return f"documents/{document_id}/text-{extraction_id}.txt"


def bytes_of(document_id: UUID, version: int, file_id: UUID, name: str) -> str:
    """The extension helps a reader without our program; it is taken only where it is a few plain letters and digits."""
    found = _EXTENSION.search(name)
    return f"documents/{document_id}/v{version}/{file_id}{'.' + found.group(1).lower() if found else ''}"


def content_path(logical: str) -> str:
    """Where the first version of an object keeps it."""
    return f"v1/content/{logical}"
