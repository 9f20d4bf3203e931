"""Where sealed bytes are read once their working copy is gone."""

from __future__ import annotations

from pathlib import Path

from archive import store
from archive.models import SealedFile


def sealed_copy(sha256: str) -> Path | None:
    """A sealed file with these bytes, or None. Registered as a byte source of the repository."""
    for path, content in (
        SealedFile.objects.filter(sha256=sha256).values_list("object__path", "path").order_by("pk")[:8]
    ):
        found = store.folder_of(path) / content
        if found.is_file():
            return found
    return None
