"""What comes about after sealing goes into the store too: each night one OCFL object of its own, built and moved like a dossier's.

A further version of the dossier's object would replace the inventory of a live object, which takes more than one rename; and one object
each night carries what concerns many dossiers at once. Killed at any instant, the next attempt of the same job finds nothing, a folder in
staging, or a whole object without rows, which it adopts. A thing is kept once: its identity is unique among the parts.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from archive import disk, layout, store
from archive.build import validate, write_inventory
from archive.content import Listed, copy_bytes
from archive.models import EvidenceFile, EvidenceObject, EvidencePart
from archive.reader import Unreadable
from archive.rows import canonical, row_of, values_of
from repository.clock import now
from repository.findings import raise_finding
from repository.jobs.engine import LeaseLost, progress
from repository.jobs.outcomes import ItemFailed, Save
from repository.models import File, Job
from repository.registry import Keeps, registry

KIND = "store-evidence"
FORMAT = "vankho-evidence/1"
INDEX = "evidence.json"
# Of one object; what is left waits for the next night.
THINGS = 1000
CHECKED_A_NIGHT = 200


def work_evidence(job: Job) -> Save:
    """Put what waits into one object. Raises ItemFailed with what a person can do."""
    object_id = f"urn:vankho:evidence:uuid-{str(job.pk).upper()}"
    path = store.path_in_root(object_id)
    # This attempt is claimed already, so what earlier ones left can no longer be theirs.
    store.fence_off(job.pk)
    folder = store.folder_of(path)
    if folder.exists():
        validate(folder)
    else:
        things = list(_waiting())
        if not things:
            checked = check_some(job)
            return lambda: {"things": 0, **checked}
        progress(job, total=len(things), done=0)
        _build_and_place(job, object_id, path, things)
    checked = check_some(job)
    return lambda: {**commit(store.folder_of(path), path), **checked}


def _waiting() -> Iterator[tuple[Keeps, Any]]:
    kept = EvidencePart.objects.filter(key=OuterRef("pk"))
    left = THINGS
    for keeps in sorted(registry.keeps, key=lambda one: one.order):
        for thing in keeps.waiting().filter(~Exists(kept)).order_by("pk")[:left]:
            yield keeps, thing
            left -= 1


def _build_and_place(job: Job, object_id: str, path: str, things: list[tuple[Keeps, Any]]) -> None:
    folder = store.staging_for(job, job.pk, job.attempt)
    try:
        progress(job, done=0)
        _build(folder, object_id, job, things)
        progress(job, done=len(things))
        store.place(folder, path)
    except FileExistsError:
        # Another attempt was faster: what stands there is whole.
        shutil.rmtree(folder, ignore_errors=True)
        validate(store.folder_of(path))
    except FileNotFoundError as error:
        raise LeaseLost from error
    except (OSError, ItemFailed, LeaseLost) as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise ItemFailed(
                "disk-error",
                _("The disk of the store refused the work (%(reason)s). Tell your administrator.")
                % {"reason": error.strerror or type(error).__name__},
            ) from error
        raise


def _build(folder: Path, object_id: str, job: Job, things: list[tuple[Keeps, Any]]) -> None:
    written: Listed = {}
    listed = []
    for keeps, thing in things:
        parts = keeps.parts(thing)
        for part in parts:
            if isinstance(part, File):
                logical = _bytes_path(part)
                if logical not in written:
                    written[logical] = copy_bytes(folder, logical, part)
        listed.append({"kind": keeps.name, "key": str(thing.pk), "rows": [row_of(part) for part in parts]})
    # The job's own moment: an object that is built again after a kill says the same.
    index = {"format": FORMAT, "object": object_id, "kept_at": job.created_at.isoformat(), "things": listed}
    written[INDEX] = disk.write(folder, layout.content_path(INDEX), [canonical(index)])
    write_inventory(folder, object_id, f"Evidence: {len(listed)}", job.created_at, written)
    disk.sync_tree(folder)
    validate(folder)


def _bytes_path(file: File) -> str:
    _stem, _dot, ending = file.name.rpartition(".")
    plain = ending.isascii() and ending.isalnum() and len(ending) <= 8 and bool(_stem)
    return f"files/{file.pk}{'.' + ending.lower() if plain else ''}"


def is_evidence(folder: Path) -> bool:
    """Whether this object is one of evidence, by what lies in it."""
    return (folder / layout.content_path(INDEX)).is_file()


def moment_of(folder: Path) -> datetime:
    return datetime.fromisoformat(_index(folder)["kept_at"])


def _index(folder: Path) -> dict[str, Any]:
    """Raises Unreadable."""
    try:
        found: dict[str, Any] = json.loads((folder / layout.content_path(INDEX)).read_bytes())
        if found["format"] != FORMAT:
            raise ValueError(found["format"])
    except (OSError, KeyError, ValueError) as error:
        raise Unreadable(f"{folder.name}: {error}") from error
    return found


def commit(folder: Path, path: str) -> dict[str, Any]:
    """The rows by which the program finds the object and its bytes; in the job's last transaction, or in a rebuild."""
    index = _index(folder)
    raw = (folder / "inventory.json").read_bytes()
    files = [row["fields"] for thing in index["things"] for row in thing["rows"] if row["model"] == "repository.file"]
    made, new = EvidenceObject.objects.get_or_create(
        object_id=index["object"],
        defaults={
            "path": path,
            "inventory_sha512": disk.sha512_of(raw),
            "things": len(index["things"]),
            "bytes": sum(entry.stat().st_size for entry in folder.rglob("*") if entry.is_file()),
            "kept_at": datetime.fromisoformat(index["kept_at"]),
        },
    )
    if new:
        EvidencePart.objects.bulk_create(
            [EvidencePart(object=made, kind=thing["kind"], key=UUID(thing["key"])) for thing in index["things"]],
            # Another job may have kept one of them meanwhile: twice in the store harms nothing.
            ignore_conflicts=True,
            batch_size=500,
        )
        paths = {layout.content_path(_bytes_path(File(pk=UUID(one["id"]), name=one["name"]))): one for one in files}
        EvidenceFile.objects.bulk_create(
            [EvidenceFile(object=made, sha256=one["sha256"], path=content) for content, one in paths.items()],
            batch_size=500,
        )
    return {"things": made.things, "object": made.object_id, "bytes": made.bytes}


def restore(folder: Path, path: str) -> Counter[str]:
    """Put the rows back; returns how many were new, by their kind. Raises Differs, Unreadable, ValueError."""
    from archive.rebuild.put import put_many

    counts: Counter[str] = Counter()
    for thing in _index(folder)["things"]:
        for row in thing["rows"]:
            model = apps.get_model(row["model"])
            # What may change beside the records keeps the database's word.
            counts[model._meta.model_name or ""] += put_many(
                model, [values_of(model, row)], may_differ=None, overwrite=False
            )
    commit(folder, path)
    return counts


def check_some(job: Job) -> dict[str, Any]:
    """Read the objects whose last check is longest ago, and tell of what is wrong."""
    from archive.watch.findings import STORE_CHANGED
    from archive.watch.objects import check_object

    rows = list(EvidenceObject.objects.filter(checked_at__isnull=True).order_by("pk")[:CHECKED_A_NIGHT])
    older = EvidenceObject.objects.filter(checked_at__lt=job.created_at).order_by("checked_at", "pk")
    rows += list(older[: CHECKED_A_NIGHT - len(rows)])
    wrong = 0
    for row in rows:
        report = check_object(row)
        EvidenceObject.objects.filter(pk=row.pk).update(checked_at=now(), outcome=report.outcome)
        wrong += bool(report.problems)
        for problem in report.problems[:100]:
            raise_finding(STORE_CHANGED, {**problem.as_json(), "object": row.object_id}, job=job)
        progress(job, done=job.done)
    return {"checked": len(rows), "wrong": wrong}
