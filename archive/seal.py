"""Seal an accepted dossier (design, "Sealing is atomic"): build aside, validate, fsync, one rename, then one transaction.

Killed at any instant, the next attempt finds one of three things and goes on from there:
- a folder in staging: it was never sealed; it is taken away and built again;
- an object in its place without a row: it was whole before it was moved, so it is read back, held against the database and adopted;
- object and row: nothing is left to do.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _

from archive import store
from archive.build import build, validate
from archive.commit import Sealed, commit, take_stock
from archive.models import SealedObject
from archive.reader import Unreadable, open_object
from repository.clock import now
from repository.codes import DossierState
from repository.jobs.engine import LeaseLost, progress
from repository.jobs.outcomes import ItemFailed, ItemRefused, Save
from repository.models import Dossier, Job

log = logging.getLogger(__name__)
KIND = "seal"


def work_seal(job: Job) -> Save:
    """The outside work of one attempt; what it returns writes the rows. Raises ItemFailed with what a person can do."""
    dossier = Dossier.objects.select_related("agency", "fonds", "accepted_by").get(pk=job.dossier_id)
    if dossier.state != DossierState.SEALING:
        raise ItemRefused("not-sealing", _("The dossier is not waiting to be sealed; its state has changed."))
    if SealedObject.objects.filter(dossier=dossier).exists():
        raise ItemFailed("sealed-before", _("The store holds this dossier already. Tell your administrator."))
    try:
        sealed = seal(job, dossier)
    except Unreadable as error:
        raise ItemFailed(
            "object-unreadable",
            _(
                "In the dossier's place in the store stands something that cannot be read (%(reason)s). Tell your administrator."
            )
            % {"reason": error},
        ) from error
    except OSError as error:
        if store.disk_is_full(error):
            raise ItemFailed(
                "disk-full",
                _("The disk of the store is full. Make room, then seal again; nothing was lost."),
            ) from error
        log.exception("sealing of %s", dossier.pk)
        raise ItemFailed(
            "disk-error",
            _("The disk of the store refused the work (%(reason)s). Tell your administrator, then seal again.")
            % {"reason": error.strerror or type(error).__name__},
        ) from error
    return lambda: commit(dossier.pk, sealed)


def seal(job: Job, dossier: Dossier) -> Sealed:
    """Bring the object into its place, or find it there, and take stock of it."""
    object_id = object_id_for(job, dossier)
    path = store.path_in_root(object_id)
    # This attempt is claimed already, so what others left can no longer be theirs.
    store.fence_off(dossier.pk)
    if store.folder_of(path).exists():
        validate(store.folder_of(path))
    else:
        _build_and_place(job, dossier, object_id, path)
    return take_stock(open_object(store.folder_of(path)), path)


def _build_and_place(job: Job, dossier: Dossier, object_id: str, path: str) -> None:
    folder = store.staging_for(dossier, job.pk, job.attempt)
    try:
        # After the folder is made: whoever fenced before this line has also claimed the job before it.
        progress(job, done=0)
        build(folder, dossier, object_id, now(), _teller(job))
        progress(job, failed=0)
        _place(folder, path)
    except (OSError, ItemFailed, LeaseLost):
        # Its own folder only: by now another attempt may have one beside it.
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _place(folder: Path, path: str) -> None:
    try:
        store.place(folder, path)
    except FileExistsError:
        # Another attempt was faster: what stands there is whole, and it is read back like any other.
        validate(store.folder_of(path))
    except FileNotFoundError as error:
        raise LeaseLost from error


def object_id_for(job: Job, dossier: Dossier) -> str:
    """The object's name, kept with the first attempt: a fonds that is renamed between two attempts must not make two objects."""
    for earlier in Job.objects.filter(kind=KIND, dossier=dossier).order_by("pk"):
        if earlier.params.get("object"):
            return str(earlier.params["object"])
    if dossier.fonds is None:
        raise ItemFailed("no-fonds", _("The dossier belongs to no fonds. An administrator must name one."))
    object_id = store.object_id_of(dossier)
    Job.objects.filter(pk=job.pk).update(params={**job.params, "object": object_id})
    return object_id


def object_stands(dossier: Dossier) -> bool:
    """Whether an object of this dossier lies in the store, with a row or without."""
    named = [job.params["object"] for job in Job.objects.filter(kind=KIND, dossier=dossier) if job.params.get("object")]
    return any(store.folder_of(store.path_in_root(object_id)).exists() for object_id in named)


def _teller(job: Job) -> Callable[[int], None]:
    """Writes the figure once a second; the write also asks whether the attempt is still ours."""
    last = time.monotonic()

    def tell(done: int) -> None:
        nonlocal last
        if time.monotonic() - last >= 1 or done >= job.total:
            last = time.monotonic()
            progress(job, done=done)

    return tell
