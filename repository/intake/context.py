"""What is known of one received file on its way to becoming a document."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from repository.head import Head
    from repository.models import Dossier, File, JobItem


@dataclass
class Intake:
    """Each step reads what earlier ones found and adds its own. `path` are the received bytes; they never change."""

    item: JobItem
    dossier: Dossier
    path: Path
    name: str
    sha256: str
    sha512: str
    size: int
    password: str | None = None
    mime: str = "application/octet-stream"
    pronom: str = ""
    format_name: str = ""
    format_warning: str = ""
    text: str = ""
    pages: tuple[int, ...] = (0,)
    page_count: int | None = None
    head: Head | None = None
    # Of a detached signature: the files that it may sign, by their names; a step that can tell puts the right one first.
    signs: tuple[File, ...] = ()
    found: dict[str, Any] = field(default_factory=dict)

    def page_read(self, done: int, pages: int) -> None:
        """Say on the running item how many pages of a scan were recognised, for its bar; an item that another worker has is left alone."""
        from repository.codes import ItemState
        from repository.models import JobItem

        mine = JobItem.objects.filter(pk=self.item.pk, state=ItemState.RUNNING, attempt=self.item.attempt)
        mine.update(result={**(self.item.result or {}), "page": done, "pages": pages})
