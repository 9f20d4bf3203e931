"""A list written into a table by a job: its filter, its columns, its order; rows only of what who asked may see when it runs.

A stretch of rows is in memory at a time. The identities of what was written lie beside the table, so that when it is handed out every row
is looked at again: what was closed to her meanwhile does not leave.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext as _

from repository.actors import Actor, actor_of
from repository.clock import LOCAL, now
from repository.events import record
from repository.file_names import file_name, sheet_text
from repository.jobs.engine import enqueue, progress
from repository.jobs.outcomes import ItemFailed, Save
from repository.jobs.products import closed_since, making, path_of, told
from repository.lists.catalogue import LISTS
from repository.lists.listing import Listing
from repository.models import Agency, Job
from repository.refusals import Refused

KIND = "export"
FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
IDS = "identities"
STEP = 500
# A sheet has no more rows.
SHEET_ROWS = 1_048_575
# What a spreadsheet would take for a formula when it opens a CSV (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def start_export(listing: Listing, format: str) -> Job:
    """Make the job. Raises Refused where the list is empty for this person."""
    if not listing.count:
        raise Refused.because(
            "export",
            None,
            "nothing",
            _("There is nothing in this list to write into a table."),
            _("Take a filter off, or choose another list."),
        )
    params = {
        "list": listing.name,
        "query": {**listing.filter_query, **({"sort": listing.given["sort"]} if listing.given.get("sort") else {})},
        "columns": [column.name for column in listing.shown],
        "format": format,
        "language": translation.get_language() or "vi",
    }
    return enqueue(KIND, listing.actor.id, params=params, total=listing.count)


def named(job: Job) -> str:
    listing = LISTS.get(job.params.get("list", ""))
    return _("Table: %(list)s") % {"list": listing.title} if listing else ""


def work_export(job: Job) -> Save:
    """Write the table. Raises ItemFailed where it has more rows than a sheet can hold."""
    assert job.actor is not None
    actor = actor_of(job.actor)
    with translation.override(job.params["language"]):
        listing = _listing(job, actor)
        # In a job an exact count is worth its while: the bar tells the truth.
        total = listing.rows.order_by().count()
        if job.params["format"] == "xlsx" and total > SHEET_ROWS:
            raise ItemFailed("too-long", _("A sheet holds no more than 1,048,575 rows. Narrow the list, or take CSV."))
        progress(job, done=0, total=total)
        ending = job.params["format"]
        name = file_name([str(listing.title), now().astimezone(LOCAL).strftime("%Y-%m-%d %H.%M")], ending)
        with making(job, IDS) as ids, making(job, name) as stream:
            done = WRITERS[ending](stream, listing, _noted(job, ids, listing))
    made = told(job, name, FORMATS[ending])

    def save() -> dict[str, Any]:
        agency = Agency.objects.filter(path__in=[post.path for post in actor.posts]).order_by("path").first()
        record("list.exported", actor, None, agency=agency, list=listing.name, rows=done, filters=listing.filter_query)
        Job.objects.filter(pk=job.pk).update(done=done, total=done)
        return {**made, "rows": done}

    return save


def _listing(job: Job, actor: Actor) -> Listing:
    return LISTS[job.params["list"]](actor, job.params["query"], job.params["columns"])


def _noted(job: Job, ids: IO[bytes], listing: Listing) -> Iterator[list[Any]]:
    """The rows by stretches; the identity of each is written down, and the bar goes on."""
    done = 0
    for rows in listing.stretches(STEP):
        ids.write(b"".join(row.pk.bytes for row in rows))
        yield rows
        done += len(rows)
        progress(job, done=done)


def _write_csv(stream: IO[bytes], listing: Listing, stretches: Iterable[list[Any]]) -> int:
    # The mark tells Excel that this is UTF-8.
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([str(column.label) for column in listing.shown])
    done = 0
    for rows in stretches:
        for row in rows:
            writer.writerow([_csv(column.plain(row)) for column in listing.shown])
        done += len(rows)
    text.flush()
    text.detach()
    return done


def _csv(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


def _write_xlsx(stream: IO[bytes], listing: Listing, stretches: Iterable[list[Any]]) -> int:
    # Texts stay texts: no formula, no link, no number is read out of them.
    plain = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(stream, plain)
    sheet = book.add_worksheet()
    bold, dated = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(listing.shown):
        sheet.set_column(at, at, 60 if "is-title" in column.css else 18)
        sheet.write_string(0, at, str(column.label), bold)
    done = 0
    for rows in stretches:
        for row in rows:
            done += 1
            for at, column in enumerate(listing.shown):
                _cell(sheet, done, at, column.plain(row), dated)
    book.close()
    return done


def _cell(sheet: Any, row: int, at: int, value: Any, dated: Any) -> None:
    # Excel knows no day before 1900.
    if isinstance(value, date) and value.year >= 1900:
        sheet.write_datetime(row, at, value, dated)
    elif isinstance(value, int):
        sheet.write_number(row, at, value)
    elif value not in (None, ""):
        sheet.write_string(row, at, sheet_text(_csv(value) if isinstance(value, date) else str(value)))


WRITERS: dict[str, Callable[[IO[bytes], Listing, Iterable[list[Any]]], int]] = {"csv": _write_csv, "xlsx": _write_xlsx}


def handed(job: Job, actor: Actor) -> None:
    """The table goes out: every row in it must still be hers to see."""
    beside = path_of(job, IDS)
    if beside is None:
        return
    listing = _listing(job, actor)
    for ids in _identities(beside):
        if listing.all_rows().filter(pk__in=ids).count() != len(ids):
            raise closed_since(None)


def _identities(path: Path) -> Iterator[list[UUID]]:
    with path.open("rb") as stream:
        while block := stream.read(16 * STEP):
            yield [UUID(bytes=block[at : at + 16]) for at in range(0, len(block), 16)]
