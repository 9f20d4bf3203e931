"""The engine is down: filing goes on, numbers and describing words are found in the database, and nothing waits for ever."""

from __future__ import annotations

from datetime import date

import pytest

from repository.actions.confirm_document import confirm_document
from repository.codes import Secrecy
from repository.models import Document
from search import outbox
from search.comparison import compare
from search.engines.base import EngineDown
from search.fallback import find_without_engine
from search.indexer import drain
from search.tasks import index

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles]


def take_away(monkeypatch):
    def away():
        raise EngineDown("no answer")

    for module in ("search.indexer", "search.service", "search.meaning.stage", "search.pages.index"):
        monkeypatch.setattr(f"{module}.engine", away)


@pytest.fixture
def down(monkeypatch):
    take_away(monkeypatch)


@pytest.fixture
def three(records):
    one, two = records.dossier("Phòng chống thiên tai"), records.dossier("Hòa giải cơ sở")
    return [
        records.document(
            one, subject="Ứng phó bão, lũ quét", number="06", notation="QĐ-UBND", code="06/2022/QĐ-UBND",
            issued_date=date(2022, 3, 4), type_name="Quyết định", signer_name="Nguyễn Thị Bích",
        ),
        records.document(
            two, subject="Thủy lợi nội đồng năm 2021", number="41", notation="KH-UBND", code="41/KH-UBND",
            issued_date=date(2021, 5, 6), organ_name="Sở Nông nghiệp",
        ),
        records.document(two, subject="Báo cáo tổng kết", number="7", code="7/BC-VP", issued_date=date(2020, 1, 2)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("bão", [0, 2]),
        ("bao", [0, 2]),
        ("BÃO lũ", [0]),
        ("lũ quét", [0]),
        ('"lũ quét"', [0]),
        ('"quét lũ"', []),
        ("thủy lợi", [1]),
        ("thuỷ loi", [1]),
        ("06/2022/QĐ-UBND", [0]),
        ("6/2022/qd-ubnd", [0]),
        ("6/2022", [0]),
        ("so:41", [1]),
        ("so:KH-UBND", [1]),
        ("6/2021", []),
        ("tieude:quét", [0]),
        ("tieude:nghiệp", []),
        ("coquan:nông nghiệp", [1]),
        ("nguoiky:bích", [0]),
        ("hoso:thiên", [0]),
        ("loai:qd", [0]),
        ("loai:qd,kh", [0, 1, 2]),
        ("ngay:2021..2022", [0, 1]),
        ("ngay:..2020", [2]),
        ("mat:thường", [0, 1, 2]),
        ("bao -lũ", [2]),
        ("lũ OR thủy", [0, 1]),
        ("(lũ OR thủy) so:41", [1]),
        ("tổng*", [2]),
        ("về việc ứng phó bão lũ quét trên địa bàn", [0]),
    ],
)
def test_the_database_answers_the_language_as_far_as_it_goes(three, cast, typed, found):
    fallen = find_without_engine(typed, actor=cast.reader)

    assert {three.index(one) for one in fallen.documents} == set(found)
    assert not fallen.left_out


def test_what_only_the_engine_knows_is_left_out_and_told(three, cast):
    fallen = find_without_engine("bão chuky:hỏng", actor=cast.reader)
    assert (set(fallen.documents), fallen.left_out) == ({three[0], three[2]}, True)
    left = find_without_engine("bão -(lũ chuky:hỏng)", actor=cast.reader)
    assert (set(left.documents), left.left_out) == ({three[0], three[2]}, True)
    assert find_without_engine("chuky:hỏng", actor=cast.reader).documents == []
    assert find_without_engine("", actor=cast.reader).documents == []


FILTERS = [
    ("agency", lambda world: [world.province.serial], [0, 1, 2]),
    ("agency", lambda world: [world.office.serial], [0, 1, 2]),
    ("agency", lambda world: [world.commune.serial], []),
    ("unit", lambda world: [world.province.serial], []),
    ("year", lambda world: [2021, 2022], [0, 1]),
    ("year", lambda world: ["2019..2021"], [1, 2]),
    ("year", lambda world: ["hai nghìn"], []),
    ("type", lambda world: ["Quyết định"], [0]),
    ("secrecy", lambda world: [0], [0, 1, 2]),
    ("secrecy", lambda world: [1], []),
    ("signer", lambda world: ["Nguyễn Thị Bích"], [0]),
    ("dossier", lambda world: ["nothing", "00000000-0000-0000-0000-000000000000"], []),
    ("state", lambda world: ["open"], [0, 1, 2]),
    ("state", lambda world: ["archived", "closed"], []),
    ("retention", lambda world: ["nothing"], []),
    ("due", lambda world: [2050], []),
    ("retention", lambda world: [world.record_class.maintenance], [0, 1, 2]),
    ("fonds", lambda world: ["nothing"], []),
    ("fonds", lambda world: [world.fonds.pk], [0, 1, 2]),
]


@pytest.mark.parametrize(("facet", "chosen", "found"), FILTERS)
def test_filters_hold_without_the_engine_and_as_with_it(three, cast, client_of, monkeypatch, facet, chosen, found):
    """The same address, with the engine and without."""
    drain()
    client, asked = client_of(cast.reader), {facet: chosen(cast.world)}
    expected = {three[place].get_absolute_url() for place in found}
    with_it = client.get("/search/", asked)
    assert {hit["url"].partition("?")[0] for hit in with_it.context["hits"]} == expected

    take_away(monkeypatch)
    without = client.get("/search/", asked)

    assert (without.status_code, without.context["left_out"]) == (503, False)
    assert {one["url"] for one in without.context["hits"]} == expected
    assert len(without.context["chosen"]) == len(asked[facet]), "each filter is shown, to be taken off"


def test_filters_narrow_the_words_and_what_only_the_engine_knows_is_told(three, cast, client_of, down):
    client = client_of(cast.reader)
    page = client.get("/search/", {"q": "bao", "year": "2022", "dossier": [three[0].placements.get().dossier_id]})
    assert [one["url"] for one in page.context["hits"]] == [three[0].get_absolute_url()]
    page = client.get("/search/", {"q": "bao", "verdict": "failed"})
    assert (len(page.context["hits"]), page.context["left_out"]) == (2, True)
    assert "bộ lọc" in page.content.decode()
    page = client.get("/search/", {"verdict": "failed"})
    assert page.context["unanswered"]
    assert "Chỉ máy tìm" in page.content.decode()
    hidden = client_of(cast.outsider).get("/search/", {"dossier": [three[0].placements.get().dossier_id]})
    assert hidden.context["hits"] == []


def test_nobody_sees_more_while_the_engine_is_away(three, cast, down, client_of):
    Document.objects.filter(pk=three[0].pk).update(secrecy=Secrecy.SECRET)
    for actor in (cast.outsider, cast.department_reader, cast.stranger, cast.superuser, cast.administrator):
        assert find_without_engine("thủy lợi", actor=actor).documents == []
    assert find_without_engine("hoso:thiên", actor=cast.outsider).documents == []
    assert three[0] not in find_without_engine("bão", actor=cast.reader).documents
    page = client_of(cast.outsider).get("/search/", {"q": "thủy lợi"})
    assert page.status_code == 503
    assert page.context["hits"] == []


def test_filing_goes_on_the_page_says_so_and_the_outbox_drains_when_it_is_back(
    three, cast, records, client_of, monkeypatch
):
    drain()
    with monkeypatch.context() as away:
        take_away(away)
        new = records.document(three[0].placements.get().dossier, subject="Sạt lở đất")
        confirm_document(three[1].pk, {"subject": "Kiên cố hóa kênh mương"}, actor=cast.clerk)
        index()
        assert outbox.lag()[0] == 2, "the task ends without an error and loses nothing"
        page = client_of(cast.reader).get("/search/", {"q": "sat lo"})
        assert page.status_code == 503
        assert page.context["down"]
        assert [one["url"] for one in page.context["hits"]] == [new.get_absolute_url()]
    index()
    assert outbox.lag()[0] == 0
    assert compare().differing == 0
