"""The jobs that make a dossier's report and evidence bundles, and what is looked at when their files go out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from repository.access import fetch_for
from repository.actors import Actor, actor_of
from repository.clock import now
from repository.events import record
from repository.file_names import file_name
from repository.jobs.engine import progress
from repository.jobs.outcomes import ItemFailed, Save
from repository.jobs.products import making, told
from repository.models import Dossier, File, Job, Verification
from repository.printing.jobs import closed_since
from repository.refusals import Forbidden, NotVisible
from signing.reports.actions import RELATED
from signing.reports.bundle.make import write_bundle
from signing.reports.dossier import every, statuses
from signing.reports.dossier_sheet import dossier_json, dossier_pdf
from signing.sealing.errors import SigningFailed

STEP = 500
MIMES = {"pdf": "application/pdf", "json": "application/json"}
# Reports beside the files: what a disk needs besides.
ROOM = 200 * 1024 * 1024


def work_report(job: Job) -> Save:
    """Make the dossier's report. Raises ItemFailed where the person may not see the dossier any more."""
    dossier, actor = _let_in(job)
    moment, form = now(), job.params["form"]
    lines = list(every(dossier, actor))
    name = file_name([dossier.code, "chu-ky", moment.strftime("%Y%m%d-%H%M%S")], form)
    with making(job, name) as stream:
        if form == "json":
            written = dossier_json(dossier, actor, lines, moment)
            stream.write(json.dumps(written, ensure_ascii=False, indent=1).encode())
        else:
            stream.write(dossier_pdf(dossier, actor, lines, moment, job.params["language"]))
    progress(job, done=1)
    made = told(job, name, MIMES[form])
    files = [str(line.file_id) for line in lines]
    return lambda: {**made, "files": files}


def work_bundle(job: Job) -> Save:
    """Make the bundle of a file or of a dossier. Raises ItemFailed with what to do."""
    moment = now()
    _dossier, about, pairs, name = _asked(job)
    _check_room(pairs)
    progress(job, done=0, total=len(pairs))
    given: list[str] = []
    # Its own folder in the ZIP: ASCII, so that every tool unpacks it alike.
    folder = f"evidence-{moment:%Y%m%d-%H%M%S}"
    try:
        with making(job, name) as stream:
            listed = write_bundle(
                stream,
                folder,
                _loaded(pairs),
                about,
                moment,
                told=lambda done, failed: progress(job, done=done, failed=failed),
            )
    except SigningFailed as failed:
        raise ItemFailed("not-sealed", str(failed.said)) from failed
    if not listed["documents"]:
        raise ItemFailed(
            "bytes-missing", _("The bytes are missing or damaged in the archive. Tell your administrator.")
        )
    given = [one["file"]["sha256"] for one in listed["documents"]]
    made = told(job, name, "application/zip")
    files = [str(file) for file, _run in pairs]
    return lambda: {
        **made,
        "files": files,
        "sha256": given,
        "sealed": listed["sealed"],
        "left_out": len(listed["left_out"]),
    }


def handed(job: Job, actor: Actor) -> None:
    """The file goes out: every document in it must still be hers to see; one event on what it is of, naming the job."""
    dossier, file = _subject(job, actor)
    ids = [UUID(one) for one in job.result["files"]]
    seen = 0
    for at in range(0, len(ids), STEP):
        seen += File.objects.visible_to(actor).filter(pk__in=ids[at : at + STEP]).count()
    if seen != len(ids):
        raise closed_since(dossier or file)  # type: ignore[arg-type]
    thing = dossier or file.version.document  # type: ignore[union-attr]
    kind = "evidence.downloaded" if job.kind == "evidence-bundle" else "signatures.collected"
    record(kind, actor, thing, count=len(ids), job=job.pk)


def _subject(job: Job, actor: Actor) -> tuple[Dossier | None, File | None]:
    if job.dossier_id is not None:
        return fetch_for(actor, "download", Dossier, job.dossier_id, related=("agency",)), None
    return None, fetch_for(actor, "download", File, job.params["file"], related=RELATED)


def _let_in(job: Job) -> tuple[Dossier, Actor]:
    assert job.actor is not None
    actor = actor_of(job.actor)
    try:
        return fetch_for(actor, "download", Dossier, job.dossier_id, related=("agency",)), actor  # type: ignore[arg-type]
    except (NotVisible, Forbidden) as closed:
        raise ItemFailed("closed", _("You may not see this dossier any more.")) from closed


def _asked(job: Job) -> tuple[Dossier | None, dict[str, Any], list[tuple[UUID, UUID]], str]:
    """Of what the bundle is: the dossier or None, what the list says of it, pairs of file and run, and the ZIP's name."""
    if job.dossier_id is not None:
        dossier, actor = _let_in(job)
        rows = statuses(dossier, actor).filter(verification__isnull=False).order_by("number")
        pairs = list(rows.values_list("file_id", "verification_id"))
        if not pairs:
            raise ItemFailed("not-judged", _("No signature in this dossier was checked yet, so there is no evidence."))
        about = {"dossier": {"id": str(dossier.pk), "code": dossier.code, "title": dossier.title}}
        return dossier, about, pairs, file_name([dossier.code, "bang-chung"], "zip")
    assert job.actor is not None
    try:
        file: File = fetch_for(actor_of(job.actor), "download", File, job.params["file"], related=RELATED)
    except (NotVisible, Forbidden) as closed:
        raise ItemFailed("closed", _("You may not see this document any more.")) from closed
    run = file.status.verification_id
    if run is None:
        raise ItemFailed("not-judged", _("The signatures of this file were not checked yet, so there is no evidence."))
    document = file.version.document
    about = {"document": {"id": str(document.pk), "code": document.code, "subject": document.subject}}
    return None, about, [(file.pk, run)], file_name([document.code or document.subject, "bang-chung"], "zip")


def _loaded(pairs: list[tuple[UUID, UUID]]) -> Iterator[tuple[File, Verification]]:
    """Files with their runs, in order, read in steps."""
    for at in range(0, len(pairs), 50):
        some = pairs[at : at + 50]
        files = File.objects.select_related("version__document__agency").in_bulk([file for file, _run in some])
        runs = Verification.objects.in_bulk([run for _file, run in some])
        for file_id, run_id in some:
            runs[run_id].file = files[file_id]
            yield files[file_id], runs[run_id]


def _check_room(pairs: list[tuple[UUID, UUID]]) -> None:
    settings.PRODUCTS.mkdir(parents=True, exist_ok=True)
    size = 0
    for at in range(0, len(pairs), STEP):
        some = [file for file, _run in pairs[at : at + STEP]]
        size += File.objects.filter(pk__in=some).aggregate(size=Sum("size"))["size"] or 0
    if shutil.disk_usage(settings.PRODUCTS).free < size + ROOM:
        raise ItemFailed("disk-full", _("The archive's disk is too full for this file. Tell your administrator."))
