"""The intake table through its address: rows, problems first, saved one by one, conflicts told, confirmed together and taken back."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.urls import reverse

from repository.jobs.run import run_to_end
from repository.models import Document, Event, Extraction, File, Job
from tests.repository.incoming import Door, paper, paper_pdf

pytestmark = pytest.mark.django_db


def read_document(records, dossier, *, sure=True, **values):
    """A document as intake leaves it: every field proposed, none confirmed."""
    given = {
        "number": "12",
        "notation": "KH-UBND",
        "code": "12/KH-UBND",
        "issued_date": date(2025, 2, 5),
        "type_name": "Kế hoạch",
        "subject": "Tuyên truyền an toàn giao thông",
        "organ_name": "Ủy ban nhân dân tỉnh Lam Giang",
        "signer_name": "Đào Minh Khê",
        **values,
    }
    document = records.document(dossier, confirmed=False)
    proposals = {
        name: {"value": str(value), "text": str(value), "start": None, "end": None, "sure": sure, "source": "text"}
        for name, value in given.items()
        if value
    }
    Document.objects.filter(pk=document.pk).update(**given, proposals=proposals)
    document.refresh_from_db()
    return document


def send(client, dossier, *rows):
    response = client.post(
        reverse("grid_save", args=[dossier.pk]), json.dumps({"rows": rows}), content_type="application/json"
    )
    assert response.status_code == 200, response.content
    return response.json()["rows"]


def row(document, confirm=False, **changes):
    return {"id": str(document.pk), "revision": document.revision, "changes": changes, "confirm": confirm}


@pytest.fixture
def dossier(records):
    return records.dossier()


@pytest.fixture
def clerk(client_of, cast):
    return client_of(cast.clerk)


def test_rows_with_a_problem_stand_first_then_what_is_certain_then_what_is_confirmed(records, dossier, clerk):
    confirmed = records.document(dossier, name="xong.txt")
    certain = read_document(records, dossier)
    guessed = read_document(records, dossier, sure=False)
    html = clerk.get(reverse("receive", args=[dossier.pk])).content.decode()

    places = [html.index(f'data-id="{document.pk}"') for document in (guessed, certain, confirmed)]
    assert places == sorted(places)
    assert 'class="vk-num is-guess"' in html
    assert html.count('tabindex="-1"') == 3 * 7


def test_a_day_after_the_file_came_and_an_empty_field_are_problems(records, dossier, clerk):
    read_document(records, dossier, issued_date=date(2055, 2, 14))
    read_document(records, dossier, signer_name="", number="13", code="13/KH-UBND")
    page = clerk.get(reverse("receive", args=[dossier.pk]))

    assert page.context["stretch"].problems == 2
    assert "is-bad is-empty" in page.content.decode()


def test_a_cell_is_saved_without_confirming_and_a_year_in_the_number_stays(records, dossier, clerk):
    document = read_document(records, dossier, number="06", code="06/2022/KH-UBND")
    (answer,) = send(clerk, dossier, row(document, number="07", issued_date="6-2-2025", subject="  Đổi   lại "))

    assert answer["saved"]
    document.refresh_from_db()
    assert (document.code, document.issued_date, document.subject) == (
        "07/2022/KH-UBND",
        date(2025, 2, 6),
        "Đổi lại",
    )
    assert document.confirmed_at is None
    assert answer["row"]["revision"] == document.revision
    assert answer["row"]["cells"]["issued_date"]["text"] == "06/02/2025"


def test_what_a_person_typed_over_a_guess_is_no_guess_any_more(records, dossier, clerk):
    document = read_document(records, dossier)
    document.proposals["signer_name"]["sure"] = False
    Document.objects.filter(pk=document.pk).update(proposals=document.proposals)
    (answer,) = send(clerk, dossier, row(document, signer_name="Phan Thế Lữ"))

    assert answer["row"]["cells"]["signer_name"]["state"] == ""
    assert answer["row"]["group"] == 1


def test_each_row_is_saved_or_told_why_not_by_itself(records, dossier, clerk):
    good, bad, long = (read_document(records, dossier, number=str(n), code=f"{n}/KH-UBND") for n in (1, 2, 3))
    answers = send(
        clerk, dossier, row(good, subject="Mới"), row(bad, issued_date="hôm qua"), row(long, number="1" * 12)
    )

    assert answers[0]["saved"]
    assert "05/02/2025" in answers[1]["errors"]["issued_date"]
    assert "number" in answers[2]["errors"]
    assert list(Document.objects.filter(subject="Mới")) == [good]


def test_somebody_elses_change_is_told_with_her_value_and_nothing_is_written(records, dossier, clerk, client_of, cast):
    document = read_document(records, dossier)
    send(client_of(cast.other_clerk), dossier, row(document, subject="Của người khác"))
    (answer,) = send(clerk, dossier, row(document, subject="Của tôi"))

    assert answer["conflict"]
    assert answer["row"]["cells"]["subject"]["text"] == "Của người khác"
    document.refresh_from_db()
    assert document.subject == "Của người khác"
    (answer,) = send(clerk, dossier, {**row(document, subject="Của tôi"), "revision": answer["row"]["revision"]})
    assert answer["saved"]


def test_a_document_of_another_dossier_is_not_saved_here(records, dossier, clerk):
    other = read_document(records, records.dossier())
    (answer,) = send(clerk, dossier, row(other, subject="Mới"))

    assert answer["gone"]


@pytest.mark.parametrize(
    "body", ["", "[]", '{"rows": [{"id": 1}]}', '{"rows": [{"id": "x", "revision": 1, "changes": {"secrecy": "3"}}]}']
)
def test_what_is_no_table_is_refused_without_an_error(dossier, clerk, body):
    response = clerk.post(reverse("grid_save", args=[dossier.pk]), body, content_type="application/json")

    assert response.status_code == 400


def test_what_was_read_without_a_doubt_is_confirmed_at_once_and_taken_back(records, dossier, clerk):
    certain = [read_document(records, dossier, number=str(n), code=f"{n}/KH-UBND") for n in range(3)]
    guessed = read_document(records, dossier, sure=False)
    touched = certain[0]
    response = clerk.post(reverse("confirm_sure", args=[dossier.pk]), follow=True)

    assert Document.objects.filter(confirmed_at__isnull=False).count() == 3
    guessed.refresh_from_db()
    assert guessed.confirmed_at is None
    assert response.context["undo"].done == 3
    touched.refresh_from_db()
    send(clerk, dossier, row(touched, subject="Sửa sau khi xác nhận"))
    clerk.post(reverse("undo_confirm", args=[response.context["undo"].pk]))
    assert set(Document.objects.filter(confirmed_at__isnull=False)) == {touched}, "what was touched since stays"
    assert Event.objects.filter(kind="document.unconfirmed").count() == 2


def test_many_are_confirmed_by_a_worker(records, dossier, clerk, monkeypatch):
    monkeypatch.setattr("repository.jobs.promptly.AT_ONCE", 1)
    for n in range(2):
        read_document(records, dossier, number=str(n), code=f"{n}/KH-UBND")
    clerk.post(reverse("confirm_sure", args=[dossier.pk]))
    job = Job.objects.get(kind="confirm_many")

    assert job.state == "queued"
    assert run_to_end(job.pk).done == 2


def test_nothing_certain_says_what_to_do(records, dossier, clerk):
    read_document(records, dossier, sure=False)

    assert clerk.post(reverse("confirm_sure", args=[dossier.pk])).status_code == 409


def test_another_persons_confirmations_are_not_mine_to_take_back(records, dossier, clerk, client_of, cast):
    read_document(records, dossier)
    clerk.post(reverse("confirm_sure", args=[dossier.pk]))
    job = Job.objects.get(kind="confirm_many")

    assert client_of(cast.other_clerk).post(reverse("undo_confirm", args=[job.pk])).status_code == 404


def test_the_slip_names_page_and_line_and_leads_to_the_place(dossier, client_of, cast):
    door = Door(client_of(cast.clerk), dossier)
    door.send("ke-hoach.pdf", paper_pdf("slip"))
    (document,) = door.documents()
    said = door.client.get(reverse("slip", args=[document.pk]), {"field": "issued_date"}).content.decode()

    assert "page=1" in said
    assert "<mark>" in said
    assert paper("slip").subject
    assert door.client.get(reverse("slip", args=[document.pk]), {"field": "secrecy"}).status_code == 404


def test_the_slip_of_a_long_text_reads_only_the_page(records, dossier, clerk):
    document = read_document(records, dossier)
    text = "x" * 100_000 + "\nLam Giang, ngày 05 tháng 02 năm 2025\nhết"
    file = File.objects.get(version__document=document)
    Extraction.objects.create(
        file=file, text=text, pages=[0, 50_000, 100_001], engine="thử", made_at=document.received_at
    )
    start = text.index("05 tháng")
    document.proposals["issued_date"] |= {"text": "05 tháng 02 năm 2025", "start": start, "end": start + 20}
    Document.objects.filter(pk=document.pk).update(proposals=document.proposals)
    said = clerk.get(reverse("slip", args=[document.pk]), {"field": "issued_date"}).content.decode()

    assert "page=3" in said
    assert "Lam Giang, ngày <mark>05 tháng 02 năm 2025</mark></span>" in said


def test_a_thousand_rows_take_as_many_queries_as_one(records, dossier, clerk, django_assert_max_num_queries):
    for n in range(30):
        read_document(records, dossier, number=str(n), code=f"{n}/KH-UBND")
    with django_assert_max_num_queries(30):
        clerk.get(reverse("receive", args=[dossier.pk]))


def test_rows_come_in_stretches_without_a_gap(records, dossier, cast):
    from repository.pages.grid_rows import stretch_of

    made = {read_document(records, dossier, sure=n % 3 == 0, number=str(n), code=f"{n}/K").pk for n in range(7)}
    made |= {records.document(dossier).pk for _ in range(4)}
    seen, after = [], ""
    while True:
        stretch = stretch_of(dossier, cast.clerk, after, step=2)
        seen += [one.document.pk for one in stretch.rows]
        after = stretch.after
        if not after:
            break

    assert len(seen) == len(set(seen)) == 11
    assert set(seen) == made


def test_the_same_bytes_in_another_dossier_can_be_used_instead(records, dossier, clerk):
    there = records.document(records.dossier(), content=b"hai noi")
    mine = records.document(dossier, content=b"hai noi", confirmed=False)
    page = clerk.get(reverse("receive", args=[dossier.pk]))

    assert [twin.document for twin in page.context["twins"]] == [there]
    clerk.post(reverse("use_twin", args=[dossier.pk, mine.pk]), {"twin": str(there.pk)})
    assert list(
        dossier.documents.all() if hasattr(dossier, "documents") else Document.objects.filter(dossiers=dossier)
    ) == [there]


def test_an_outsider_sees_no_table(records, dossier, client_of, cast):
    document = read_document(records, dossier)
    outsider = client_of(cast.outsider)

    for name in ("receive", "grid_rows", "grid_bars", "inventory", "inventory_file"):
        assert outsider.get(reverse(name, args=[dossier.pk])).status_code == 404
    assert outsider.get(reverse("slip", args=[document.pk]), {"field": "number"}).status_code == 404
    response = outsider.post(
        reverse("grid_save", args=[dossier.pk]), json.dumps({"rows": [row(document)]}), content_type="application/json"
    )
    assert response.status_code == 404
