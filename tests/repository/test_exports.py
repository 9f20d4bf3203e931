"""A list as a table: the same rows in the same order with the same columns, harmless in a spreadsheet, and only what may be seen."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from repository.codes import JobState
from repository.jobs.run import run_to_end
from repository.lists.dossiers import Dossiers
from repository.lists.export import KIND
from repository.models import Dossier, Event, Job, Membership

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def products(settings: Any, tmp_path: Any) -> None:
    settings.PRODUCTS = tmp_path / "products"


def export(browser: Any, format: str, query: str = "", listed: str = "dossiers") -> Job:
    browser.post(f"/lists/{listed}/export/", {"format": format, "query": query})
    return run_to_end(Job.objects.filter(kind=KIND).order_by("-pk")[0].pk)


def body(browser: Any, job: Job) -> bytes:
    answer = browser.get(f"/jobs/{job.pk}/file/")
    assert answer.status_code == 200, answer.content.decode()
    return b"".join(answer.streaming_content)


def csv_rows(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def xlsx_rows(content: bytes) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(content)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("sort", ["", "code", "-code", "-ended", "due"])
def test_the_table_equals_the_list(sort, cast, records, client_of):
    for at in range(6):
        records.dossier(f"Hồ sơ {at}")
    records.closed(title="Đã đóng")
    listing = Dossiers(cast.clerk, {"sort": sort, "state": "open"})
    codes = [row.code for row in listing.page().rows]
    browser = client_of(cast.clerk)
    for format, read in (("csv", csv_rows), ("xlsx", xlsx_rows)):
        job = export(browser, format, f"sort={sort}&state=open")
        assert (job.state, job.done, job.total) == (JobState.DONE, 6, 6)
        rows = read(body(browser, job))
        assert [str(head) for head in rows[0]] == [str(column.label) for column in listing.shown]
        assert [row[0] for row in rows[1:]] == codes
    event = Event.objects.filter(kind="list.exported").last()
    assert event is not None and event.agency_path == cast.world.office.path


def test_chosen_columns_are_those_of_the_table(cast, records, client_of):
    records.dossier()
    Dossier.objects.update(warehouse="K1", box="9")
    browser = client_of(cast.clerk)
    browser.post("/lists/dossiers/columns/", {"column": ["place"]})
    rows = csv_rows(body(browser, export(browser, "csv")))
    assert len(rows[0]) == 3 and rows[1][2].endswith("9") and "K1" in rows[1][2]


@pytest.mark.parametrize("title", ["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)", "\tx", "=cmd|' /C calc'!A0"])
def test_what_a_spreadsheet_would_run_stays_text(title, cast, records, client_of):
    row = records.dossier()
    Dossier.objects.filter(pk=row.pk).update(title=title)
    browser = client_of(cast.clerk)
    assert csv_rows(body(browser, export(browser, "csv")))[1][1] == f"'{title}"
    content = body(browser, export(browser, "xlsx"))
    cell = load_workbook(io.BytesIO(content)).active.cell(2, 2)
    assert cell.data_type == "s" and str(cell.value).strip() == title.strip()


def test_only_what_may_be_seen_when_the_job_runs_goes_into_the_table(cast, records, client_of):
    records.dossier("Được thấy")
    hidden = records.dossier("KHONGDUOCTHAY")
    browser = client_of(cast.clerk)
    browser.post("/lists/dossiers/export/", {"format": "csv", "query": ""})
    Dossier.objects.filter(pk=hidden.pk).update(secrecy=1)
    job = run_to_end(Job.objects.get(kind=KIND).pk)
    content = body(browser, job).decode()
    assert "Được thấy" in content and "KHONGDUOCTHAY" not in content


def test_what_was_closed_since_the_table_was_made_does_not_go_out(cast, records, client_of):
    row = records.dossier()
    browser = client_of(cast.clerk)
    job = export(browser, "xlsx")
    Dossier.objects.filter(pk=row.pk).update(secrecy=1)
    assert browser.get(f"/jobs/{job.pk}/file/").status_code == 409
    Dossier.objects.filter(pk=row.pk).update(secrecy=0)
    assert browser.get(f"/jobs/{job.pk}/file/").status_code == 200
    Membership.objects.filter(user=cast.user("clerk")).delete()
    assert browser.get(f"/jobs/{job.pk}/file/").status_code == 409


@pytest.mark.parametrize("who", ["outsider", "stranger", "administrator", "superuser"])
def test_who_sees_nothing_gets_no_table(who, cast, records, client_of):
    records.document(records.dossier("KHONGDUOCTHAY"))
    browser = client_of(getattr(cast, who))
    for listed in ("dossiers", "documents"):
        answer = browser.post(f"/lists/{listed}/export/", {"format": "csv"})
        assert answer.status_code == 409
        assert "KHONGDUOCTHAY" not in answer.content.decode()
    assert not Job.objects.filter(kind="export").exists()


def test_events_are_exported_by_who_may_read_them_and_by_nobody_else(cast, records, client_of):
    records.dossier()
    browser = client_of(cast.auditor)
    rows = csv_rows(body(browser, export(browser, "csv", "kind=dossier", listed="events")))
    assert len(rows) > 1
    answer = client_of(cast.clerk).post("/lists/events/export/", {"format": "csv"})
    assert answer.status_code == 403
    assert client_of(cast.clerk).post("/lists/nothing/export/", {"format": "csv"}).status_code == 404
    assert client_of(cast.clerk).post("/lists/dossiers/export/", {"format": "exe"}).status_code == 404


def test_a_table_longer_than_a_stretch_has_every_row_once(cast, records, client_of, monkeypatch):
    monkeypatch.setattr("repository.lists.export.STEP", 3)
    codes = sorted(records.dossier(f"Hồ sơ {at}").code for at in range(8))
    browser = client_of(cast.clerk)
    rows = csv_rows(body(browser, export(browser, "csv", "sort=code")))
    assert [row[0] for row in rows[1:]] == codes
