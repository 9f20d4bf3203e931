"""What must be true after a drill; each thing that is not is one line."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q

from archive import store
from archive.models import SealedObject
from demo.drill.papers import DrillFile, title_of
from repository import blobs
from repository import bytes as file_bytes
from repository.actors import actor_of
from repository.codes import DossierState, ItemState, JobState
from repository.jobs.engine import UNFINISHED
from repository.models import Document, Dossier, Event, File, Job, JobItem, Placement, User
from search.indexer import engine
from search.models import Outbox
from search.service import find


def is_quiet() -> bool:
    """Whether nothing is left to do."""
    return not (
        Job.objects.filter(state__in=UNFINISHED).exists()
        or JobItem.objects.filter(state__in=[ItemState.QUEUED, ItemState.RUNNING]).exists()
        or Outbox.objects.filter(done__lt=F("revision")).exists()
    )


def problems(files: list[DrillFile]) -> list[str]:
    """Everything that is not as it must be; empty where all is well."""
    return [line for check in CHECKS for line in check(files)]


def files_are_in_once(files: list[DrillFile]) -> Iterator[str]:
    for file in files:
        places = list(Placement.objects.filter(main_sha256=file.sha256).select_related("dossier"))
        if [place.dossier.title for place in places] != [title_of(file.dossier)]:
            yield f"{file.name}: in {[place.dossier.title for place in places]}"
        rows = File.objects.filter(sha256=file.sha256).count()
        if rows != 1:
            yield f"{file.name}: {rows} rows of files"
        path = file_bytes.find(file.sha256)
        if path is None or blobs.digest(path)[0] != file.sha256:
            yield f"{file.name}: its bytes are {'missing' if path is None else 'changed'}"
    if Document.objects.count() != len(files):
        yield f"{Document.objects.count()} documents of {len(files)} files"
    bare = Document.objects.filter(Q(versions__isnull=True) | Q(placements__isnull=True)).count()
    if bare:
        yield f"{bare} documents without a version or a dossier"


def no_half_files(files: list[DrillFile]) -> Iterator[str]:
    """Drafts of cut-off uploads are young and go with the nightly clearing; every named working copy is whole."""
    top = Path(settings.BLOBS)
    for path in top.rglob("*"):
        if not path.is_file():
            continue
        if path.parent == top / "incoming":
            if path.stat().st_mtime < time.time() - 24 * 3600:
                yield f"an old draft: {path.name}"
        elif path.name.endswith(blobs.ASIDE) or blobs.digest(path)[0] != path.name:
            yield f"a working copy that is not what its name says: {path.name}"


def store_is_whole(files: list[DrillFile]) -> Iterator[str]:
    said = StringIO()
    try:
        call_command("check_store", all=True, json=True, stdout=said, stderr=StringIO())
    except CommandError as error:
        yield f"check_store: {error} {said.getvalue()[:500]}"
    dossiers = {file.dossier for file in files}
    if SealedObject.objects.count() != len(dossiers):
        yield f"{SealedObject.objects.count()} sealed objects of {len(dossiers)} dossiers"
    for number in sorted(dossiers):
        states = list(Dossier.objects.filter(title=title_of(number)).values_list("state", flat=True))
        if states != [DossierState.ARCHIVED]:
            yield f"dossier {number + 1} is {states}"
    left = sorted(path.name for path in store.staging().iterdir()) if store.staging().is_dir() else []
    if left:
        yield f"left in staging: {left}"


def no_job_is_stuck(files: list[DrillFile]) -> Iterator[str]:
    for job in Job.objects.filter(state__in=UNFINISHED):
        yield f"job {job} is not done"
    items = JobItem.objects.exclude(state__in=[ItemState.DONE, ItemState.HELD])
    for item in items:
        yield f"file {item.label} is {item.state}: {item.message}"
    # Counted on the job as the work went on; what was discarded or moved to another job is taken off there.
    counted = Job.objects.filter(kind="intake").annotate(
        rows=Count("items"), good=Count("items", filter=Q(items__state__in=[ItemState.DONE, ItemState.HELD]))
    )
    for job in counted.exclude(rows=F("total"), good=F("done"), failed=0):
        yield f"{job} counts {job.done} done, {job.failed} failed of {job.total}, with {job.good} of {job.rows} rows"
    if Job.objects.filter(kind="intake").exclude(state=JobState.DONE).exists():
        yield "an intake did not end as done"


def index_equals_database(files: list[DrillFile]) -> Iterator[str]:
    held = [one for one in engine().scan() if not one.deleted]
    twice = [identity for identity, times in Counter(one.id for one in held).items() if times > 1]
    if twice:
        yield f"{len(twice)} documents are in the index more than once"
    versions = {one.id: one.version for one in held}
    wanted = {str(pk): revision for pk, revision in Outbox.objects.values_list("document_id", "revision")}
    documents = {str(pk) for pk in Document.objects.values_list("pk", flat=True)}
    for what, found in (
        ("in the database and not in the index", documents - set(versions)),
        ("in the index and not in the database", set(versions) - documents),
        (
            "with another version in the index",
            {pk for pk in documents if versions.get(pk, wanted.get(pk)) != wanted.get(pk)},
        ),
        ("unacknowledged", {str(row.pk) for row in Outbox.objects.exclude(done=F("revision"))}),
    ):
        if found:
            yield f"{len(found)} documents {what}: {sorted(found)[:3]}"
    actor = actor_of(User.objects.get(username="archivist"))
    for place in Placement.objects.select_related("document"):
        hits = find(f'{place.document.code} "{_first_words(place.document.subject)}"', actor=actor, facets=(), pieces=0)
        if place.document_id not in {hit.document.pk for hit in hits.hits}:
            yield f"{place.document.code} is not found"


def _first_words(subject: str) -> str:
    return " ".join(subject.replace('"', " ").split()[:4])


def events_are_whole(files: list[DrillFile]) -> Iterator[str]:
    said = StringIO()
    try:
        call_command("check_events", json=True, stdout=said)
    except SystemExit:
        broken = [json.loads(line) for line in said.getvalue().splitlines()]
        yield f"check_events: {broken[:5]}"
    dossiers = len({file.dossier for file in files})
    wanted = {"document.received": len(files), "document.confirmed": len(files)}
    wanted |= {f"dossier.{act}": dossiers for act in ("opened", "closed", "submitted", "accepted", "sealed")}
    found = dict(Event.objects.filter(kind__in=wanted).values_list("kind").annotate(n=Count("pk")).order_by())
    for kind, number in wanted.items():
        if found.get(kind, 0) != number:
            yield f"{found.get(kind, 0)} events {kind}, not {number}"


CHECKS: tuple[Callable[[list[DrillFile]], Iterator[str]], ...] = (
    files_are_in_once,
    no_half_files,
    store_is_whole,
    no_job_is_stuck,
    index_equals_database,
    events_are_whole,
)
