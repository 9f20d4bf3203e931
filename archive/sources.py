"""Where sealed bytes are read once their working copy is gone."""

from __future__ import annotations

from pathlib import Path

from archive import store
from archive.models import EvidenceFile, SealedFile


def sealed_copy(sha256: str) -> Path | None:
    """A sealed file with these bytes, or None. Registered as a byte source of the repository."""
    for model in (SealedFile, EvidenceFile):
        rows = model._base_manager.filter(sha256=sha256).order_by("pk")
        for path, content in rows.values_list("object__path", "path")[:8]:
            found = store.folder_of(path) / content
            if found.is_file():
                return found
    return None
