"""Papers as files: PDFs with text, scans without, office files, all the same each time they are made."""

import time
from datetime import date
from io import BytesIO

import docx as python_docx
import openpyxl
import pikepdf
import pypdfium2
import pytest

from demo.office import WRITERS, xlsx
from demo.papers import pdf
from demo.scans import scan
from demo.texts import paper_of
from repository.head import read_head


def text_of(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "\n")


def test_the_same_paper_gives_the_same_pdf_and_scan():
    one = paper_of("same")

    assert pdf(one) == pdf(one)
    assert scan(pdf(one), seed=1) == scan(pdf(one), seed=1)
    assert scan(pdf(one), seed=1) != scan(pdf(one), seed=2)


@pytest.mark.parametrize("seed", range(12))
def test_the_head_that_is_read_back_from_a_pdf_is_the_papers_own(seed):
    one = paper_of(f"head-{seed}")

    head = read_head(text_of(pdf(one)))

    assert (head.type, head.number, head.notation) == (one.type, one.number, one.notation)
    assert (head.date, head.place) == (one.date, one.place)
    assert (head.agency, head.parent_agency) == (one.head, one.head_parent or None)
    assert head.signer == one.signer


def test_subjects_are_read_back_though_nothing_but_a_line_end_parts_them_from_the_body():
    drawn = [paper_of(f"subject-{seed}") for seed in range(60)]
    right = [(read_head(one.text()).subject or "").startswith(one.subject) for one in drawn]

    assert sum(right) >= 0.9 * len(right)


def test_what_is_read_back_with_marks_of_urgency_and_secrecy():
    one = paper_of("marks", type_name="Công văn", urgency="Hỏa tốc", secrecy="MẬT")

    head = read_head(text_of(pdf(one)))

    assert head.urgency is not None
    assert head.secrecy is not None
    assert head.number == one.number


def test_the_pdf_says_it_is_an_archival_one_and_carries_its_title():
    one = paper_of("archival")

    with pikepdf.open(BytesIO(pdf(one))) as document, document.open_metadata() as metadata:
        assert metadata.pdfa_status == "2B"
        assert metadata["dc:title"] == one.title
        assert "/OutputIntents" in document.Root


def test_a_plan_of_eight_pages_has_about_eight_and_its_signature_on_the_last():
    one = paper_of("long", type_name="Kế hoạch", pages=8)
    document = pypdfium2.PdfDocument(pdf(one))

    assert 6 <= len(document) <= 12
    assert one.signer in document[len(document) - 1].get_textpage().get_text_range()


def test_the_annex_of_a_decision_follows_its_signature():
    one = paper_of("annexed", type_name="Quyết định", agency="tinh", pages=4, day=date(2024, 3, 4))
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf(one))]
    signed = next(place for place, words in enumerate(pages) if one.signer in words)
    annexed = next(
        place for place, words in enumerate(pages) if f"Quyết định số {one.code}" in words.replace("\r\n", " ")
    )

    assert signed < annexed


def test_a_scan_has_the_pages_of_the_paper_and_no_text():
    data = pdf(paper_of("scan", type_name="Báo cáo", pages=2))
    copy = pypdfium2.PdfDocument(scan(data, seed="x"))

    assert len(copy) == len(pypdfium2.PdfDocument(data))
    assert all(page.get_textpage().count_chars() == 0 for page in copy)


def test_the_docx_shows_the_head_in_two_columns():
    one = paper_of("word", type_name="Công văn", agency="sxd", day=date(2025, 4, 1))
    document = python_docx.Document(BytesIO(WRITERS["docx"](one)))
    (left, right), (number, dated) = (row.cells for row in document.tables[0].rows)

    assert left.text.split("\n") == ["UBND TỈNH LAM GIANG", "SỞ XÂY DỰNG"]
    assert right.text.startswith("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    assert f"Số: {one.code}" in number.text
    assert dated.text == one.place_and_date


def test_the_xlsx_lists_one_row_a_paper():
    given = [paper_of(seed) for seed in range(5)]
    sheet = openpyxl.load_workbook(BytesIO(xlsx(given))).active

    assert [row[1] for row in sheet.iter_rows(min_row=3, values_only=True)] == [one.code for one in given]


@pytest.mark.parametrize("ending", sorted(WRITERS))
def test_office_files_are_the_same_whenever_they_are_made(ending, monkeypatch):
    one = paper_of("office")
    first = WRITERS[ending](one)
    later = time.time() + 100_000
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *given: time.gmtime(*given) if given else time.gmtime(later))

    assert WRITERS[ending](one) == first
    assert len(first) > 500
