"""The Excel inventory: odd tables read, rows matched with files, what they say otherwise applied, and the way back."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from repository.inventory.entries import day_of, entries_of, plain_code, split_code, split_subject
from repository.inventory.headings import KEYS, guess, layout_of
from repository.inventory.sheets import read
from repository.jobs.run import run_to_end
from repository.models import Document, Job
from repository.text.days import read_day

ROWS = [
    ["ỦY BAN NHÂN DÂN TỈNH LAM GIANG"],
    [None, "MỤC LỤC VĂN BẢN"],
    [],
    [
        "STT",
        "Số, ký hiệu văn bản",
        "Ngày tháng",
        "Tên loại và trích yếu nội dung",
        "Tác giả",
        "Tờ số",
        "Ghi chú",
        "Tên tệp",
    ],
    ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
    [1, "06/2022/QĐ-UBND", datetime(2022, 3, 5), "Quyết định Ban hành Quy chế", "UBND tỉnh", 1, None, None],
    [],
    [2, "7/KH-UBND", 44625, "Kế hoạch: tuyên truyền", "UBND tỉnh", 3, "bản sao", "BC 1.pdf"],
    [3, "99/TB-UBND", "hôm qua", "Thông báo", "UBND tỉnh", 5, None, None],
]


def book(rows):
    made = Workbook()
    made.create_sheet("Bìa", 0)["A1"] = "Bìa"
    for row in rows:
        made["Sheet"].append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def table_of(tmp_path, content, name="muc-luc.xlsx"):
    path = tmp_path / name
    path.write_bytes(content)
    return read(str(path))["rows"]


# The table


def test_headings_are_found_below_a_title_and_the_row_of_column_numbers_is_none_of_the_list(tmp_path):
    rows = table_of(tmp_path, book(ROWS))
    layout = layout_of(rows)
    found = entries_of(rows, layout)

    assert (layout.head, layout.first) == (3, 5)
    assert list(layout.columns.values()) == [
        *("order", "code", "issued_date", "type_subject", "organ_name", "sheet", "description", "file"),
    ]
    assert [entry.number for entry in found] == [6, 8, 9]
    assert found[0].values["issued_date"] == date(2022, 3, 5)
    assert found[1].values["issued_date"] == date(2022, 3, 5), "Excel's serial number of a day"
    assert found[2].wrong == {"issued_date": "hôm qua"}
    assert (found[0].values["number"], found[0].values["notation"]) == ("06", "QĐ-UBND")
    assert (found[1].values["type_name"], found[1].values["subject"]) == ("Kế hoạch", "Tuyên truyền")


def test_two_rows_of_headings_with_merged_cells_are_read_together(tmp_path):
    rows = [
        ["TT", "Văn bản", None, None, "Trích yếu"],
        [None, "Số", "Ký hiệu", "Ngày ban hành", None],
        [1, "12", "KH-UBND", "5.2.2025", "Tuyên truyền"],
    ]
    made = table_of(tmp_path, book(rows))
    layout = layout_of(made)

    assert layout.columns == {0: "order", 1: "number", 2: "notation", 3: "issued_date", 4: "subject"}
    (entry,) = entries_of(made, layout)
    assert entry.code == "12/KH-UBND"
    assert entry.values["issued_date"] == date(2025, 2, 5)


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("SỐ KÝ HIỆU", "code"),
        ("So, ky hieu VB", "code"),
        ("Ngày, tháng, năm văn bản", "issued_date"),
        ("Trich yeu noi dung", "subject"),
        ("Cơ quan ban hành", "organ_name"),
        ("Số trang", "page_amount"),
        ("Trang số", "sheet"),
        ("Người ký", "signer_name"),
        ("Tên file", "file"),
        ("Ghi chú", "description"),
    ],
)
def test_a_heading_is_known_with_and_without_marks(heading, key):
    assert guess(["STT", heading])[1] == key


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_text_table_is_read_in_its_encodings(tmp_path, encoding, separator):
    lines = [["STT", "Số ký hiệu", "Trích yếu"], ["1", "01/QĐ-UBND", "Kiện toàn"]]
    content = "\n".join(separator.join(line) for line in lines).encode(encoding)

    assert table_of(tmp_path, content, "muc-luc.csv") == lines


def test_a_formula_gives_no_formula_and_an_old_excel_is_told(tmp_path):
    rows = table_of(tmp_path, book([["Số ký hiệu", "Trích yếu"], ['=HYPERLINK("http://x")', "Một"]]))
    assert rows[1][1] == "Một"
    assert "HYPERLINK" not in rows[1][0]
    with pytest.raises(ValueError, match="old excel"):
        table_of(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cu.xls")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.lists(st.lists(st.text(max_size=30), max_size=8), max_size=8))
def test_no_table_makes_the_reader_stumble(rows):
    layout = layout_of(rows)
    assert set(layout.columns.values()) <= set(KEYS)
    assert len(set(layout.columns.values())) == len(layout.columns)
    for entry in entries_of(rows, layout):
        assert 1 <= entry.number <= len(rows)


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2060, 1, 1)))
def test_a_day_is_read_however_it_is_written(day):
    for written in (f"{day:%d/%m/%Y}", f"{day.day}-{day.month}-{day.year}", f"{day:%d.%m.%Y}", day.isoformat()):
        assert read_day(written) == day
    assert day_of(str((day - date(1899, 12, 30)).days)) == day


@given(st.text(max_size=60))
def test_what_is_no_day_is_refused_and_nothing_else_happens(text):
    try:
        assert read_day(text) is None or len(text) >= 8
    except ValueError:
        assert text.strip()


def test_codes_compare_without_noughts_marks_and_year():
    assert plain_code("06/2022/QĐ-UBND") == plain_code("6/qd-ubnd")
    assert plain_code("06/QĐ-UBND") != plain_code("16/QĐ-UBND")
    assert split_code("không số") == {"code": "không số"}
    assert split_subject("Kế hoạch") == {"subject": "Kế hoạch"}


# Through its address


@pytest.fixture
def dossier(records):
    return records.dossier()


@pytest.fixture
def clerk(client_of, cast):
    return client_of(cast.clerk)


def send(client, dossier, content, name="Mục lục.xlsx"):
    return client.post(
        reverse("inventory", args=[dossier.pk]), {"file": SimpleUploadedFile(name, content)}, follow=True
    )


def waiting(records, dossier, name, **values):
    document = records.document(dossier, confirmed=False, name=name)
    Document.objects.filter(pk=document.pk).update(**values)
    document.refresh_from_db()
    return document


@pytest.mark.django_db
def test_rows_find_their_files_and_what_they_say_is_written_with_where_it_is_from(records, dossier, clerk):
    by_code = waiting(records, dossier, "a.txt", code="6/QĐ-UBND", subject="Quy chế")
    by_name = waiting(records, dossier, "bc_1.txt", code="", subject="bc_1")
    alone = waiting(records, dossier, "khac.txt", code="1/XX")
    page = send(clerk, dossier, book(ROWS))

    assert page.status_code == 200, page.context["refused"]
    matching = page.context["matching"]
    assert {(one.document, one.by) for one in matching.matches} == {(by_code, "code"), (by_name, "file")}
    assert [entry.code for entry in matching.rows_left] == ["99/TB-UBND"]
    assert [document for document, _name in matching.documents_left] == [alone]
    by_code.refresh_from_db()
    assert by_code.subject == "Quy chế", "nothing changes before she says so"

    clerk.post(page.request["PATH_INFO"], {})
    by_code.refresh_from_db()
    by_name.refresh_from_db()
    assert (by_code.subject, by_code.issued_date, by_code.number) == ("Ban hành Quy chế", date(2022, 3, 5), "06")
    assert (by_name.description, by_name.confirmed_at) == ("bản sao", None)
    said = clerk.get(reverse("slip", args=[by_code.pk]), {"field": "subject"}).content.decode()
    assert "Mục lục.xlsx" in said


@pytest.mark.django_db
def test_a_confirmed_document_is_not_changed_by_a_table(records, dossier, clerk):
    document = records.document(dossier, name="a.txt", number="6", notation="QĐ-UBND")
    page = send(clerk, dossier, book(ROWS))

    assert page.context["confirmed"] == 1
    assert not page.context["applies"]
    clerk.post(page.request["PATH_INFO"], {})
    was = document.subject
    document.refresh_from_db()
    assert document.subject == was


@pytest.mark.django_db
def test_the_columns_can_be_corrected(records, dossier, clerk):
    waiting(records, dossier, "a.txt", code="5/QĐ-UBND")
    page = send(clerk, dossier, book([["Cột một", "Cột hai"], ["5/QĐ-UBND", "Kiện toàn Ban An toàn"]]))
    assert not page.context["layout"].columns
    page = clerk.get(page.request["PATH_INFO"], {"head": "1", "chosen": "1", "c0": "code", "c1": "subject"})

    (one,) = page.context["applies"]
    assert "subject" in {difference.field for difference in one.differences}


@pytest.mark.django_db
def test_two_files_that_a_row_could_mean_are_left_alone(records, dossier, clerk):
    for name in ("a.txt", "b.txt"):
        waiting(records, dossier, name, code="6/QĐ-UBND")
    page = send(clerk, dossier, book(ROWS))

    assert not page.context["matching"].matches


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"PK\x03\x04 no workbook", b"\xd0\xcf\x11\xe0" + bytes(100), b"   \n \n"])
def test_what_is_no_table_is_refused_with_the_way_out(dossier, clerk, content):
    page = send(clerk, dossier, content)

    assert page.status_code == 409
    assert page.context["refused"].blockers[0].remedy


@pytest.mark.django_db
def test_the_inventory_goes_out_as_xlsx_and_finds_its_documents_when_it_comes_back(records, dossier, clerk):
    for _ in range(3):
        records.document(dossier)
    formula = records.document(dossier, subject="=1+1")
    response = clerk.get(reverse("inventory_file", args=[dossier.pk]))
    sheet = load_workbook(io.BytesIO(response.content)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]

    assert cells[1][3] == "MỤC LỤC VĂN BẢN"
    assert cells[4][:3] == ["STT", "Số, ký hiệu văn bản", "Ngày tháng năm văn bản"]
    assert [row[5] for row in cells[5:]] == ["1", "2", "3", "4"], "pages counted through the dossier"
    assert f"Kế hoạch {formula.subject}" in {row[3] for row in cells[5:]}
    page = send(clerk, dossier, response.content)
    assert len(page.context["matching"].matches) == 4
    assert not [one.differences for one in page.context["matching"].matches if one.differences]


@pytest.mark.django_db
def test_a_large_inventory_is_made_by_a_job(records, dossier, clerk, monkeypatch):
    monkeypatch.setattr("repository.inventory.writing.AT_ONCE", 1)
    for _ in range(2):
        records.document(dossier)
    clerk.get(reverse("inventory_file", args=[dossier.pk]))
    job = run_to_end(Job.objects.get(kind="inventory_file").pk)

    assert job.state == "done"
    assert clerk.get(reverse("job_file", args=[job.pk])).status_code == 200


@pytest.mark.django_db
def test_another_persons_table_is_not_found(records, dossier, clerk, client_of, cast):
    page = send(clerk, dossier, book(ROWS))
    address = page.request["PATH_INFO"]

    assert client_of(cast.other_clerk).get(address).status_code == 404
    assert client_of(cast.outsider).get(address).status_code == 404
