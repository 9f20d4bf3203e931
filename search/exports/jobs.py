"""The job that writes what a search finds: first the rows as they are hashed, then the table from them, a stretch at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from repository.access import may, require
from repository.actors import Actor, actor_of
from repository.clock import LOCAL, now
from repository.events import record
from repository.file_names import file_name
from repository.jobs.engine import enqueue, progress
from repository.jobs.outcomes import Again, ItemFailed, Save
from repository.jobs.products import closed_since, making, path_of, told
from repository.lists.export import SHEET_ROWS
from repository.models import Agency, Document, Dossier, Job
from repository.refusals import Refused
from search.engines.base import EngineError
from search.exports import package, sheet
from search.exports.columns import Column, chosen, plain, rows_of
from search.exports.rows import IDS, PLACES, ROWS, STEP, Digest, identities, line_of
from search.found import Whole, stretches, whole
from search.pages.asked import canonical

KIND = "search-export"
# Rows of one table; what is longer is asked for in parts, by year for instance.
MOST = 500_000


def start_export(query: str, format: str, columns: list[str], *, actor: Actor) -> Job:
    """Make the job. Raises Forbidden, or Refused where nothing was searched for or the format is none."""
    require(actor, "search")
    asked = canonical(QueryDict(query[:4000]))
    if not asked or format not in package.FORMATS:
        raise Refused.because(
            "export", None, "no-question", _("There is no search to write down."), _("Search for something first.")
        )
    params = {
        "search": asked,
        "format": format,
        "columns": [one.name for one in chosen(columns)],
        "language": translation.get_language() or "vi",
    }
    with transaction.atomic():
        job = enqueue(KIND, actor.id, params=params)
        # The words of a question tell of what the asker is cleared for.
        agency, secrecy = _agency(actor), actor.clearance
        record("search.export_asked", actor, None, agency=agency, secrecy=secrecy, search=asked, form=format)
    return job


def _agency(actor: Actor) -> Agency | None:
    return Agency.objects.filter(path__in=[post.path for post in actor.posts]).order_by("path").first()


def named(job: Job) -> str:
    return _("Search results (%(format)s)") % {"format": job.params.get("format", "")}


def work_export(job: Job) -> Save:
    """Write the table. Raises ItemFailed where she may search no more or there are too many rows, Again while the engine does not answer."""
    assert job.actor is not None
    actor = actor_of(job.actor)
    if not may(actor, "search"):
        raise ItemFailed("closed", _("You have no role to search with any more."))
    with translation.override(job.params["language"]):
        try:
            return _written(job, actor)
        except EngineError as down:
            raise Again("engine", _("The search engine does not answer. This is tried again by itself.")) from down


def _written(job: Job, actor: Actor) -> Save:
    index = sheet.index_state()
    asked = whole(job.params["search"], actor)
    format, columns = job.params["format"], chosen(job.params["columns"])
    most = min(MOST, SHEET_ROWS)
    if asked.total > most:
        raise ItemFailed(
            "too-long",
            _("A table has no more than %(most)s rows. Narrow the search, by year for instance.") % {"most": most},
        )
    steps = _Steps(job, asked.total)
    rows, left_out = _gathered(job, actor, asked, columns, steps)
    data = sheet.data_of(job, actor, asked, index, columns, rows, left_out)
    moment = now().astimezone(LOCAL).strftime("%Y-%m-%d %H.%M")
    name = file_name([package.title(), moment], package.ending(format))
    table = package.Table(
        file_name([package.title(), moment], ""),
        format,
        [(_("No."), "number", 0.4), *((plain(one.label), one.kind, one.share) for one in columns)],
        _path(job, ROWS),
        package.title(),
    )
    with making(job, name) as stream:
        # The product is put together under its draft's name: written by several hands, made whole by `making`.
        package.write(table, data, Path(stream.name), steps.pass_on)
    made = told(job, name, package.FORMATS[format])

    def save() -> dict[str, Any]:
        record(
            "search.exported",
            actor,
            None,
            agency=_agency(actor),
            secrecy=actor.clearance,
            search=job.params["search"],
            rows=rows.count,
            rows_sha256=rows.hex,
            form=format,
        )
        Job.objects.filter(pk=job.pk).update(done=rows.count, total=rows.count)
        return {**made, "rows": rows.count, "rows_sha256": rows.hex}

    return save


class _Steps:
    """The bar: reading the rows is one half of the way, writing them the other."""

    def __init__(self, job: Job, total: int) -> None:
        self.job, self.total, self.passed, self.said = job, total, 0, 0
        progress(job, done=0, total=total)

    def pass_on(self, rows: int) -> None:
        self.passed += rows
        if self.passed - self.said >= STEP:
            self.said = self.passed
            progress(self.job, done=min(self.passed // 2, self.total))


def _gathered(job: Job, actor: Actor, asked: Whole, columns: list[Column], steps: _Steps) -> tuple[Digest, int]:
    """The rows that the rule in the database lets her see now, each as a line in ROWS and its identity in IDS; in PLACES the dossiers named."""
    digest, left_out = Digest(), 0
    named: set[UUID] = set()
    naming = any(one.name == "dossiers" for one in columns)
    with making(job, IDS) as ids, making(job, PLACES) as places, making(job, ROWS) as stream:
        for found in stretches(asked):
            read = rows_of(found, actor)
            left_out += len(found) - len(read)
            for row in read:
                line = line_of([str(digest.count + 1), *(plain(one.value(row)) for one in columns)])
                digest.add(line)
                stream.write(line)
                ids.write(row.document.pk.bytes)
                if naming:
                    named.update(row.dossiers)
            steps.pass_on(len(found))
        places.write(b"".join(one.bytes for one in sorted(named)))
    return digest, left_out


def _path(job: Job, name: str) -> Path:
    path = path_of(job, name)
    assert path is not None, "written a moment ago"
    return path


def handed(job: Job, actor: Actor) -> None:
    """The table goes out: every document in it, and every dossier it names, must still be hers to see. Raises Refused."""
    require(actor, "search")
    _still_open(job, IDS, Document.objects.visible_to(actor))
    _still_open(job, PLACES, Dossier.objects.visible_to(actor))
    record("search.downloaded", actor, None, agency=_agency(actor), rows=job.result["rows"], form=job.params["format"])


def _still_open(job: Job, beside: str, open_to: QuerySet[Any]) -> None:
    """What is not kept beside the table any more cannot be asked: then the table stays here too."""
    path = path_of(job, beside)
    if path is None:
        raise closed_since(None)
    with path.open("rb") as stream:
        for ids in identities(stream):
            if open_to.filter(pk__in=ids).order_by().count() != len(ids):
                raise closed_since(None)
