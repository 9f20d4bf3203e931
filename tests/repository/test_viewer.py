"""The document's page through the user's door: pages, words, found places, the way on, versions; and who gets none of it."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from repository.codes import Ocr
from repository.models import Event
from repository.registry import settled
from repository.renditions import pages
from tests.repository import viewing

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(180)]


def addresses(document, file):
    return [
        reverse("document", args=[document.pk]),
        reverse("page_image", args=[file.pk, 1, pages.ONCE]),
        reverse("page_words", args=[file.pk, 1]),
        reverse("page_words", args=[file.pk, 1]) + "?q=an",
    ]


def test_who_may_see_the_document_may_see_its_pages_and_nobody_else_finds_them(records, cast, client_of):
    document, file = viewing.shelve(records, viewing.pdf(), pages=("Văn bản",))
    for address in addresses(document, file):
        assert client_of(cast.reader).get(address).status_code == 200, address
        for stranger in (cast.outsider, cast.stranger, cast.superuser, cast.administrator, cast.department_reader):
            assert client_of(stranger).get(address).status_code == 404, (address, stranger.label)


def test_pictures_are_kept_by_the_readers_browser_alone(records, cast, client_of):
    _document, file = viewing.shelve(records, viewing.pdf())
    reader = client_of(cast.reader)
    answer = reader.get(reverse("page_image", args=[file.pk, 1, pages.ONCE]))
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert {"private", "immutable"} <= set(answer["Cache-Control"].split(", "))
    assert b"".join(answer.streaming_content)[8:12] == b"WEBP"
    again = reader.get(reverse("page_image", args=[file.pk, 1, pages.ONCE]), headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    strange = client_of(cast.outsider).get(
        reverse("page_image", args=[file.pk, 1, pages.ONCE]), headers={"If-None-Match": answer["ETag"]}
    )
    assert strange.status_code == 404


@pytest.mark.parametrize(("number", "width"), [(0, 800), (2, 800), (1, 801), (999_999, 160)])
def test_a_page_or_width_that_is_not_there_is_not_found(records, cast, client_of, number, width):
    _document, file = viewing.shelve(records, viewing.pdf())
    assert client_of(cast.reader).get(reverse("page_image", args=[file.pk, number, width])).status_code == 404


def test_reading_is_told_once_also_where_only_a_picture_was_fetched(records, cast, client_of):
    document, file = viewing.shelve(records, viewing.pdf(), pages=("Văn bản",))
    told = Event.objects.filter(kind="document.read", object_id=document.pk)
    reader = client_of(cast.reader)
    reader.get(reverse("page_image", args=[file.pk, 1, pages.THUMB]))
    assert told.count() == 1
    for address in addresses(document, file)[1:]:
        reader.get(address)
    assert told.count() == 1
    reader.get(reverse("document", args=[document.pk]))
    assert told.count() == 2, "opening the page is told each time, as it always was"
    client_of(cast.auditor).get(reverse("page_words", args=[file.pk, 1]))
    assert told.filter(actor_id=cast.auditor.id).count() == 1


def test_a_thousand_pages_open_at_once_in_a_short_page(records, cast, client_of):
    texts = tuple(f"Trang {n} nói về an toàn giao thông." for n in range(1, 1001))
    document, file = viewing.shelve(records, viewing.many(1000), pages=texts)
    pages.outline(file)
    reader = client_of(cast.reader)
    with CaptureQueriesContext(connection) as asked:
        page = reader.get(reverse("document", args=[document.pk]), {"page": 995, "q": "giao thong"}).content.decode()
    assert len(asked) <= 30
    assert len(page) < 80_000
    assert 'data-sizes="1*1587x1123,999*794x1123"' in page
    assert page.count("<figure") == 10
    assert 'id="page-991"' in page
    assert 'data-hit-total="1000"' in page
    assert 'loading="lazy"' in page


def test_the_number_of_queries_does_not_grow_with_pages(records, cast, client_of):
    reader = client_of(cast.reader)
    counts = []
    for many in (1, 40):
        document, _file = viewing.shelve(records, viewing.many(many, f"viewer-{many}"), pages=("chữ",) * many)
        with CaptureQueriesContext(connection) as asked:
            reader.get(reverse("document", args=[document.pk]), {"q": "chữ"})
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 30


def test_without_script_pictures_text_and_the_next_pages_are_there(records, cast, client_of):
    texts = tuple(f"Lời của trang {n}." for n in range(1, 16))
    document, _file = viewing.shelve(records, viewing.many(15), pages=texts)
    page = client_of(cast.reader).get(reverse("document", args=[document.pk])).content.decode()
    assert page.count('class="vk-folio"') == 10
    assert "Lời của trang 10." in page
    assert "Lời của trang 11." not in page
    onward = re.search(r'data-still><a class="vk-btn" rel="next" href="([^"]+)"', page).group(1)
    assert (
        "Lời của trang 11."
        in client_of(cast.reader).get(reverse("document", args=[document.pk]) + onward).content.decode()
    )


def test_found_words_are_counted_by_page_and_their_boxes_lie_on_them(records, cast, client_of):
    words = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"
    document, file = viewing.shelve(records, viewing.many(3), pages=(words, "khác", words))
    reader = client_of(cast.reader)
    page = reader.get(reverse("document", args=[document.pk]), {"q": "doc lap"}).content.decode()
    assert 'data-hits="1:1,3:1"' in page
    found = reader.get(reverse("page_words", args=[file.pk, 2]), {"q": "doc lap"}).json()
    [[box]] = found["hits"]
    inside = [
        word[0].strip()
        for word in found["words"]
        if box[0] <= word[1] <= box[0] + box[2] and box[1] <= word[2] <= box[1] + box[3]
    ]
    assert inside == ["Độc", "lập"]


def test_a_scan_shows_what_was_recognised_below_its_picture(records, cast, client_of):
    document, file = viewing.shelve(
        records, viewing.scan(), mime="image/tiff", pages=("Kính gửi: <b>Sở Nội vụ</b>",), ocr=Ocr.DONE
    )
    reader = client_of(cast.reader)
    page = reader.get(reverse("document", args=[document.pk]), {"q": "so noi vu"}).content.decode()
    assert "Kính gửi: &lt;b&gt;" in page
    assert "<mark>" in page
    assert '<details class="vk-foliotext" open' in page
    found = reader.get(reverse("page_words", args=[file.pk, 1]), {"q": "noi vu"}).json()
    assert found["words"] == [] and found["text"] == "Kính gửi: <b>Sở Nội vụ</b>"
    assert [found["text"][start:end] for start, end in found["marks"]]


@pytest.mark.parametrize(
    ("content", "said"),
    [(lambda: viewing.locked(viewing.pdf()), "đặt mật khẩu"), (lambda: viewing.pdf()[:900], "bị hỏng")],
)
def test_a_pdf_that_cannot_be_shown_says_why_and_shows_its_text(records, cast, client_of, content, said):
    document, file = viewing.shelve(records, content(), pages=("Lời còn lại của văn bản.",))
    reader = client_of(cast.reader)
    page = reader.get(reverse("document", args=[document.pk])).content.decode()
    assert said in page
    assert "Lời còn lại của văn bản." in page
    assert reader.get(reverse("page_image", args=[file.pk, 1, pages.ONCE])).status_code == 422


def test_a_docx_is_text_with_headings_and_tables_and_no_markup_of_its_own(records, cast, client_of, tmp_path):
    import docx

    made = docx.Document()
    made.add_heading("QUY ĐỊNH", 1)
    made.add_paragraph("Điều 1. <script>alert(1)</script> Phạm vi áp dụng")
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Số thứ tự", "Cơ quan"
    made.save(tmp_path / "a.docx")
    document, _file = viewing.shelve(
        records, (tmp_path / "a.docx").read_bytes(), mime=viewing.DOCX, pages=("QUY ĐỊNH",)
    )
    page = client_of(cast.reader).get(reverse("document", args=[document.pk]), {"q": "pham vi"}).content.decode()
    assert "<h2>QUY ĐỊNH</h2>" in page
    assert "<td>Số thứ tự</td>" in page
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
    assert "<mark>Phạm vi</mark>" in page


def test_plain_text_is_text(records, cast, client_of):
    document, _file = viewing.shelve(
        records, b"Kinh gui\n\n<i>ai</i>", mime="text/plain", pages=("Kinh gui\n\n<i>ai</i>",)
    )
    page = client_of(cast.reader).get(reverse("document", args=[document.pk])).content.decode()
    assert "<p>Kinh gui</p><p>&lt;i&gt;ai&lt;/i&gt;</p>" in page


def test_a_long_text_is_shown_in_stretches_and_its_places_are_counted_over_all(records, cast, client_of):
    text = "\n\n".join(f"Đoạn {n} về giao thông đường bộ, dài thêm một chút cho đủ chữ." for n in range(3000))
    document, _file = viewing.shelve(records, text.encode(), mime="text/plain", pages=(text,))
    reader = client_of(cast.reader)
    page = reader.get(reverse("document", args=[document.pk]), {"q": '"giao thong"'}).content.decode()
    assert 'data-hit-total="3000" data-before="0"' in page
    assert len(page) < 250_000
    second = reader.get(reverse("document", args=[document.pk]), {"q": '"giao thong"', "page": 2}).content.decode()
    before = int(re.search(r'data-before="(\d+)"', second).group(1))
    assert before == page.count("<mark>")


def test_the_next_and_the_previous_document_of_the_dossier(records, cast, client_of):
    dossier = records.dossier()
    one, two, three = [records.document(dossier) for _ in range(3)]
    reader = client_of(cast.reader)
    page = reader.get(reverse("document", args=[two.pk]), {"dossier": dossier.pk}).content.decode()
    assert f'rel="prev" href="{reverse("document", args=[one.pk])}?dossier={dossier.pk}"' in page
    assert f'rel="next" href="{reverse("document", args=[three.pk])}?dossier={dossier.pk}"' in page
    first = reader.get(reverse("document", args=[one.pk])).content.decode()
    assert 'rel="prev"' not in first


def test_a_neighbour_that_may_not_be_seen_is_passed_over(records, cast, client_of):
    from repository.models import Document

    dossier = records.dossier()
    one, two, three = [records.document(dossier) for _ in range(3)]
    Document.objects.filter(pk=two.pk).update(secrecy=3)
    page = client_of(cast.reader).get(reverse("document", args=[one.pk]), {"dossier": dossier.pk}).content.decode()
    assert str(two.pk) not in page
    assert f'rel="next" href="{reverse("document", args=[three.pk])}' in page


def test_a_result_of_the_search_leads_on_to_the_next_result(records, cast, client_of):
    dossier = records.dossier()
    for n in range(3):
        records.document(dossier, subject=f"Phòng cháy chữa cháy rừng {n}")
    settled()
    reader = client_of(cast.reader)
    results = reader.get(reverse("search"), {"q": "phong chay"}).content.decode()
    links = list(dict.fromkeys(re.findall(r'href="(/documents/[^"]+at=\d+)"', results)))
    assert len(links) == 3
    links = [link.replace("&amp;", "&") for link in links]
    page = reader.get(links[1]).content.decode().replace("&amp;", "&")
    assert f'rel="prev" href="{links[0]}"' in page
    assert f'rel="next" href="{links[2]}"' in page
    assert "2 / 3" in page


def test_the_place_in_a_search_tells_an_outsider_nothing(records, cast, client_of):
    dossier = records.dossier()
    document = records.document(dossier, subject="Phòng cháy chữa cháy rừng")
    settled()
    answer = client_of(cast.outsider).get(reverse("document", args=[document.pk]), {"q": "phong chay", "at": "1"})
    assert answer.status_code == 404


@pytest.mark.parametrize("odd", ["0", "-1", "x", "²", "99999999999", ""])
def test_an_odd_place_or_page_is_no_error(records, cast, client_of, odd):
    document, _file = viewing.shelve(records, viewing.pdf(), pages=("Văn bản",))
    settled()
    asked = {"page": odd, "at": odd, "q": 'văn "bản', "dossier": odd}
    assert client_of(cast.reader).get(reverse("document", args=[document.pk]), asked).status_code == 200


def test_the_file_of_another_document_is_not_shown_under_this_one(records, cast, client_of):
    document, _file = viewing.shelve(records, viewing.pdf())
    _other, strange = viewing.shelve(records, viewing.pdf("viewer-2"))
    reader = client_of(cast.reader)
    assert reader.get(reverse("document", args=[document.pk]), {"file": strange.pk}).status_code == 404
    assert reader.get(reverse("document", args=[document.pk]), {"file": "x"}).status_code == 404


def test_two_versions_stand_side_by_side_line_by_line(records, cast, client_of):
    document, first = viewing.shelve(records, viewing.pdf(), pages=("Điều 1. Cũ\nĐiều 2. Giữ\n" + "như nhau\n" * 30,))
    assert client_of(cast.reader).get(reverse("compare", args=[document.pk])).status_code == 404
    viewing.replace(document, first, "Điều 1. Mới <b>\nĐiều 2. Giữ\n" + "như nhau\n" * 30 + "Điều 3. Thêm\n")
    page = client_of(cast.reader).get(reverse("compare", args=[document.pk])).content.decode()
    assert "<mark>Cũ</mark>" in page
    assert "Mới" in page and "&lt;b&gt;" in page
    assert 'class="is-added"' in page and 'class="is-skipped"' in page
    assert page.count(f"/pages/1/{pages.ONCE}/") == 4, "the first page of both, and again for fine screens"
    assert client_of(cast.outsider).get(reverse("compare", args=[document.pk])).status_code == 404
    assert Event.objects.filter(kind="document.read", object_id=document.pk, actor_id=cast.reader.id).count() == 1
    link = reverse("compare", args=[document.pk])
    assert link in client_of(cast.reader).get(reverse("document", args=[document.pk])).content.decode()


def test_the_answer_about_words_is_json_and_nothing_else(records, cast, client_of):
    _document, file = viewing.shelve(records, viewing.pdf())
    answer = client_of(cast.reader).get(reverse("page_words", args=[file.pk, 1]), {"q": "</script>"})
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    json.loads(answer.content)
