"""The inventory of a dossier as xlsx: the form of Nghị định 30/2020 (mục lục văn bản), and beside it each document's file and signer.

The columns outside the form let a table that went out come back and find its documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from django.db import transaction

from repository import formats
from repository.access import fetch_for
from repository.actors import Actor, actor_of
from repository.codes import FileRole
from repository.events import record
from repository.jobs.engine import progress
from repository.jobs.outcomes import ItemFailed, Save
from repository.jobs.products import closed_since, making, told
from repository.models import Document, Dossier, File, Job, Placement
from repository.printing.facts import visible_places

KIND = "inventory_file"
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_ONCE = 2000  # documents; more of them are a job
STEP = 500
# The statutory form is Vietnamese whoever asks for it; widths in characters.
COLUMNS = (
    ("STT", 6), ("Số, ký hiệu văn bản", 20), ("Ngày tháng năm văn bản", 14), ("Tên loại và trích yếu nội dung văn bản", 60),
    ("Tác giả văn bản", 30), ("Trang số", 10), ("Ghi chú", 24), ("Người ký", 24), ("Số trang", 9), ("Tên tệp", 36),
)  # fmt: skip


def file_name(dossier: Dossier) -> str:
    return f"muc-luc-van-ban-{dossier.code}.xlsx".replace("/", "-")


def write_inventory(dossier: Dossier, stream: IO[bytes], *, actor: Actor, said: Any = lambda done: None) -> None:
    """Write the documents that the actor may see, in their order; `said` hears how many are written at each STEP."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        stream, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet("Mục lục văn bản")
    plain = book.add_format(
        {"font_name": "Times New Roman", "font_size": 12, "valign": "top", "text_wrap": True, "border": 1}
    )
    bold = book.add_format({"font_name": "Times New Roman", "font_size": 12, "bold": True})
    title = book.add_format({"font_name": "Times New Roman", "font_size": 14, "bold": True, "align": "center"})
    head = book.add_format(
        {
            "font_name": "Times New Roman",
            "font_size": 12,
            "bold": True,
            "align": "center",
            "valign": "vcenter",
            "text_wrap": True,
            "border": 1,
        }
    )
    for column, (_name, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(4)
    sheet.freeze_panes(5, 0)
    sheet.write_string(0, 0, dossier.agency.name.upper(), bold)
    sheet.write_string(1, 3, "MỤC LỤC VĂN BẢN", title)
    sheet.write_string(2, 0, f"Hồ sơ số: {dossier.code}. Tiêu đề: {dossier.title}", bold)
    for column, (name, _width) in enumerate(COLUMNS):
        sheet.write_string(4, column, name, head)
    for done, cells in enumerate(_lines(dossier, actor), start=1):
        for column, value in enumerate(cells):
            if isinstance(value, int):
                sheet.write_number(4 + done, column, value, plain)
            else:
                sheet.write_string(4 + done, column, value, plain)
        if done % STEP == 0:
            said(done)
    book.close()


def _lines(dossier: Dossier, actor: Actor) -> Iterator[list[str | int]]:
    """Pages are counted through the dossier; after a document whose pages nobody counted, figures are left to a hand."""
    at: int | None = 0
    last = -1
    while places := list(visible_places(actor, dossier).filter(number__gt=last).select_related("document")[:STEP]):
        last = places[-1].number
        names = _names([place.document_id for place in places])
        for place in places:
            document: Document = place.document
            count = document.page_amount or 0
            pages = ""
            if at is not None and count:
                pages = str(at + 1) if count == 1 else f"{at + 1}–{at + count}"
            at = at + count if at is not None and count else None
            yield [
                place.number,
                document.code,
                formats.day(document.issued_date) if document.issued_date else "",
                " ".join(part for part in (document.type_name, document.subject) if part),
                document.organ_name,
                pages,
                document.description,
                document.signer_name,
                count or "",
                names.get(document.pk, ""),
            ]


def _names(documents: list[Any]) -> dict[Any, str]:
    files = File.objects.filter(version__document__in=documents, version__current=True, role=FileRole.MAIN)
    return dict(files.values_list("version__document_id", "name"))


def work_file(job: Job) -> Save:
    """Raises ItemFailed where the person may no longer see the dossier."""
    dossier = Dossier.objects.select_related("agency").filter(pk=job.dossier_id).first()
    actor = actor_of(job.actor) if job.actor else None
    if dossier is None or actor is None or not Dossier.objects.visible_to(actor).filter(pk=dossier.pk).exists():
        raise ItemFailed("not-visible", "")
    name = file_name(dossier)
    progress(job, total=Placement.objects.filter(dossier=dossier).count())
    with making(job, name) as stream:
        write_inventory(dossier, stream, actor=actor, said=lambda done: progress(job, done=done))

    hidden = _hidden(dossier, actor)

    def save() -> dict[str, Any]:
        Job.objects.filter(pk=job.pk).update(done=Job.objects.get(pk=job.pk).total)
        return {**told(job, name, MIME), "hidden": hidden}

    return save


def _hidden(dossier: Dossier, actor: Actor) -> int:
    return Placement.objects.filter(dossier=dossier).count() - visible_places(actor, dossier).count()


@transaction.atomic
def hand_out(dossier: Dossier, *, actor: Actor) -> None:
    """The event that the inventory went out."""
    record("dossier.printed", actor, dossier, sheet="mục lục văn bản (xlsx)")


def handed(job: Job, actor: Actor) -> None:
    """Raises NotVisible, or Refused where a document was closed to the person since the file was made."""
    dossier = fetch_for(actor, "view", Dossier, job.dossier_id or "", related=("agency",))
    if _hidden(dossier, actor) > job.result.get("hidden", 0):
        raise closed_since(dossier)
    hand_out(dossier, actor=actor)
