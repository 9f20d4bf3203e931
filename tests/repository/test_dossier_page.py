"""A dossier's page: what stands on it, for whom, with how many questions to the database, and without script."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from repository.actions.place_document import place_document
from repository.clock import now
from repository.codes import Maintenance, Secrecy
from repository.findings import raise_finding
from repository.models import Document, Dossier, Event, File, Finding, Placement, Version

pytestmark = pytest.mark.django_db


def many(records, dossier: Dossier, count: int) -> None:
    """So many more documents as rows, for figures: the actions would take minutes."""
    first = records.document(dossier)
    moment = now()
    documents = [
        Document(
            agency=first.agency,
            code=f"{n}/KH-UBND",
            subject=f"Kế hoạch số {n}",
            issued_date=date(2025, 2, 1) + timedelta(days=n % 300),
            received_at=moment,
            changed_at=moment,
            confirmed_at=moment,
            page_amount=2,
        )
        for n in range(count)
    ]
    Document.objects.bulk_create(documents)
    versions = [Version(document=document, number=1, made_at=moment) for document in documents]
    Version.objects.bulk_create(versions)
    digests = [f"{n:064x}" for n in range(1, count + 1)]
    File.objects.bulk_create(
        File(version=v, name="a.pdf", sha256=d, sha512=d * 2, size=1, mime="application/pdf", received_at=moment)
        for v, d in zip(versions, digests, strict=True)
    )
    Placement.objects.bulk_create(
        Placement(dossier=dossier, document=document, number=n + 2, main_sha256=digests[n], placed_at=moment)
        for n, document in enumerate(documents)
    )


def numbers_on(answer) -> list[int]:
    return [int(found) for found in re.findall(r'data-number="(\d+)"', answer.content.decode())]


def page_of(dossier: Dossier) -> str:
    return reverse("dossier", args=[dossier.pk])


@pytest.mark.parametrize("count", [3, 1000])
def test_the_page_asks_few_questions_whatever_the_length(count, cast, records, client_of):
    dossier = records.dossier()
    many(records, dossier, count)
    client = client_of(cast.clerk)
    client.get(page_of(dossier))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(page_of(dossier))
    assert answer.status_code == 200
    assert len(asked) <= 30, "\n".join(query["sql"][:200] for query in asked)
    assert len(answer.content) < 250_000


def test_a_thousand_documents_come_in_stretches_each_once_and_in_order(cast, records, client_of):
    dossier = records.dossier()
    many(records, dossier, 109)
    client = client_of(cast.clerk)
    answer = client.get(page_of(dossier))
    seen = numbers_on(answer)
    assert "40 văn bản nữa" in answer.content.decode()
    while link := re.search(r'hx-get="([^"]*/documents/\?after=\d+)"', answer.content.decode()):
        answer = client.get(link.group(1))
        seen += numbers_on(answer)
        if len(seen) == 80:
            assert "30 văn bản còn lại" in answer.content.decode()
    assert seen == list(range(1, 111))


@pytest.mark.parametrize("odd", ["²", "9" * 50, "-1", "2147483647", "4294967296", "a\0b"])
def test_an_odd_page_figure_is_no_error(odd, cast, records, client_of):
    dossier = records.dossier()
    records.document(dossier)
    client = client_of(cast.clerk)
    assert client.get(page_of(dossier), {"after": odd}).status_code == 200
    assert client.get(reverse("dossier_documents", args=[dossier.pk]), {"after": odd}).status_code == 200
    assert client.get(reverse("dossier_history", args=[dossier.pk]), {"before": odd}).status_code == 200
    document = dossier.documents.first()
    given = {"document": str(document.pk), "number": odd}
    assert client.post(reverse("order", args=[dossier.pk]), given).status_code in (302, 409)


def test_documents_are_moved_without_script(cast, records, client_of):
    dossier = records.dossier()
    for day in range(1, 5):
        records.document(dossier, issued_date=date(2025, 1, day))
    order = [place.document_id for place in Placement.objects.filter(dossier=dossier).order_by("number")]
    client = client_of(cast.clerk)
    client.post(reverse("order", args=[dossier.pk]), {"down": str(order[0])})
    client.post(reverse("order", args=[dossier.pk]), {"up": str(order[3])})
    client.post(reverse("dossier_document", args=[dossier.pk, order[2]]), {"number": "1"})
    now_in = list(Placement.objects.filter(dossier=dossier).order_by("number").values_list("document_id", flat=True))
    assert now_in == [order[2], order[1], order[0], order[3]]
    client.post(reverse("order", args=[dossier.pk]))
    now_in = list(Placement.objects.filter(dossier=dossier).order_by("number").values_list("document_id", flat=True))
    assert now_in == order


def test_a_step_passes_the_documents_that_the_person_does_not_see(cast, records, client_of):
    dossier = records.dossier()
    first, hidden, last = (records.document(dossier, issued_date=date(2025, 1, day)) for day in (1, 2, 3))
    Document.objects.filter(pk=hidden.pk).update(secrecy=Secrecy.SECRET)
    client = client_of(cast.clerk)
    client.post(reverse("order", args=[dossier.pk]), {"down": str(first.pk)})
    assert list(Placement.objects.filter(dossier=dossier).order_by("number").values_list("document_id", flat=True)) == [
        hidden.pk,
        last.pk,
        first.pk,
    ]
    assert client.post(reverse("order", args=[dossier.pk]), {"up": str(hidden.pk)}).status_code == 404


def test_a_script_is_answered_in_json_and_told_the_refusal(cast, records, client_of):
    dossier = records.dossier()
    documents = [records.document(dossier, issued_date=date(2025, 1, day)) for day in range(1, 4)]
    client = client_of(cast.clerk)
    url, json = reverse("order", args=[dossier.pk]), {"HTTP_ACCEPT": "application/json"}
    answer = client.post(url, {"document": str(documents[0].pk), "number": "3", "was": "1"}, **json)
    assert answer.json() == {"number": 3}
    answer = client.post(url, {"document": str(documents[0].pk), "number": "1", "was": "1"}, **json)
    assert answer.status_code == 409
    assert answer.json()["message"]
    assert client.post(url, {"document": "khong-phai"}, **json).status_code == 404


# ── what stands in the way ──


def blocked(cast, records) -> tuple[Dossier, Document]:
    dossier = records.dossier()
    Dossier.objects.filter(pk=dossier.pk).update(maintenance="")
    document = records.document(dossier, confirmed=True)
    raise_finding("signature-failed", {"file": "x"}, document=document)
    return dossier, document


def test_what_stands_in_the_way_is_on_the_page_before_anybody_asks_and_with_alarm_after(cast, records, client_of):
    dossier, _document = blocked(cast, records)
    client = client_of(cast.archivist)
    before = client.get(page_of(dossier)).content.decode()
    assert 'class="vk-todo"' in before
    assert "vk-refusal" not in before.replace("vk-refusal__title", "")
    answer = client.post(reverse("close", args=[dossier.pk]))
    assert answer.status_code == 409
    after = answer.content.decode()
    assert 'class="vk-refusal"' in after
    assert "còn 2 việc" in after
    assert after.count('role="alert"') == 1


def test_each_is_mended_in_place_and_struck_off_without_asking_again(cast, records, client_of):
    dossier, _document = blocked(cast, records)
    client = client_of(cast.archivist)
    client.post(reverse("close", args=[dossier.pk]))
    part = reverse("dossier_blockers", args=[dossier.pk])
    period = {"next": part}
    answer = client.post(
        reverse("dossier_period", args=[dossier.pk]), period, headers={"HX-Request": "true"}, follow=True
    )
    said = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in said
    assert said.count("is-mended") == 1
    assert "còn 1 việc" in said
    dossier.refresh_from_db()
    assert dossier.maintenance == Maintenance.YEARS_20
    finding = Finding.objects.get()
    reason = {"next": part, "reason": "Giữ làm chứng cứ"}
    said = client.post(reverse("close_finding", args=[finding.pk]), reason, follow=True).content.decode()
    assert said.count("is-mended") == 2
    assert "Không còn gì cản" in said
    # The page tells the same to who has no script, and the dossier can be closed from there.
    assert client.get(page_of(dossier)).content.decode().count("is-mended") == 2
    assert client.post(reverse("close", args=[dossier.pk])).status_code == 302
    assert "is-mended" not in client.get(page_of(dossier)).content.decode()


def test_what_comes_back_is_no_longer_struck_off(cast, records, client_of):
    dossier, _document = blocked(cast, records)
    client = client_of(cast.archivist)
    client.get(page_of(dossier))
    Dossier.objects.filter(pk=dossier.pk).update(maintenance=Maintenance.YEARS_10)
    assert client.get(page_of(dossier)).content.decode().count("is-mended") == 1
    Dossier.objects.filter(pk=dossier.pk).update(maintenance="")
    assert "is-mended" not in client.get(page_of(dossier)).content.decode()


def test_nothing_is_sent_where_nothing_changed(cast, records, client_of):
    dossier, _document = blocked(cast, records)
    client = client_of(cast.archivist)
    said = client.get(page_of(dossier)).content.decode()
    seen = re.search(r"\?seen=(\w+)", said).group(1)
    part = reverse("dossier_blockers", args=[dossier.pk])
    assert client.get(part, {"seen": seen}).status_code == 204
    Dossier.objects.filter(pk=dossier.pk).update(maintenance=Maintenance.YEARS_10)
    assert client.get(part, {"seen": seen}).status_code == 200


def test_who_may_not_mend_it_at_once_is_led_to_it(cast, records, client_of):
    dossier, document = blocked(cast, records)
    said = client_of(cast.clerk).get(page_of(dossier)).content.decode()
    assert reverse("close_finding", args=[Finding.objects.get().pk]) not in said
    assert reverse("document", args=[document.pk]) + "#signatures" in said
    assert reverse("dossier_period", args=[dossier.pk]) in said


def test_a_reader_sees_nothing_to_mend(cast, records, client_of):
    dossier, _document = blocked(cast, records)
    said = client_of(cast.reader).get(page_of(dossier)).content.decode()
    assert 'id="blockers"' not in said
    assert "data-drag" not in said


# ── place, sheets, history ──


def test_the_place_of_the_paper_is_noted_in_place_and_without_script(cast, records, client_of):
    dossier = records.closed()
    client = client_of(cast.clerk)
    url = reverse("dossier_location", args=[dossier.pk])
    given = {"warehouse": "2", "shelf": "14", "box": "203", "paper_sheets": "143", "revision": dossier.revision}
    answer = client.post(url, given, headers={"HX-Request": "true"})
    assert "kho 2, giá 14, hộp 203" in answer.content.decode()
    answer = client.post(url, {**given, "box": "204"})
    assert answer.status_code == 409
    dossier.refresh_from_db()
    assert client.post(url, {**given, "box": "204", "revision": dossier.revision}).status_code == 302
    dossier.refresh_from_db()
    assert dossier.box == "204"


def test_the_place_of_a_sealed_dossier_is_read_only_and_the_page_says_so(cast, records, client_of):
    sealed = records.sealed_row()
    client = client_of(cast.archivist)
    said = client.get(page_of(sealed)).content.decode()
    assert "Đã niêm cùng hồ sơ" in said
    url = reverse("dossier_location", args=[sealed.pk])
    assert client.post(url, {"box": "1", "paper_sheets": "0"}).status_code == 409


@pytest.mark.parametrize("what", ["cover", "list", "ending", "all"])
def test_sheets_are_pdfs_for_who_may_download(what, cast, records, client_of):
    dossier = records.closed()
    answer = client_of(cast.reader).get(reverse(f"print_{what}", args=[dossier.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert "inline" in answer["Content-Disposition"]


def test_the_history_comes_in_stretches_and_tells_readings_only_on_its_page(cast, records, client_of):
    dossier = records.dossier()
    for _ in range(30):
        records.document(dossier)
    client = client_of(cast.clerk)
    page = client.get(page_of(dossier)).content.decode()
    assert "đọc hồ sơ" not in page
    seen, url = 0, reverse("dossier_history", args=[dossier.pk])
    while url:
        said = client.get(url, headers={"HX-Request": "true"}).content.decode()
        seen += said.count("<time")
        found = re.search(r'hx-get="([^"]+)"', said)
        url = found and found.group(1).replace("&amp;", "&")
    assert seen == Event.objects.filter(dossier_id=dossier.pk).exclude(kind="dossier.read").count()
    assert "đọc hồ sơ" in client.get(reverse("dossier_history", args=[dossier.pk]), {"all": "1"}).content.decode()


OUTSIDE = ("dossier", "dossier_documents", "dossier_blockers", "dossier_history", "dossier_location", "dossier_edit")


@pytest.mark.parametrize("who", ["outsider", "stranger", "administrator", "superuser"])
def test_to_others_nothing_of_the_page_exists(who, cast, records, client_of):
    dossier = records.dossier()
    document = records.document(dossier)
    client = client_of(getattr(cast, who))
    before = Event.objects.count()
    for name in (*OUTSIDE, "print_cover", "print_list", "print_ending", "print_all"):
        assert client.get(reverse(name, args=[dossier.pk])).status_code == 404, name
    assert client.get(reverse("dossier_document", args=[dossier.pk, document.pk])).status_code == 404
    for name in ("order", "dossier_period", "dossier_download", "dossier_location"):
        assert client.post(reverse(name, args=[dossier.pk]), {"document": str(document.pk)}).status_code == 404, name
    assert Event.objects.count() == before


def test_a_document_in_two_dossiers_is_moved_in_the_one_that_is_shown(cast, records, client_of):
    one, two = records.dossier(), records.dossier()
    shared = records.document(one, issued_date=date(2025, 1, 1))
    records.document(one, issued_date=date(2025, 1, 2))
    records.document(two, issued_date=date(2025, 1, 2))
    place_document(shared.pk, two.pk, actor=cast.clerk)
    client_of(cast.clerk).post(reverse("order", args=[one.pk]), {"document": str(shared.pk), "number": "2"})
    assert Placement.objects.get(dossier=one, document=shared).number == 2
    assert Placement.objects.get(dossier=two, document=shared).number == 1


def test_the_page_leads_to_receiving(cast, records, client_of):
    dossier = records.dossier()
    target = reverse("receive", args=[dossier.pk])
    assert f'href="{target}"' in client_of(cast.clerk).get(page_of(dossier)).content.decode()
    assert f'href="{target}"' not in client_of(cast.reader).get(page_of(dossier)).content.decode()
