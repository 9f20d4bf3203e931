"""The language on the page and at the terminal: fields, messages that point at the place, abbreviations that an archivist keeps."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from repository.clock import now
from repository.models import Event, Extraction
from repository.refusals import Forbidden, Refused
from search import outbox
from search.abbreviations import as_lines, set_list
from search.indexer import drain
from search.models import Abbreviation
from search.service import find

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles]

TEXT = "UBND tỉnh giao Sở Xây dựng lập quyếtđịnh thu hồi đất. Thủ tục hành chính về đất đai."


@pytest.fixture(autouse=True)
def listed(db):
    Abbreviation.objects.all().delete()
    Abbreviation.objects.create(short="UBND", long="Ủy ban nhân dân")
    Abbreviation.objects.create(short="TTHC", long="Thủ tục hành chính")


@pytest.fixture
def filed(records):
    dossier = records.dossier("Thu hồi đất năm 2025")
    document = records.document(
        dossier,
        subject="Thu hồi đất xây trường học",
        number="41",
        notation="QĐ-UBND",
        type_name="QUYẾT ĐỊNH",
        signer_name="Trần Thị Bích",
        organ_name="UBND tỉnh Lam Giang",
        issued_date="2025-03-14",
    )
    file = document.versions.get().files.get()
    Extraction.objects.create(file=file, text=TEXT, pages=[0], engine="thử", made_at=now())
    outbox.put([document.pk])
    drain()
    return document


def found(typed, actor):
    return [hit.document for hit in find(typed, actor=actor).hits]


@pytest.mark.parametrize(
    "typed",
    [
        "loai:quyết định",
        "type:qđ đất",
        "so:41",
        "so:41/qđ-ubnd",
        "ngay:2025",
        "ngay:01/2025..03/2025",
        "nguoiky:bich",
        'nguoiky:"Trần Thị Bích"',
        'coquan:"Ủy ban nhân dân tỉnh"',
        "coquan:UBND",
        "tieude:trường",
        'hoso:"thu hồi đất"',
        "mat:thường dinhdang:txt",
        "quyết định thu hồi",
        '"lập quyết định"',
        "Ủy ban nhân dân",
        "TTHC",
        "xây* (trường OR chợ)",
        '"giao lập"~4',
    ],
)
def test_a_document_is_found_by_its_fields_and_words_by_who_may_see_it(filed, cast, typed):
    assert found(typed, cast.reader) == [filed]
    assert found(typed, cast.outsider) == []


@pytest.mark.parametrize(
    "typed", ["loai:công văn", "so:42", "ngay:2024", "nguoiky:Bảo", "tieude:Bích", "chuky:hỏng", "-loai:qđ"]
)
def test_a_document_of_other_values_is_not_found(filed, cast, typed):
    assert found(typed, cast.reader) == []


def test_the_page_points_at_what_it_could_not_obey_and_answers_the_rest(filed, cast, client_of):
    page = client_of(cast.reader).get("/search/", {"q": "đất loai:abc<b> ngay:2026..2025"})

    assert page.context["total"] == 1
    shown = page.content.decode()
    assert "<code>đất loai:<mark>abc&lt;b&gt;</mark> ngay:2026..2025</code>" in shown
    assert "<mark>2026..2025</mark>" in shown
    assert [one["at"] for one in page.context["problems"]] == [10, 22]


def test_the_page_says_what_can_be_typed(cast, client_of):
    assert "quyết định OR nghị quyết" in client_of(cast.reader).get("/search/").content.decode()


def test_the_command_answers_every_question_of_a_file_with_what_it_could_not_obey(filed, cast, tmp_path):
    questions = tmp_path / "questions.txt"
    questions.write_text("thu hồi đất\nloai:abc đất\nxyzzy\n", encoding="utf-8")
    out = StringIO()

    call_command("search", queries=questions, json=True, stdout=out, as_user=cast.reader.user.username)

    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [row["total"] for row in rows] == [1, 1, 0]
    assert [[one["code"] for one in row["problems"]] for row in rows] == [[], ["no-such-value"], []]


def test_the_list_of_abbreviations_is_changed_as_a_whole_and_answers_the_next_question(filed, cast, client_of):
    assert found("SXD", cast.reader) == []

    page = client_of(cast.archivist).post(
        "/search/abbreviations/set/", {"lines": "UBND = Ủy ban nhân dân\r\n\r\nSXD  =  Sở Xây dựng\n"}
    )

    assert page.status_code == 302
    assert found("SXD", cast.reader) == [filed]
    assert as_lines() == "SXD = Sở Xây dựng\nUBND = Ủy ban nhân dân"
    event = Event.objects.get(kind="abbreviations.changed")
    assert event.actor_id == cast.archivist.id
    assert b"TTHC" in bytes(event.body)


def test_readers_read_the_list_and_do_not_change_it(cast, client_of):
    assert "Thủ tục hành chính" in client_of(cast.reader).get("/search/abbreviations/").content.decode()
    assert "<textarea" not in client_of(cast.reader).get("/search/abbreviations/").content.decode()
    assert "<textarea" in client_of(cast.chief).get("/search/abbreviations/").content.decode()
    with pytest.raises(Forbidden):
        set_list("A = b c", actor=cast.reader)
    assert client_of(cast.stranger).get("/search/abbreviations/").status_code in (403, 404)


@pytest.mark.parametrize(
    "lines", ["UBND", "UBND =", "= Ủy ban", "A B = Ủy ban", "X = y", "X = một hai ba bốn năm sáu bảy tám chín"]
)
def test_a_line_that_is_no_abbreviation_is_named_and_nothing_changes(cast, lines):
    with pytest.raises(Refused, match=r"2|dòng|Line"):
        set_list(f"UB = Ủy ban\n{lines}", actor=cast.archivist)
    assert Abbreviation.objects.count() == 2


def test_questions_come_as_lines_as_objects_or_as_one_list_and_are_answered_in_their_order(filed, cast, tmp_path):
    written = {
        "lines": "thu hồi đất\n\nkhông đâu có\n",
        "objects": '\ufeff{"id": "A0", "text": "thu hồi đất", "rel": ["x"]}\n{"id": 7, "query": "không đâu có"}\n',
        "list": json.dumps([{"id": "A0", "text": "thu hồi đất"}, "không đâu có"]),
    }
    for name, text in written.items():
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        out = StringIO()
        call_command("search", queries=file, json=True, stdout=out, as_user=cast.reader.user.username)
        first, second = map(json.loads, out.getvalue().splitlines())
        assert first["query"] == "thu hồi đất", name
        assert [(hit["rank"], hit["id"], hit["pages"]) for hit in first["results"]] == [(1, str(filed.pk), [1])]
        assert second["results"] == []
        assert first.get("id") == (None if name == "lines" else "A0")


def test_lines_that_are_no_questions_are_told_by_number_before_anything_is_asked(filed, cast, tmp_path):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"id": 1, "text": "đất"}\n{"id": 2\n{"id": 3}\n{"id": [], "text": "x"}\n')
    out = StringIO()
    with pytest.raises(CommandError, match="line 2: begins like JSON.*line 3: has no words.*line 4: has an `id`"):
        call_command("search", queries=file, json=True, stdout=out, as_user=cast.reader.user.username)
    assert out.getvalue() == ""
