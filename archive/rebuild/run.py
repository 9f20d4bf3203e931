"""Rebuild: survey the store, then restore object by object in the order of sealing. Stopped anywhere and started again, it goes on."""

from __future__ import annotations

import logging
import shutil
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DatabaseError, models, transaction
from django.utils.translation import gettext_lazy as _

from archive import disk, evidence, store
from archive.build import validate
from archive.models import RestoreStep, SealedObject
from archive.reader import Unreadable, open_object
from archive.rebuild.put import Differs
from archive.rebuild.restore import Restorer, renumber
from repository.actors import SYSTEM
from repository.clock import now
from repository.events import record
from repository.jobs.outcomes import ItemFailed
from repository.models import Agency, Document, Dossier, Event, User
from repository.refusals import Blocker, Refused

log = logging.getLogger(__name__)
Watch = Callable[[int, int, int], None]


@dataclass
class Outcome:
    """What a rebuild did: objects restored, found equal, and not restored (path, reason); new rows by kind; bytes read."""

    restored: int = 0
    equal: int = 0
    bytes: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[str, str]] = field(default_factory=list)


def rebuild(source: Path, watch: Watch = lambda done, total, failed: None) -> Outcome:
    """Restore everything that is sealed in the store at `source`. Raises Refused where the database is in use, Unreadable."""
    top = storage_root_at(source)
    require_empty()
    outcome = Outcome()
    _survey(top, outcome)
    total = RestoreStep.objects.filter(done_at__isnull=True).count()
    done = 0
    last: tuple[object, str] | None = None
    while True:
        steps = RestoreStep.objects.filter(done_at__isnull=True).order_by("as_of", "path")
        if last is not None:
            as_of, path = last
            steps = steps.filter(models.Q(as_of__gt=as_of) | models.Q(as_of=as_of, path__gt=path))
        step = steps.first()
        if step is None:
            break
        last = (step.as_of, step.path)
        _restore(top, step, outcome)
        done += 1
        watch(done - len(outcome.problems), total, len(outcome.problems))
    _restore_evidence(top, outcome)
    if outcome.restored:
        with transaction.atomic():
            renumber()
            record("archive.rebuilt", SYSTEM, objects=outcome.restored, rows=dict(outcome.rows))
    return outcome


def storage_root_at(source: Path) -> Path:
    """The OCFL storage root: the folder itself or its `ocfl`. Raises Unreadable where there is none."""
    for folder in (source / "ocfl", source):
        if (folder / f"0=ocfl_{store.SPEC}").is_file():
            return folder
    raise Unreadable(f"{source}: there is no archive store (OCFL {store.SPEC} storage root) here")


def require_empty() -> None:
    """Raises Refused where the database holds work of its own: rebuild restores, it does not merge."""
    begun = RestoreStep.objects.exists() or SealedObject.objects.exists()
    in_the_way: dict[str, int] = {}
    for model in (Dossier, Document):
        rows = model._base_manager.all()
        if begun:
            rows = rows.filter(sealed_at__isnull=True)
        in_the_way[str(model._meta.verbose_name_plural)] = rows.count()
    if not begun:
        for other in (Agency, User, Event):
            in_the_way[str(other._meta.verbose_name_plural)] = other._base_manager.count()
    found = {name: count for name, count in in_the_way.items() if count}
    if found:
        listed = ", ".join(f"{name}: {count}" for name, count in found.items())
        raise Refused(
            "rebuild",
            None,
            [
                Blocker(
                    "not-empty",
                    _("The database is not empty (%(rows)s).") % {"rows": listed},
                    remedy=_("Rebuild into a new database: migrate one, point REPOSITORY_DATA or DATABASE_URL at it."),
                )
            ],
        )


def _survey(top: Path, outcome: Outcome) -> None:
    """Write down every object that is there, so that they can be restored in the order of sealing without a list in memory."""
    for folder in store.object_folders(top):
        path = str(folder.relative_to(top))
        if evidence.is_evidence(folder):
            continue
        try:
            found = open_object(folder)
        except (Unreadable, OSError) as error:
            outcome.problems.append((path, str(error)))
            continue
        step = RestoreStep.objects.filter(path=path).first()
        known = SealedObject.objects.filter(path=path, inventory_sha512=found.inventory_sha512).exists()
        if step is None or step.inventory_sha512 != found.inventory_sha512 or (step.done_at and not known):
            RestoreStep.objects.update_or_create(
                path=path,
                defaults={
                    "as_of": found.as_of,
                    "inventory_sha512": found.inventory_sha512,
                    "bytes": found.size,
                    "done_at": None,
                },
            )
        elif step.done_at:
            # Restored before: it is read and compared once more.
            RestoreStep.objects.filter(pk=path).update(done_at=None)


def _restore_evidence(top: Path, outcome: Outcome) -> None:
    """What came about after sealing, the oldest object first: its rows speak of files that are there by now."""
    found = [folder for folder in store.object_folders(top) if evidence.is_evidence(folder)]
    for folder in sorted(found, key=evidence.moment_of):
        path = str(folder.relative_to(top))
        try:
            validate(folder)
            place = folder if top.resolve() == store.root().resolve() else _bring_in(folder, path)
            with transaction.atomic():
                outcome.rows += evidence.restore(place, path)
        except (Differs, Unreadable, ItemFailed, OSError, DatabaseError, KeyError, TypeError, ValueError) as error:
            log.info("rebuild: %s", path, exc_info=True)
            outcome.problems.append((path, str(error) or type(error).__name__))


def _restore(top: Path, step: RestoreStep, outcome: Outcome) -> None:
    folder = top / step.path
    try:
        validate(folder)
        if top.resolve() != store.root().resolve():
            folder = _bring_in(folder, step.path)
        found = open_object(folder)
        known = SealedObject.objects.filter(dossier_id=found.dossier_id).exists()
        with transaction.atomic():
            restorer = Restorer(found, step.path, overwrite=not known)
            restorer.restore()
            RestoreStep.objects.filter(pk=step.pk).update(done_at=now())
    except (Differs, Unreadable, ItemFailed, OSError, DatabaseError, KeyError, TypeError, ValueError) as error:
        log.info("rebuild: %s", step.path, exc_info=True)
        outcome.problems.append((step.path, str(error) or type(error).__name__))
        return
    outcome.rows += restorer.counts
    outcome.bytes += step.bytes
    if known:
        outcome.equal += 1
    else:
        outcome.restored += 1


def _bring_in(folder: Path, path: str) -> Path:
    """Copy an object of another store into ours, whole or not at all."""
    target = store.folder_of(path)
    if target.exists():
        validate(target)
        return target
    store.ensure_root()
    draft = store.staging() / f"copy-{uuid.uuid4().hex}"
    try:
        shutil.copytree(folder, draft)
        disk.sync_tree(draft)
        validate(draft)
        store.place(draft, path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target
