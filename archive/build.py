"""Build one OCFL object in its staging folder, whole, validated and fsynced. ocfl-py writes the inventory and judges the result;
the copying is ours, because it must hash what it copies and reach the disk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from ocfl import Inventory, Object, VersionMetadata
from ocfl.validator import Validator

from archive import disk, layout
from archive.content import Listed, event_row, write_content
from archive.rows import canonical
from archive.store import SPEC
from repository.actors import SYSTEM
from repository.clock import LOCAL
from repository.events import compose
from repository.jobs.outcomes import ItemFailed
from repository.models import Dossier


class NotValid(ItemFailed):
    """The object is not what OCFL asks for, or its bytes are not what its inventory says."""


def build(
    folder: Path, dossier: Dossier, object_id: str, moment: datetime, tell: Callable[[int], None] = lambda done: None
) -> None:
    """Fill the empty folder with the dossier's object. Raises ItemFailed, NotValid, OSError."""
    written = write_content(folder, dossier, moment, tell)
    seal = _seal(dossier, object_id, moment, written)
    written[layout.SEAL] = disk.write(folder, layout.content_path(layout.SEAL), [canonical(seal)])
    write_inventory(folder, object_id, f"Sealed: {dossier.code}", moment, written)
    disk.sync_tree(folder)
    validate(folder)


def content_list(written: Listed) -> list[dict[str, Any]]:
    """Path, SHA-256 and size of everything but the seal itself, by path."""
    return [
        {"path": path, "sha256": written[path].sha256, "size": written[path].size}
        for path in sorted(written)
        if path != layout.SEAL
    ]


def content_digest(listed: list[dict[str, Any]]) -> str:
    """SHA-256 over the canonical list: one digest that stands for all content, and that an event inside the object can name."""
    return disk.digest_of(canonical(listed))


def _seal(dossier: Dossier, object_id: str, moment: datetime, written: Listed) -> dict[str, Any]:
    listed = content_list(written)
    event = compose(
        "dossier.sealed",
        SYSTEM,
        dossier,
        at=moment,
        object=object_id,
        content_sha256=content_digest(listed),
        files=len(listed),
        bytes=sum(item["size"] for item in listed),
        documents=dossier.placements.count(),
        accepted_by=dossier.accepted_by.label if dossier.accepted_by else None,
    )
    return {"format": layout.FORMAT, "event": event_row(event), "content": listed}


def write_inventory(folder: Path, object_id: str, message: str, moment: datetime, written: Listed) -> None:
    """Filled directly: ocfl-py's own add_file looks through all paths each time. The same bytes twice stay two files, so that
    every logical path is a path on the disk and a reader needs no inventory to find a document."""
    inventory = Inventory()
    inventory.id = object_id
    inventory.spec_version = SPEC
    inventory.digest_algorithm = "sha512"
    inventory.init_manifest_and_versions()
    manifest: dict[str, list[str]] = {}
    state: dict[str, list[str]] = {}
    fixity: dict[str, list[str]] = {}
    for logical, item in sorted(written.items()):
        path = layout.content_path(logical)
        manifest.setdefault(item.sha512, []).append(path)
        state.setdefault(item.sha512, []).append(logical)
        fixity.setdefault(item.sha256, []).append(path)
    inventory.manifest = manifest
    inventory.add_fixity_type("sha256", fixity)
    inventory.add_version(
        metadata=VersionMetadata(
            created=moment.astimezone(LOCAL).isoformat(timespec="seconds"),
            message=message,
            name="Văn Khố",
            address="urn:vankho:system",
        ),
        state=state,
    )
    made = Object(identifier=object_id, path=str(folder), digest_algorithm="sha512", spec_version=SPEC)
    made.write_object_declaration()
    made.write_inventory_and_sidecar(inventory, "v1")
    made.write_inventory_and_sidecar(inventory)


def validate(folder: Path) -> None:
    """Read the whole object back and judge it by OCFL 1.1, every digest included. Raises NotValid."""
    validator = Validator(check_digests=True)
    if not validator.validate_object(str(folder)):
        raise NotValid(
            "object-invalid",
            _("The object for the store did not come out right: %(problems)s")
            % {"problems": validator.status_str()[:1000]},
        )
