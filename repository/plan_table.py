"""The file plan as an Excel table in the form of the decree (danh mục hồ sơ), and such a table read back.

Columns: notation, heading and title, retention, who makes it, note (Nghị định 30/2020, phụ lục V); outside the form a sixth with the code
of the record class, so that a table that went out can come back. A table that came from outside is read in a worker of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from repository.access.acts import READING_ROLES
from repository.access.querysets import under
from repository.actors import actor_of
from repository.file_names import sheet_text
from repository.isolation import Isolated
from repository.jobs.engine import progress
from repository.jobs.outcomes import ItemRefused
from repository.jobs.products import making, told
from repository.models import FilePlan, FilePlanEntry, Job, RecordClass, User
from repository.plan_codes import sort_key

KIND = "plan table"
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_ONCE = 500  # headings; more of them are a job
MOST_BYTES = 10 * 1024 * 1024
WIDTHS = (16, 70, 18, 32, 30, 14)  # characters
# The statutory form is Vietnamese whoever asks for it.
TITLES = ("Số, ký hiệu hồ sơ", "Tiêu đề hồ sơ", "Thời hạn bảo quản", "Người lập hồ sơ", "Ghi chú", "Mã nhóm")

_reader = Isolated("repository.plan_rows:read_rows", seconds=30, memory_mb=512, workers=1)


def file_name(plan: FilePlan) -> str:
    return f"danh-muc-ho-so-{plan.agency.code}-{plan.year}.xlsx"


def entries_of(plan: FilePlan) -> list[FilePlanEntry]:
    """The plan's headings in the order of the printed list: each before those below it."""
    rows = list(plan.entries.select_related("record_class", "unit"))
    below: dict[Any, list[FilePlanEntry]] = {}
    for row in sorted(rows, key=lambda row: sort_key(row.notation)):
        below.setdefault(row.parent_id, []).append(row)
    ordered: list[FilePlanEntry] = []
    waiting = below.get(None, [])[::-1]
    while waiting:
        row = waiting.pop()
        ordered.append(row)
        waiting += below.get(row.pk, [])[::-1]
    return ordered


def period_of(record_class: RecordClass | None) -> str:
    """Vĩnh viễn or 20 năm, as the form has it."""
    if record_class is None:
        return ""
    return "Vĩnh viễn" if record_class.period is None else f"{record_class.period} năm"


def write_table(
    plan: FilePlan, entries: Iterable[FilePlanEntry], stream: IO[bytes], *, said: Callable[[int], None] = lambda n: None
) -> None:
    """Write the plan as xlsx, row by row; `said` hears how many rows are written at each 500."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(f"{plan.year}")
    for letter, width in zip("ABCDEF", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A6"

    def cell(value: Any, *, bold: bool = False, wrap: bool = False) -> Any:
        made = WriteOnlyCell(sheet, value=text(value))
        made.font = Font(name="Times New Roman", size=12, bold=bold)
        made.alignment = Alignment(vertical="top", wrap_text=wrap)
        return made

    sheet.append([cell(plan.agency.name.upper(), bold=True)])
    sheet.append([None, cell(f"DANH MỤC HỒ SƠ NĂM {plan.year}", bold=True)])
    issued = f"(Ban hành kèm theo Quyết định số {plan.issued_number})" if plan.issued_number else ""
    sheet.append([None, cell(issued)])
    sheet.append([])
    sheet.append([cell(title, bold=True, wrap=True) for title in TITLES])
    permanent = fixed = 0
    for count, row in enumerate(entries, start=1):
        kept, unit = row.record_class, row.unit
        values = (
            row.notation,
            row.title,
            period_of(kept),
            unit.name if unit else "",
            row.note,
            kept.code if kept else "",
        )
        sheet.append([cell(value, wrap=index in (1, 4)) for index, value in enumerate(values)])
        permanent += kept is not None and kept.period is None
        fixed += kept is not None and kept.period is not None
        if count % 500 == 0:
            said(count)
    sheet.append([])
    total = permanent + fixed
    sheet.append(
        [None, cell(f"Bản danh mục này có {total} hồ sơ, gồm: {permanent} hồ sơ vĩnh viễn, {fixed} hồ sơ có thời hạn.")]
    )
    book.save(stream)


def text(value: Any) -> Any:
    """A cell's text: never a formula (a dash that begins a list is none), no control characters."""
    if not isinstance(value, str):
        return value
    clean = sheet_text(value)
    return f"'{clean}" if clean[:1] in "=+@" or (clean[:1] == "-" and not clean[1:2].isspace()) else clean


def work_table(job: Job) -> Callable[[], dict[str, Any]]:
    """The job's work: the table of one plan for whoever asked for it, if she may still see the plan."""
    user = User.objects.filter(pk=job.actor_id).first()
    rows = FilePlan.objects.select_related("agency").filter(pk=job.params["plan"])
    plan = rows.filter(under("agency__path", actor_of(user).paths(*READING_ROLES))).first() if user else None
    if plan is None:
        raise ItemRefused("gone", str(_("The plan is not there any more.")))
    entries = entries_of(plan)
    progress(job, done=0, total=len(entries))
    with making(job, file_name(plan)) as stream:
        write_table(plan, entries, stream, said=lambda done: progress(job, done=done))

    def save() -> dict[str, Any]:
        Job.objects.filter(pk=job.pk).update(done=len(entries))
        return told(job, file_name(plan), MIME)

    return save


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a table that somebody sent, each with its line in the sheet. Raises ParserFailed, TooLarge or TooLate (repository.isolation)."""
    answer: list[dict[str, str]] = _reader.run(str(path))
    return answer
