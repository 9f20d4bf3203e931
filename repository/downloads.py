"""Everything of a dossier in one ZIP, made by a job: the original files under names that tell what they are, a list, and checksums.

The files are those of the current versions that the person may see when the job runs; when she fetches the ZIP they are looked at again.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from repository import blobs
from repository.access import fetch_for
from repository.actors import Actor, actor_of
from repository.bytes import BytesMissing, open_file
from repository.codes import FileRole
from repository.events import record, record_many
from repository.file_names import file_name, sheet_text
from repository.jobs.engine import UNFINISHED, enqueue, progress
from repository.jobs.outcomes import ItemFailed, Save
from repository.jobs.products import closed_since, making, told
from repository.models import Document, Dossier, File, Job, Placement
from repository.printing.facts import visible_places
from repository.refusals import Forbidden, NotVisible, Refused

KIND = "download"
LIST, SUMS = "muc-luc.xlsx", "SHA256SUMS"
COLUMNS = ("STT", "Số, ký hiệu", "Ngày", "Loại", "Trích yếu", "Tác giả", "Số trang", "Tệp", "SHA-256", "Ghi chú")
# Written as they are: what is compressed by itself only costs time when it is compressed again.
DEFLATED = ("text/", "application/xml", "application/rtf", "application/msword", "image/bmp", "image/tiff", "image/svg")
STEP = 500


@dataclass(frozen=True)
class Entry:
    """One file on its way into the ZIP, under its name there."""

    place: Placement
    file: File
    name: str


@transaction.atomic
def collect(dossier_id: UUID | str, *, actor: Actor) -> Job:
    """Have the ZIP made; the one that is being made for this person already, where there is one. Raises NotVisible or Refused."""
    dossier = fetch_for(actor, "download", Dossier, dossier_id, related=("agency",), lock=True)
    running = Job.objects.filter(kind=KIND, dossier=dossier, actor=actor.user, state__in=UNFINISHED).first()
    if running is not None:
        return running
    total = visible_places(actor, dossier).count()
    if not total:
        raise Refused.because(
            "download", dossier, "empty", _("The dossier holds no document."), _("File its documents first.")
        )
    return enqueue(KIND, actor.id, dossier=dossier, total=total)


def work_download(job: Job) -> Save:
    """Write the ZIP. Raises ItemFailed where the person may not see the dossier any more, or the disk is too small."""
    assert job.actor is not None
    actor = actor_of(job.actor)
    try:
        dossier = fetch_for(actor, "download", Dossier, job.dossier_id, related=("agency",))  # type: ignore[arg-type]
    except (NotVisible, Forbidden) as closed:
        raise ItemFailed("closed", _("You may not see this dossier any more.")) from closed
    files = list(_files(actor, dossier))
    _check_room(sum(file.size for _place, file in files))
    progress(job, done=0, total=len(files))
    folder = file_name([dossier.code], "")
    given: list[str] = []
    with making(job, f"{folder}.zip") as stream, zipfile.ZipFile(stream, "w", allowZip64=True) as archive:
        rows, sums, left_out = [], [], 0
        for entry in _named(files):
            note = _put(archive, folder, entry)
            if note:
                left_out += 1
            else:
                given.append(str(entry.file.pk))
                sums.append((entry.file.sha256, entry.name))
            rows.append((entry, note))
            progress(job, done=len(given), failed=left_out)
        listed = _list(rows)
        sums.append((hashlib.sha256(listed).hexdigest(), LIST))
        archive.writestr(f"{folder}/{LIST}", listed)
        archive.writestr(f"{folder}/{SUMS}", "".join(f"{digest}  {name}\n" for digest, name in sums))
    made = told(job, f"{folder}.zip", "application/zip")
    return lambda: {**made, "files": given, "left_out": left_out}


def handed(job: Job, actor: Actor) -> None:
    """The ZIP goes out: every file in it must still be hers to see; one event for the whole, one for each file."""
    dossier = fetch_for(actor, "download", Dossier, job.dossier_id, related=("agency",))  # type: ignore[arg-type]
    ids = [UUID(one) for one in job.result["files"]]
    rows: list[tuple[Document, Dossier | None, dict[str, Any]]] = []
    for some in _in_steps(ids):
        seen = File.objects.visible_to(actor).filter(pk__in=some).select_related("version__document__agency")
        for file in seen:
            about = {"id": file.pk, "name": file.name, "sha256": file.sha256}
            rows.append(
                (file.version.document, dossier, {"file": about, "version": file.version.number, "job": job.pk})
            )
    if len(rows) != len(ids):
        raise closed_since(dossier)
    record("dossier.collected", actor, dossier, count=len(rows), job=job.pk)
    record_many("file.downloaded", actor, rows)  # type: ignore[arg-type]


def _in_steps(ids: list[UUID]) -> Iterator[list[UUID]]:
    for at in range(0, len(ids), STEP):
        yield ids[at : at + STEP]


def _files(actor: Actor, dossier: Dossier) -> Iterator[tuple[Placement, File]]:
    """The files of current versions, in the order of the documents; two queries for each stretch of documents."""
    after = 0
    while True:
        places = list(visible_places(actor, dossier).filter(number__gt=after).select_related("document")[:STEP])
        if not places:
            return
        after = places[-1].number
        found: dict[UUID, list[File]] = {}
        rows = (
            File.objects.filter(version__document__in=[place.document_id for place in places], version__current=True)
            .exclude(role=FileRole.RENDITION)
            .select_related("version")
            .order_by("role", "id")
        )
        for file in rows:
            found.setdefault(file.version.document_id, []).append(file)
        for place in places:
            # The main file first, then what goes with it.
            for file in sorted(found.get(place.document_id, []), key=lambda one: one.role != FileRole.MAIN):
                yield place, file


def _named(files: list[tuple[Placement, File]]) -> Iterator[Entry]:
    """`07 - 88-QĐ-UBND - Kiện toàn ….pdf`; what goes with a main file carries its own name besides. No name stands twice."""
    width = max(2, len(str(max((place.number for place, _file in files), default=0))))
    taken: set[str] = {LIST, SUMS.casefold()}
    for place, file in files:
        document = place.document
        parts = [f"{place.number:0{width}}", document.code, document.subject]
        if file.role != FileRole.MAIN:
            parts = [*parts[:2], str(file.get_role_display()), file.name.rpartition(".")[0] or file.name]
        ending = file.name.rpartition(".")[2] if "." in file.name else ""
        name, again = file_name(parts, ending), 2
        while name.casefold() in taken:
            name, again = file_name([*parts[:1], f"({again})", *parts[1:]], ending), again + 1
        taken.add(name.casefold())
        yield Entry(place, file, name)


def _put(archive: zipfile.ZipFile, folder: str, entry: Entry) -> str:
    """Write the file into the ZIP; why not, where its bytes are gone or are not what they were."""
    file = entry.file
    try:
        with open_file(file) as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != file.sha256:  # type: ignore[arg-type]
                return str(_("damaged in the archive, left out"))
            stream.seek(0)
            about = zipfile.ZipInfo(f"{folder}/{entry.name}", date_time=file.received_at.timetuple()[:6])
            about.compress_type = zipfile.ZIP_DEFLATED if file.mime.startswith(DEFLATED) else zipfile.ZIP_STORED
            about.external_attr = 0o644 << 16
            with archive.open(about, "w", force_zip64=file.size >= 2**31) as target:
                _copy(stream, target)
    except BytesMissing:
        return str(_("missing in the archive, left out"))
    return ""


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    shutil.copyfileobj(source, target, blobs.CHUNK)


def _list(rows: Iterable[tuple[Entry, str]]) -> bytes:
    """The list of documents as a workbook; every cell is text or a figure, never a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Mục lục")
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJ", (6, 20, 12, 16, 70, 34, 9, 60, 66, 30), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append(list(COLUMNS))
    for entry, note in rows:
        document, file = entry.place.document, entry.file
        texts = (document.type_name, document.subject, document.organ_name)
        day = document.issued_date
        sheet.append(
            [
                entry.place.number,
                _cell(sheet, document.code),
                day,
                *(_cell(sheet, text) for text in texts),
                document.page_amount if file.role == FileRole.MAIN else None,
                _cell(sheet, "" if note else entry.name),
                _cell(sheet, file.sha256),
                _cell(sheet, note),
            ]
        )
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=sheet_text(text))
    # A value that begins with "=" would be taken for a formula.
    cell.data_type = "s"
    return cell


def _check_room(size: int) -> None:
    settings.PRODUCTS.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(settings.PRODUCTS).free < size + 100 * 1024 * 1024:
        raise ItemFailed("disk-full", _("The archive's disk is too full for this file. Tell your administrator."))
