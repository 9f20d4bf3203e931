"""The page of results: filters with counts, orders, a table, one dossier, suggestions, did you mean, similar documents."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from repository.clock import now
from repository.models import Extraction
from search import outbox
from search.indexer import drain
from search.service import find
from search.similar import similar_to
from search.suggest import Kind, suggestions

pytestmark = pytest.mark.django_db

TEXTS = (
    "Quyết định về việc thu hồi đất để xây dựng trường mầm non xã Vân Sa. Phòng Tài nguyên đo đạc, kiểm đếm thửa đất số 12.",
    "Thông báo thu hồi đất để xây dựng trường mầm non xã Vân Sa theo kết quả đo đạc, kiểm đếm thửa đất số 12.",
    "Kế hoạch phòng cháy chữa cháy rừng mùa khô trên địa bàn huyện.",
    "Nghị định của Chính phủ về công tác văn thư.",
)
SUBJECTS = ("Thu hồi đất xây trường", "Thông báo thu hồi đất", "Phòng cháy chữa cháy rừng", "Công tác văn thư")


@pytest.fixture
def filed(records):
    """Four documents of the office in two dossiers, indexed."""
    homes = records.dossier("Thu hồi đất"), records.dossier("Khác")
    made = []
    for n, (text, subject) in enumerate(zip(TEXTS, SUBJECTS, strict=True)):
        document = records.document(
            homes[n // 2],
            subject=subject,
            number=f"{41 + n:02}",
            notation="QĐ-UBND" if n < 2 else "KH-UBND",
            type_name="Quyết định" if n < 2 else "Kế hoạch",
            issued_date=date(2020 + n, 3, 1),
            signer_name="Lê Văn Bảy" if n else "Trần Thị Ba",
        )
        say(document, text)
        made.append(document)
    drain()
    return made


def say(document, text):
    Extraction.objects.create(
        file=document.versions.get().files.get(), text=text, pages=[0], engine="thử", made_at=now()
    )
    outbox.put([document.pk])


def titles(page):
    return [str(hit["title"]).replace("<mark>", "").replace("</mark>", "") for hit in page.context["hits"]]


def facet(page, name):
    [one] = [one for one in page.context["facets"] if one["name"] == name]
    return one


def test_dots_stand_only_where_text_was_left_out(filed, records, cast, client_of):
    say(
        records.document(records.dossier(), subject="Biên bản dài"),
        "mở đầu " * 400 + "văn thư lưu trữ " + "kết thúc " * 400,
    )
    drain()
    client = client_of(cast.reader)
    [short] = client.get("/search/", {"q": "nghị định văn thư"}).context["hits"]
    assert "…" not in short["text"], "the whole text is shown"
    [long] = client.get("/search/", {"q": '"văn thư lưu trữ"'}).context["hits"]
    assert long["text"].startswith("… ")
    assert long["text"].endswith("\N{NO-BREAK SPACE}…"), "dots do not begin a line of their own"


def test_several_values_of_a_filter_mean_any_and_several_filters_all(filed, cast, client_of):
    reader = client_of(cast.reader)
    page = reader.get("/search/?year=2020&year=2023&type=Quyết định")
    assert titles(page) == [SUBJECTS[0]]
    assert {one["label"]: one["count"] for one in facet(page, "type")["options"]} == {"Quyết định": 1, "Kế hoạch": 1}
    assert [(bar["label"], bar["count"], bar["current"]) for bar in facet(page, "year")["bars"]] == [
        ("2020", 1, True),
        ("2021", 1, True),
    ]
    assert [chip["label"] for chip in page.context["chosen"]] == ["2020", "2023", "Quyết định"]


def test_a_range_of_years_comes_in_a_form_and_stands_in_the_address(filed, cast, client_of):
    reader = client_of(cast.reader)
    page = reader.get("/search/?q=&year_from=2022&year_to=2021", follow=True)
    assert page.request["QUERY_STRING"].endswith("year=2021..2022")
    assert set(titles(page)) == {SUBJECTS[1], SUBJECTS[2]}
    assert set(titles(reader.get("/search/?year=..2020"))) == {SUBJECTS[0]}
    assert set(titles(reader.get("/search/?year=2023.."))) == {SUBJECTS[3]}
    assert [bar["count"] for bar in facet(page, "year")["bars"]] == [1, 1, 1, 1]


def test_a_folded_filter_is_counted_when_it_is_opened_with_and_without_script(filed, cast, client_of):
    reader = client_of(cast.reader)
    page = reader.get("/search/?q=thu hồi")
    folded = facet(page, "signer")
    assert "options" not in folded
    part = reader.get(folded["part_url"])
    assert part.status_code == 200 and "Lê Văn Bảy" in part.content.decode()
    whole = facet(reader.get(folded["open_url"].partition("#")[0]), "signer")
    assert [(one["label"], one["count"]) for one in whole["options"]] == [("Lê Văn Bảy", 1), ("Trần Thị Ba", 1)]


def test_agencies_stand_under_those_above_them(filed, cast, client_of):
    [root] = facet(client_of(cast.reader).get("/search/?q=đất"), "agency")["options"]
    assert (root["label"], root["count"]) == ("Ủy ban nhân dân tỉnh Lam Giang", 2)
    assert [(child["label"], child["count"]) for child in root["children"]] == [("Văn phòng Ủy ban nhân dân tỉnh", 2)]


def test_by_number_and_by_filing(filed, cast, client_of):
    reader = client_of(cast.reader)
    assert titles(reader.get("/search/?year=2000..2030&sort=number")) == list(SUBJECTS)
    assert titles(reader.get("/search/?year=2000..2030&sort=newest")) == list(reversed(SUBJECTS))
    assert set(titles(reader.get("/search/?year=2000..2030&sort=filed"))) == set(SUBJECTS)


def test_a_table_is_remembered_with_its_columns(filed, cast, client_of):
    reader = client_of(cast.reader)
    assert not reader.get("/search/?q=đất").context["table"]
    assert reader.get("/search/?q=đất&view=table").context["table"]
    page = reader.get("/search/?q=đất")
    assert page.context["table"] and "Lê Văn Bảy" not in page.content.decode()
    reader.post("/search/columns/", {"column": ["signer"], "next": "/search/?q=đất"})
    page = reader.get("/search/?q=đất")
    assert [head["column"].name for head in page.context["heads"]] == ["code", "subject", "signer"]
    assert "Lê Văn Bảy" in page.content.decode()


def test_one_dossier_is_searched_from_its_page_and_the_limit_is_lifted(filed, cast, client_of):
    reader = client_of(cast.reader)
    dossier = filed[0].dossiers.get()
    assert f'name="dossier" value="{dossier.pk}"' in reader.get(dossier.get_absolute_url()).content.decode()
    page = reader.get("/search/", {"q": "", "dossier": dossier.pk})
    assert set(titles(page)) == {SUBJECTS[0], SUBJECTS[1]}
    [chip] = page.context["chosen"]
    assert dossier.title in chip["label"]
    assert "dossier" not in chip["url"]


def test_who_may_see_one_document_alone_learns_nothing_of_its_dossier(filed, cast, client_of):
    from repository.actions.grants import give_grant

    give_grant(filed[0], cast.stranger.id, "Nghiên cứu", now().replace(year=now().year + 1), actor=cast.chief)
    drain()
    dossier = filed[0].dossiers.get()
    stranger = client_of(cast.stranger)
    for query in ("hoso:thu", 'hoso:"thu hồi đất"', f"hoso:{dossier.code}", "hoso:th*"):
        assert not titles(stranger.get("/search/", {"q": query})), query
        assert titles(client_of(cast.reader).get("/search/", {"q": query})), query
    page = stranger.get("/search/", {"dossier": dossier.pk})
    assert not titles(page) and dossier.title not in page.content.decode()
    page = stranger.get("/search/?q=đất&open=dossier")
    assert titles(page) == [SUBJECTS[0]]
    assert not [one for one in page.context["facets"] if one["name"] == "dossier"]


def test_suggestions_are_of_numbers_titles_agencies_types_fields_and_own_searches(filed, cast, client_of):
    reader = cast.reader

    def kinds(typed):
        return {(one.kind, one.label) for one in suggestions(typed, actor=reader)}

    assert (Kind.NUMBER, filed[0].code) in kinds("41/")
    assert (Kind.NUMBER, filed[0].code) in kinds("41/q")
    for typed in ("thu hồi", "thu hoi đa", "chay rưng", "THU H"):
        assert any(kind is Kind.TITLE for kind, _ in kinds(typed)), typed
    assert (Kind.AGENCY, "Văn phòng Ủy ban nhân dân tỉnh") in kinds("van ph")
    assert (Kind.TYPE, "Quyết định") in kinds("quyet")
    assert (Kind.FIELD, "coquan:") in kinds("co")
    assert (Kind.VALUE, "Quyết định") in kinds("đất loai:quy")
    client_of(reader).get("/search/?q=thu hồi đất trường")
    reader.user.refresh_from_db()
    assert (Kind.RECENT, "thu hồi đất trường") in kinds("")
    assert (Kind.RECENT, "thu hồi đất trường") in kinds("trườ")


def test_a_suggestion_has_something_visible_behind_it(filed, records, cast, client_of):
    secret = records.document(
        records.dossier("Xã", by=cast.outsider, entry=cast.world.commune_entry),
        by=cast.outsider,
        subject="Tố cáo cán bộ",
        type_name="Công điện",
        number="77",
    )
    drain()
    for typed in ("tố cáo", "cong đ", "77/", "xã Vân", "loai:cong"):
        assert suggestions(typed, actor=cast.outsider), typed
        assert not [one for one in suggestions(typed, actor=cast.reader) if one.kind is not Kind.FIELD], typed
    client_of(cast.reader).get("/search/?q=tố cáo")
    cast.reader.user.refresh_from_db()
    assert not suggestions("tố", actor=cast.reader) and secret
    for nobody in (cast.stranger, cast.superuser, cast.administrator):
        assert not suggestions("thu hồi", actor=nobody)


def test_the_box_asks_for_a_fragment_of_options(filed, cast, client_of):
    answer = client_of(cast.reader).get("/search/suggest/?q=thu hồi")
    html = answer.content.decode()
    assert 'role="option"' in html and filed[0].get_absolute_url() in html
    assert answer["Cache-Control"] == "private, no-store"
    assert not client_of(cast.stranger).get("/search/suggest/?q=thu hồi").content.strip()


MEANT = (
    ("thu hoi dat", "thu hồi đất"),
    ("thu hôi đât", "thu hồi đất"),
    ("thu hồi đất", ""),
    ("nghi dinnh", "nghị định"),
    ("phong chya chua chay", "phòng cháy chữa cháy"),
    ('"thu hôi đât"', '"thu hồi đất"'),
    ("thu hoi dat loai:qd", "thu hồi đất loai:qd"),
    ("không ai viết thế này bao giờ cả xyzzy", ""),
    ("41/QĐ-UBND", ""),
    ("", ""),
)


def test_did_you_mean_is_written_as_visible_documents_write_it(filed, cast):
    for typed, meant in MEANT:
        assert find(typed, actor=cast.reader).meant == meant, typed
        assert find(typed, actor=cast.outsider).meant == "", typed


def test_marks_are_offered_for_all_words_or_for_none(filed, records, cast):
    say(
        records.document(records.dossier(), subject="Ghi chép"),
        "Thu hồi đất rồi mới làm. Đường thông thoáng, thống kê đủ.",
    )
    drain()
    found = find("thu hoi dat thong", actor=cast.reader)
    assert (found.total, found.meant) == (2, "")
    # `moi` is mới here, `lam` is làm: both can be read.
    assert find("thu hoi dat roi moi lam", actor=cast.reader).meant == "thu hồi đất rồi mới làm"


def test_similar_documents_share_the_rarest_words_and_are_visible(filed, cast, client_of):
    assert similar_to(filed[0], actor=cast.reader) == [filed[1].pk]
    assert similar_to(filed[2], actor=cast.reader) == []
    reader = client_of(cast.reader)
    page = reader.get(f"/search/similar/{filed[0].pk}/")
    assert titles(page) == [SUBJECTS[1]]
    assert SUBJECTS[1] in reader.get(f"/search/similar/{filed[0].pk}/?part=1").content.decode()
    assert f"/search/similar/{filed[0].pk}/" in reader.get(filed[0].get_absolute_url()).content.decode()
    assert client_of(cast.outsider).get(f"/search/similar/{filed[0].pk}/").status_code == 404


def test_a_page_of_results_asks_thirty_queries_at_most_whatever_it_shows(filed, records, cast, client_of):
    reader = client_of(cast.reader)
    address = "/search/?q=van&open=signer&open=dossier&open=fonds&open=due&year=2000..2030&view=table"
    address = address.replace("q=van&", "")
    asked = []
    for _ in range(2):
        reader.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert reader.get(address).status_code == 200
        asked.append(len(queries))
        dossier = records.dossier("Thêm")
        for n in range(6):
            records.document(dossier, subject=f"Thêm {n}")
        drain()
    assert asked[0] == asked[1] <= 30
    with CaptureQueriesContext(connection) as queries:
        reader.get("/search/suggest/?q=thêm")
    assert len(queries) <= 15


def test_no_value_is_shown_as_a_code(filed, cast, client_of):
    html = (
        client_of(cast.reader)
        .get(
            "/search/?q=đất"
            + "".join(
                f"&open={n}"
                for n in ("unit", "dossier", "signer", "format", "state", "retention", "due", "fonds", "secrecy")
            )
        )
        .content.decode()
    )
    shown = re.findall(r'vk-opt__text" title="([^"]*)"', html)
    assert len(shown) > 8
    assert not [one for one in shown if re.fullmatch(r"[0-9a-f-]{36}|0\d|[a-z_]+", one)], shown
