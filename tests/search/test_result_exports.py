"""All that a search finds as a table: only what may be seen, harmless in a spreadsheet, and recomputable by anybody."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.urls import reverse
from docx import Document as Word
from openpyxl import load_workbook

from repository.actions.place_document import place_document
from repository.actors import actor_of
from repository.codes import JobState, Secrecy
from repository.jobs.products import path_of
from repository.jobs.run import run_to_end
from repository.models import Document, Dossier, Event, Job, Membership, User
from repository.registry import registry
from search.exports.jobs import KIND
from search.exports.rows import IDS
from search.indexer import drain
from tests.pki import authority
from tests.signing.servers import seal_of_the_archive

pytestmark = [pytest.mark.django_db(transaction=True)]

QUERY = "q=thiên+tai"
COLUMNS = ["number", "date", "subject", "dossiers", "pages"]
SUBJECTS = {
    '=HYPERLINK("http://x")&thiên tai <b>đậm</b>': date(2025, 3, 4),
    "'=1+1 thiên tai": date(1890, 1, 2),
    "@SUM(A1) thiên tai _x0041_": None,
    "Phòng, chống thiên tai\tnăm 2025": date(2025, 3, 5),
}


@pytest.fixture(autouse=True)
def products(settings: Any, tmp_path: Path) -> None:
    settings.PRODUCTS = tmp_path / "products"
    settings.SEAL_KEY_FILE = settings.SEAL_TOKEN = None


@pytest.fixture
def filed(records: Any, cast: Any) -> list[Document]:
    dossier = records.dossier()
    made = [records.document(dossier, subject=subject, issued_date=day) for subject, day in SUBJECTS.items()]
    secret = records.document(dossier, subject="Thiên tai tuyệt mật")
    elsewhere = records.dossier("Xã", by=cast.outsider, entry=cast.world.commune_entry)
    records.document(elsewhere, by=cast.outsider, subject="Thiên tai ở xã")
    Document.objects.filter(pk=secret.pk).update(secrecy=Secrecy.SECRET)
    drain()
    return made


def export(client: Any, format: str, query: str = QUERY, columns: list[str] = COLUMNS) -> Job:
    answer = client.post(reverse("export_found"), {"search": query, "format": format, "column": columns})
    assert answer.status_code == 302
    job = run_to_end(Job.objects.filter(kind=KIND).latest("pk").pk)
    assert answer.url == reverse("job", args=[job.pk])
    return job


def fetched(client: Any, job: Job, folder: Path) -> Path:
    answer = client.get(reverse("job_file", args=[job.pk]))
    assert answer.status_code == 200, answer.content.decode()
    path = folder / job.result["product"]["name"]
    path.write_bytes(b"".join(answer.streaming_content))
    return path


def verified(path: Path, capsys: Any) -> tuple[int, str]:
    """The command's end and its last word."""
    capsys.readouterr()
    try:
        call_command("verify_export", str(path))
        end = 0
    except SystemExit as exit:
        end = int(exit.code)
    return end, capsys.readouterr().out.strip().splitlines()[-1]


def rewritten(path: Path, **changed: Any) -> Path:
    """The same package with some of its files put through a function."""
    out = path.with_name(f"changed-{path.name}")
    with zipfile.ZipFile(path) as found, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in found.namelist():
            data = found.read(name)
            for ending, change in changed.items():
                data = change(data) if name.endswith(ending.replace("_", ".")) else data
            made.writestr(name, data)
    return out


def sheet_of(path: Path) -> dict[str, Any]:
    return json.loads(zipfile.ZipFile(path).read("sheet.json"))


def test_a_workbook_holds_typed_rows_its_sheet_and_nothing_that_may_not_be_seen(
    filed, cast, client_of, tmp_path, capsys
):
    client = client_of(cast.reader)
    job = export(client, "xlsx")
    assert (job.state, job.done, job.total) == (JobState.DONE, 4, 4), job.message
    path = fetched(client, job, tmp_path)
    book = load_workbook(path)
    told = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows()}
    assert cast.reader.label in told.values() and "thiên tai" in told.values()
    rows = [[cell.value for cell in row] for row in book.worksheets[1].iter_rows()][1:]
    # Newest first, the undated last; a day before 1900 stays a text.
    assert [row[2] for row in rows] == [datetime(2025, 3, 5), datetime(2025, 3, 4), "1890-01-02", None]
    # openpyxl leaves the workbook's own escape as it stands in the file.
    assert [row[3].replace("_x005F_", "_") for row in rows] == [
        "Phòng, chống thiên tai năm 2025",
        *[subject for subject in SUBJECTS if not subject.startswith("Phòng")],
    ]
    assert all(cell.data_type != "f" for row in book.worksheets[1].iter_rows() for cell in row)
    assert book.worksheets[2].sheet_state == "hidden"
    assert verified(path, capsys) == (2, "not signed")
    details = json.loads(bytes(Event.objects.get(kind="search.exported").body))["details"]
    assert (details["rows"], details["rows_sha256"]) == (4, job.result["rows_sha256"])
    assert Event.objects.filter(kind="search.downloaded", actor_id=cast.reader.id).count() == 1


def test_the_hash_is_what_the_documentation_says(filed, cast, client_of, tmp_path):
    path = fetched(client_of(cast.reader), export(client_of(cast.reader), "csv"), tmp_path)
    sheet = sheet_of(path)
    with zipfile.ZipFile(path) as package:
        table = package.read(sheet["file"]["name"])
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))[1:]
    lines = [
        json.dumps([cell.removeprefix("'") for cell in row], ensure_ascii=False, separators=(",", ":")) + "\n"
        for row in rows
    ]
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == sheet["rows_sha256"]
    assert hashlib.sha256(table).hexdigest() == sheet["file"]["sha256"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert [one["name"] for one in sheet["columns"]] == COLUMNS
    assert sheet["query"]["typed"] == "thiên tai" and sheet["query"]["understood"] == "thiên + tai"
    assert sheet["scope"]["roles"] == [
        {"role": "reader", "agency": cast.world.office.name, "path": cast.world.office.path}
    ]
    assert sheet["index"]["behind"] == 0 and sheet["index"]["engine"]


def test_a_word_document_and_a_pdf_are_for_reading_and_recompute_as_well(filed, cast, client_of, tmp_path, capsys):
    client = client_of(cast.reader)
    path = fetched(client, export(client, "docx"), tmp_path)
    with zipfile.ZipFile(path) as package:
        word = Word(io.BytesIO(package.read(sheet_of(path)["file"]["name"])))
    assert [row.cells[3].text for row in word.tables[1].rows][1] == "Phòng, chống thiên tai năm 2025"
    assert len(word.tables[1].rows) == 5
    assert "PAGE" in word.sections[0].footer._element.xml
    assert verified(path, capsys) == (2, "not signed")

    path = fetched(client, export(client, "pdf"), tmp_path)
    with (
        zipfile.ZipFile(path) as package,
        pikepdf.open(io.BytesIO(package.read(sheet_of(path)["file"]["name"]))) as pdf,
    ):
        assert len(pdf.pages) == 2
    assert verified(path, capsys) == (2, "not signed")
    assert verified(rewritten(path, rows_jsonl=lambda data: data.replace(b"2025", b"2026")), capsys) == (1, "differs")
    assert verified(rewritten(path, pdf=lambda data: data + b"\n"), capsys) == (1, "differs")


def test_pages_of_a_long_pdf_are_set_in_stretches_and_numbered_on(filed, cast, client_of, tmp_path, monkeypatch):
    monkeypatch.setattr("search.exports.pdf.STRETCH", 2)
    client = client_of(cast.reader)
    path = fetched(client, export(client, "pdf"), tmp_path)
    with zipfile.ZipFile(path) as package:
        data = package.read(sheet_of(path)["file"]["name"])
    import pypdfium2

    texts = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]
    assert len(texts) == 3
    assert [f"Trang {number}" in text or f"Page {number}" in text for number, text in enumerate(texts, start=1)] == [
        True
    ] * 3
    assert "thiên tai" in texts[2]


class HeldSeal:
    """A seal whose certificate is settled, without a certificate."""

    def ready(self) -> bool:
        return True

    def seal(self, data: bytes, purpose: str) -> bytes:
        return hmac.digest(purpose.encode(), data, "sha256")

    def check(self, data: bytes, seal: bytes, purpose: str) -> tuple[bool | None, str]:
        return hmac.compare_digest(seal, self.seal(data, purpose)), "…"


def test_a_sealed_table_is_equal_until_anything_in_it_is_changed(filed, cast, client_of, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(registry, "sealers", [HeldSeal()])
    client = client_of(cast.reader)
    path = fetched(client, export(client, "xlsx"), tmp_path)
    assert verified(path, capsys) == (0, "equal")
    for sheet, row, column, value in ((1, 3, 4, "Đã sửa"), (1, 1, 4, "Tên cột khác"), (0, 1, 2, "người khác")):
        book = load_workbook(path)
        book.worksheets[sheet].cell(row, column).value = value
        changed = tmp_path / "changed.xlsx"
        book.save(changed)
        assert verified(changed, capsys) == (1, "differs"), (sheet, row, column)

    package = fetched(client, export(client, "csv"), tmp_path)
    assert verified(package, capsys) == (0, "equal")
    other = rewritten(package, sheet_json=lambda data: data.replace(cast.reader.label.encode(), b"Ai khac"))
    assert verified(other, capsys) == (1, "differs")
    assert verified(rewritten(package, csv=lambda data: data.replace(b"2025", b"2024")), capsys) == (1, "differs")


def test_the_archives_own_seal_stands_under_the_sheet(filed, cast, client_of, tmp_path, capsys, settings):
    seal_of_the_archive(authority(), tmp_path / "seal", settings)
    client = client_of(cast.reader)
    path = fetched(client, export(client, "csv"), tmp_path)
    assert "sheet.p7s" in zipfile.ZipFile(path).namelist()
    # The root is no anchor here: the seal is intact, and whose it is stays open.
    assert verified(path, capsys) == (2, "not proven")
    broken = rewritten(path, sheet_json=lambda data: data.replace(b'"left_out":0', b'"left_out":1'))
    assert verified(broken, capsys) == (1, "differs")


def test_what_is_no_table_of_ours_is_said_to_be_none(tmp_path):
    from django.core.management.base import CommandError

    for name, data in (("x.xlsx", b"no workbook"), ("x.zip", b"PK"), ("y.zip", b"")):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(CommandError):
            call_command("verify_export", str(path))


def test_a_table_does_not_go_out_once_a_document_in_it_was_closed_to_her(filed, cast, client_of):
    client = client_of(cast.reader)
    job = export(client, "csv")
    Document.objects.filter(pk=filed[0].pk).update(secrecy=Secrecy.SECRET)
    assert client.get(reverse("job_file", args=[job.pk])).status_code == 409
    assert not Event.objects.filter(kind="search.downloaded").exists()


def test_nor_once_a_dossier_that_it_names_was_closed_to_her(filed, records, cast, client_of):
    client = client_of(cast.reader)
    elsewhere = records.dossier("Nơi khác cũng giữ")
    place_document(filed[0].pk, elsewhere.pk, actor=cast.clerk)
    named, unnamed = export(client, "csv"), export(client, "csv", columns=["number", "subject"])
    Dossier.objects.filter(pk=elsewhere.pk).update(secrecy=Secrecy.SECRET)

    assert client.get(reverse("job_file", args=[named.pk])).status_code == 409
    assert client.get(reverse("job_file", args=[unnamed.pk])).status_code == 200


def test_a_table_whose_identities_are_gone_stays_here(filed, cast, client_of):
    client = client_of(cast.reader)
    job = export(client, "csv")
    path_of(job, IDS).unlink()
    assert client.get(reverse("job_file", args=[job.pk])).status_code == 409


def test_the_words_of_who_is_cleared_higher_are_not_read_by_who_is_not(filed, cast, client_of):
    User.objects.filter(pk=cast.reader.id).update(clearance=Secrecy.SECRET)
    export(client_of(actor_of(User.objects.get(pk=cast.reader.id))), "csv", query=f"{QUERY}+OR+hoangyen")

    told = Event.objects.filter(kind__in=("search.export_asked", "search.exported"))
    assert {event.secrecy for event in told} == {Secrecy.SECRET}
    assert "hoangyen" not in client_of(cast.auditor).get(reverse("events")).content.decode()
    assert not told.filter(secrecy__lte=cast.auditor.clearance).exists()


def test_who_lost_her_role_before_the_job_ran_gets_nothing(filed, cast, client_of):
    client = client_of(cast.reader)
    client.post(reverse("export_found"), {"search": QUERY, "format": "csv"})
    Membership.objects.filter(user=cast.user("reader")).delete()
    job = run_to_end(Job.objects.get(kind=KIND).pk)
    assert (job.state, job.reason) == (JobState.FAILED, "closed")


def test_the_page_of_results_offers_it_and_without_a_search_there_is_nothing(filed, cast, client_of):
    client = client_of(cast.reader)
    assert reverse("export_found") in client.get(f"{reverse('search')}?{QUERY}").content.decode()
    assert client.get(reverse("export_found")).status_code == 404
    form = client.get(reverse("export_found"), {"search": QUERY})
    assert QueryDict(form.context["kept"]) == QueryDict(QUERY)
    assert not form.context.get("query"), "the search box above the form begins empty"
    assert client_of(cast.stranger).get(reverse("export_found"), {"search": QUERY}).status_code == 403
