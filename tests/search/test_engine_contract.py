"""Both engines, one answer: the same questions, the same sets, totals and counts, held against a plain filter."""

import json
import os
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.engines.base import (
    Answer,
    BadCursor,
    Deletion,
    Engine,
    EngineDown,
    EngineError,
    Held,
    Home,
    IndexDocument,
    IndexMissing,
    Query,
    Sort,
    Written,
)
from search.engines.elasticsearch import ElasticsearchEngine
from search.engines.rows import digest_of
from search.engines.tantivy import TantivyEngine
from search.query import In, ParsedQuery, Part, Prefix, Shared, Word, parse
from search.text.abbreviations import Abbreviations, defaults
from tests.search.corpus import PHRASES, documents
from tests.search.reference import Reference

EVERYONE = frozenset(f"a:{level}:province" for level in ("normal", "restricted"))
LISTED = Abbreviations.of(defaults())
FACETS = ("agency", "year", "type", "state", "dossier")


def tantivy_engine(tmp_path_factory):
    engine = TantivyEngine(tmp_path_factory.mktemp("tantivy") / "index")
    yield engine
    engine.close()


def elasticsearch_engine(_):
    url = os.environ.get("ELASTICSEARCH_URL")
    if not url:
        pytest.skip("ELASTICSEARCH_URL is not set: no Elasticsearch to ask")
    engine = ElasticsearchEngine(url, name=f"test-{uuid4().hex[:8]}")
    yield engine
    for index in engine.client.indices.get(index=f"{engine.alias}-0*").body:
        engine.client.indices.delete(index=index)
    engine.close()


ENGINES = [
    pytest.param(tantivy_engine, id="tantivy"),
    pytest.param(elasticsearch_engine, id="elasticsearch", marks=pytest.mark.services("elasticsearch")),
]


@pytest.fixture(params=ENGINES)
def engine(request, tmp_path_factory):
    """An engine that holds nothing yet."""
    made = request.param(tmp_path_factory)
    engine = next(made)
    engine.ensure()
    yield engine
    next(made, None)


@pytest.fixture(params=ENGINES, scope="module")
def filled(request, tmp_path_factory):
    """An engine that holds the corpus, in several batches as an indexer would write it."""
    made = request.param(tmp_path_factory)
    engine = next(made)
    engine.ensure()
    batch = documents()
    for start in range(0, len(batch), 60):
        write(engine, *batch[start : start + 60])
    yield engine
    next(made, None)


@pytest.fixture(scope="module")
def reference():
    return Reference(documents())


def write(engine: Engine, *changes) -> Written:
    with engine.writer() as writer:
        written = writer.write(changes)
        writer.refresh()
    return written


def understood(typed: str) -> ParsedQuery:
    return parse(typed, LISTED)


def ask(engine: Engine, typed: str = "", **asked) -> Answer:
    return engine.search(Query(**{"keys": EVERYONE, "limit": 500, "parsed": understood(typed), **asked}))


def ids(answer: Answer) -> list[str]:
    return [hit.id for hit in answer.hits]


def document(id: str, text: str = "", version: int = 1, **more) -> IndexDocument:
    return IndexDocument(id=id, version=version, text=text, **{"keys": tuple(EVERYONE), **more})


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "quyết định",
        "quyet dinh",
        "QUYẾT ĐỊNH",
        "hòa",
        "hoà",
        "hoa",
        "thủy lợi thuỷ sản",
        "Ủy ban nhân dân",
        '"Uỷ ban nhân dân xã"',
        '"uy ban nhan dan"',
        '"ban nhân"',
        '"nhân dân tỉnh quyết định"',
        '"má ma mà"',
        '"ma ma ma"',
        '"hoà"',
        '"hoa"',
        "đất -đai",
        'đất -"đất đai"',
        "-quyết -định",
        "6/2023/QĐ-UBND",
        "06/2023/qd-ubnd",
        "06/2023/QÐ-UBND",
        "7/NQ-HĐND",
        "6/2023",
        "14/03/2017",
        "14/03/2017 đất đai",
        "không có từ này đâu",
        "người dân hỏi về thu hồi đất đai để xây dựng nông thôn mới thì hỏi ai",
        "nguoi dan hoi ve thu hoi dat dai de xay dung nong thon moi thi hoi ai",
        "nguyễn văn an",
        "0012_van_ban",
        "12 van ban pdf",
        "decision",
        'chưa đóng "ngoặc',
        "((()) AND OR * ? ~ \\ : / - + [a TO b]",
        "quyetdinh so",
        "thông báo",
        "việt nam",
        "quy*",
        "thu h* -đấ*",
        "đất OR rừng -thu",
        "(đất OR thủy) -(hồi OR lợi)",
        "-(đất OR -thủy)",
        "đất OR -thủy",
        '"đất hồi"~1',
        '"đai đất"~0',
        '"kế hoạch đất"~5',
        '"quyết định hồi" -"đất hồi"~3',
        "UBND tỉnh",
        "ủy ban nhân dân",
        "so:7",
        "so:06/2023",
        "so:QĐ-UBND",
        "so:1*",
        "loai:quyết định đất",
        "-loai:qd,cv",
        "coquan:UBND",
        'coquan:"sở nội vụ" -coquan:lam',
        "nguoiky:bích",
        "nguoiky:ngu*",
        "hoso:atgt",
        'hoso:"H99.2019"',
        "chuky:hong OR chuky:đạt đất",
        "mat:mật ngay:2019..2021",
        "ngay:03/2020",
        "đất -ngay:2019..",
        'tieude:"đất đai"',
        "tieude:đất OR tieude:thủy",
        "loai:không có đất ngay:2021..2019",
    ],
)
def test_what_is_found_is_what_a_plain_filter_finds(filled, reference, typed):
    answer = ask(filled, typed)

    asked = Query(keys=EVERYONE, parsed=understood(typed))
    assert set(ids(answer)) == reference.ids(asked)
    assert answer.total == len(answer.hits) == len(reference.ids(asked))


def test_the_questions_above_are_about_something(reference):
    for typed in ("hòa", '"má ma mà"', 'đất -"đất đai"', "6/2023/QĐ-UBND", "6/2023", '"Uỷ ban nhân dân xã"'):
        found = reference.ids(Query(keys=EVERYONE, parsed=parse(typed)))
        assert 0 < len(found) < len(reference.documents), typed


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"type": ("decision",)},
        {"type": ("decision", "plan")},
        {"type": ("decision", "plan"), "agency": ("district-1",)},
        {"year": ("2019", "2020", "2021"), "state": ("open",), "type": ("report", "letter")},
        {"dossier": ("dossier-3", "dossier-4")},
        {"type": ("unheard of",)},
        {"type": ()},
    ],
)
def test_counts_of_a_facet_leave_its_own_filter_aside_and_are_exact(filled, reference, filters):
    query = Query(keys=EVERYONE, parsed=parse("đất"), filters=filters, facets=FACETS, limit=500)

    answer = filled.search(query)

    assert set(ids(answer)) == reference.ids(query)
    assert {facet: dict(counts) for facet, counts in answer.facets.items()} == {
        facet: reference.counts(query, facet) for facet in FACETS
    }


def test_a_filter_by_a_facet_that_is_not_counted_narrows_too(filled, reference):
    query = Query(keys=EVERYONE, filters={"type": ("plan",)}, facets=("year",), limit=500)

    answer = filled.search(query)

    assert set(ids(answer)) == reference.ids(query)
    assert answer.facets == {"year": reference.counts(query, "year")}


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2018, 1, 1), date(2018, 12, 31)), (date(2020, 6, 1), None), (None, date(2016, 1, 1)), (date.min, date.max)],
)
def test_a_range_of_dates_includes_both_ends_and_never_the_undated(filled, reference, first, last):
    query = Query(keys=EVERYONE, date_from=first, date_to=last, limit=500)

    assert set(ids(filled.search(query))) == reference.ids(query)


def test_only_what_shares_a_key_is_found_or_counted(filled, reference):
    for keys in ({"a:normal:district-1"}, {"a:normal:commune-7", "a:restricted:commune-7"}, {"g:normal:nobody"}):
        query = Query(keys=frozenset(keys), parsed=parse("đất"), facets=FACETS, limit=500)
        answer = filled.search(query)
        assert set(ids(answer)) == reference.ids(query)
        assert answer.total == len(reference.ids(query))
        assert answer.facets == {facet: reference.counts(query, facet) for facet in FACETS}


def test_who_has_no_keys_finds_nothing_and_counts_nothing(filled):
    answer = ask(filled, "đất", keys=frozenset(), facets=("year", "type"))

    assert (answer.total, answer.hits, answer.facets) == (0, (), {"year": {}, "type": {}})


def test_a_document_without_keys_is_found_by_nobody(engine):
    write(engine, document("hidden", "đất đai", keys=()))

    assert ask(engine, "đất").total == ask(engine).total == 0


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("typed", ["", "đất", "nghị quyết đất đai", "-đất"])
def test_pages_follow_each_other_without_gap_or_repetition(filled, typed, sort):
    whole = ids(ask(filled, typed, sort=sort))
    paged, after = [], None
    for _ in range(100):
        answer = ask(filled, typed, sort=sort, limit=13, after=after)
        paged += ids(answer)
        assert answer.total == len(whole)
        after = answer.after
        if after is None:
            break

    assert paged == whole
    assert len(set(paged)) == len(paged) > 0


def test_by_number_is_by_its_figure_and_by_filing_the_latest_received_first(engine):
    codes = ("12/QĐ-UBND", "2/QĐ-UBND", "100/2020/QĐ-UBND", "không số", "2/KH-UBND")
    days = (date(2020, 1, 1), date(2021, 1, 1), date(2020, 1, 1), date(2020, 1, 1), date(2019, 1, 1))
    filed = [datetime(2024, 1, 1, 8, minute, tzinfo=UTC) for minute in (3, 1, 4, 0, 2)]
    for at, code in enumerate(codes):
        write(engine, document(str(at), number=code, date=days[at], filed=filed[at]))

    assert ids(ask(engine, sort=Sort.NUMBER)) == ["4", "1", "0", "2", "3"]
    assert ids(ask(engine, sort=Sort.FILED)) == ["2", "0", "4", "1", "3"]


def test_who_may_not_see_a_dossier_cannot_ask_for_its_words_nor_count_it(engine):
    home = Home("d1", ("H01", "Tố cáo ông Ba"), ("a:0:1",))
    write(engine, document("1", "văn bản", keys=("a:0:1", "g:0:x"), dossiers=(home,)))
    grantee, archivist = frozenset({"g:0:x"}), frozenset({"a:0:1", "a:0:2"})

    for typed in ("hoso:cáo", 'hoso:"tố cáo"', "hoso:ca*", "hoso:h01"):
        assert not ids(ask(engine, typed, keys=grantee)), typed
        assert ids(ask(engine, typed, keys=archivist)) == ["1"], typed
        assert ids(ask(engine, f"-{typed}", keys=grantee)) == ["1"], typed
    assert ask(engine, keys=grantee, facets=("dossier",)).facets == {"dossier": {}}
    assert ask(engine, keys=archivist, facets=("dossier",)).facets == {"dossier": {"d1": 1}}
    assert not ids(ask(engine, keys=grantee, filters={"dossier": ("d1",)}))
    assert ids(ask(engine, keys=archivist, filters={"dossier": ("d1",)})) == ["1"]


def test_many_questions_are_counted_at_once_each_as_if_it_were_asked(filled, reference):
    typed = ("đất đai", "loai:qd", "không hề có chữ này", '"thu hồi đất"', "hoso:atgt", "")
    for keys in (EVERYONE, frozenset({"a:normal:district-1"}), frozenset()):
        counted = filled.counts(keys, [understood(one) for one in typed])
        assert counted == tuple(len(reference.ids(Query(keys=keys, parsed=understood(one)))) for one in typed)


def test_an_unfinished_subject_is_looked_up_by_its_pairs(filled, reference):
    for last in (Prefix("thu_h"), Prefix("dat_d"), Word("quy_hoach", "")):
        asked = Query(keys=EVERYONE, parsed=ParsedQuery(match=In(Part.TITLE_PAIRS, last)), limit=500)
        assert {hit.id for hit in filled.search(asked).hits} == reference.ids(asked) != set()


def test_shared_pairs_weigh_what_they_were_given_and_nothing_else(filled, reference):
    shared = Shared((("dat_dai", 3.0), ("thu_hoi", 1.5), ("quy_hoach", 1.0)), 1)
    asked = Query(keys=EVERYONE, parsed=ParsedQuery(match=shared), limit=500)
    answer = filled.search(asked)
    assert {hit.id for hit in answer.hits} == reference.ids(asked) and answer.total > 9
    assert answer.hits[0].score == pytest.approx(5.5)
    assert {round(hit.score, 3) for hit in answer.hits} <= {5.5, 4.5, 4.0, 3.0, 2.5, 1.5, 1.0}
    two = replace(asked, parsed=ParsedQuery(match=replace(shared, least=2)))
    assert {hit.id for hit in filled.search(two).hits} == reference.ids(two)


@pytest.mark.parametrize("sort", list(Sort))
def test_a_walk_meets_everything_once_in_the_order_of_the_pages(filled, sort):
    query = Query(keys=EVERYONE, parsed=understood("đất đai"), filters={"type": ("decision",)}, sort=sort, limit=500)
    wanted = filled.search(query)
    assert len(wanted.hits) > 14

    stretches = list(filled.walk(replace(query, limit=7)))

    assert [hit.id for answer in stretches for hit in answer.hits] == ids(wanted)
    assert {len(answer.hits) for answer in stretches[:-1]} == {7}
    assert {answer.total for answer in stretches} == {wanted.total}
    rest = [hit.id for answer in filled.walk(replace(query, limit=7, after=stretches[0].after)) for hit in answer.hits]
    assert rest == ids(wanted)[7:], "a stopped walk goes on from the place it was at"
    assert not list(filled.walk(replace(query, keys=frozenset())))
    assert not list(filled.walk(replace(query, keys=frozenset({"nobody"}))))


def test_a_walk_sees_one_moment_whatever_is_written_meanwhile(engine):
    write(engine, *(document(f"d{n}", "đất", date=date(2020, 1, n + 1)) for n in range(9)))
    for sort in (Sort.NEWEST, Sort.RELEVANCE):
        found = engine.walk(Query(keys=EVERYONE, parsed=parse("đất"), sort=sort, limit=4))
        seen = [hit.id for hit in next(found).hits]
        write(
            engine,
            Deletion("d0", version=1_000),
            document("d1", "nhà", version=2, date=date(2020, 1, 2)),
            document(f"new-{sort}", "đất", date=date(1999, 1, 1)),
        )
        seen += [hit.id for answer in found for hit in answer.hits]
        assert len(seen) == len(set(seen))
        assert f"new-{sort}" not in seen
        if sort is Sort.NEWEST:
            assert seen == [f"d{n}" for n in range(8, -1, -1)]


def test_what_a_row_was_made_of_is_held_as_a_figure(engine):
    first = document("a", "đất", facets={"type": ("plan",)}, texts=("t1",))
    changed = [
        replace(first, id="b", keys=("other",)),
        replace(first, id="c", facets={"type": ("letter",)}),
        replace(first, id="d", texts=("t2",)),
        replace(first, id="e", filed=datetime(2020, 1, 1, tzinfo=UTC)),
    ]
    write(engine, first, replace(first, id="same", version=5), *changed, Deletion("gone", 1))

    held = {one.id: one.digest for one in engine.scan()}

    assert held["a"] == held["same"] == digest_of(first)
    assert held["gone"] == 0
    assert len({held[id] for id in "abcde"}) == 5


def test_the_newest_and_the_oldest_come_first_when_asked(filled, reference):
    dates = {document.id: document.date or date.min for document in reference.documents}
    newest = [dates[id] for id in ids(ask(filled, "đất", sort=Sort.NEWEST))]
    oldest = [dates[id] for id in ids(ask(filled, "đất", sort=Sort.OLDEST))]

    assert newest == sorted(newest, reverse=True)
    assert oldest == sorted(newest)


def test_where_nothing_ranks_the_newest_come_first(engine):
    write(engine, *(document(f"d{n}", "đất", date=date(2020, 1, n)) for n in range(1, 29)))

    expected = [f"d{n}" for n in range(28, 0, -1)]
    assert ids(ask(engine)) == expected
    assert ids(ask(engine, "đất")) == expected, "equal scores"


@pytest.mark.parametrize("alike", [10, 78, 79, 80, 81, 82, 200])
def test_however_many_share_a_score_the_newest_of_them_come_first(engine, alike):
    """Around as many as an engine may look at for a page of twenty, and far beyond."""
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(alike)]
    written = [document(f"d{n}", "đất", date=days[n]) for n in range(alike)]
    random.Random(alike).shuffle(written)
    write(engine, document("best", "đất đất đất", date=date(1990, 1, 1)), *written)

    found, after = [], None
    while not found or after:
        answer = ask(engine, "đất", limit=20, after=after)
        found += ids(answer)
        after = answer.after
    assert found == ["best", *(f"d{n}" for n in reversed(range(alike)))]


def test_a_page_of_nothing_still_counts(filled, reference):
    answer = ask(filled, "đất", limit=0, facets=("type",))

    query = Query(keys=EVERYONE, parsed=parse("đất"))
    assert (answer.total, answer.hits) == (len(reference.ids(query)), ())
    assert answer.facets["type"] == reference.counts(query, "type")


def test_nearness_ends_with_the_part(engine):
    write(engine, document("over", "đất đai", title="bão"), document("within", "bão một hai ba đất"))

    assert ids(ask(engine, '"bão đất"~20')) == ["within"]
    assert ids(ask(engine, '"bão đất"~2')) == []


def test_a_cursor_that_is_none_is_refused(filled):
    odd = (
        "[1e999, 1]",
        "[NaN, 1]",
        "[1, 1e999]",
        "[1, -1]",
        f"[1, {2**63}]",
        f"[1, {2**63 - 1}]",
        "[" * 99,
        "[1," + "1" * 200 + "]",
    )
    for wrong in ("", "{}", "[1]", "x", "null", '["a", "b"]', "[1, 2, 3]", "[[1], 1]", *odd):
        for sort in (Sort.RELEVANCE, Sort.NEWEST, Sort.NUMBER):
            if wrong == "[1]" and sort is not Sort.RELEVANCE:
                continue
            with pytest.raises(BadCursor, match="page"):
                ask(filled, "đất", after=wrong or "''", sort=sort)


def test_the_typed_marks_come_first_and_the_others_are_found_too(engine):
    write(
        engine,
        document("without", "ho so ve ma trong kho"),
        document("other", "hồ sơ về má trong kho"),
        document("same", "hồ sơ về mã trong kho"),
    )

    assert ids(ask(engine, "mã"))[0] == "same"
    assert set(ids(ask(engine, "mã"))) == {"same", "other", "without"}
    assert ids(ask(engine, '"mã"')) == ["same"], "in quotes the marks count"
    assert set(ids(ask(engine, '"ma"'))) == {"same", "other", "without"}


def test_neighbours_rank_over_the_same_words_apart(engine):
    write(
        engine,
        document("apart", "sản xuất thủy điện, tài nguyên"),
        document("together", "thủy sản xuất điện, tài nguyên"),
    )

    assert ids(ask(engine, "thủy sản")) == ["together", "apart"]


def test_a_title_ranks_over_the_same_words_in_the_text(engine):
    write(
        engine,
        document("text", "lưu trữ báo cáo", title="Kế hoạch năm"),
        document("title", "báo cáo năm kế hoạch", title="Lưu trữ"),
    )

    assert ids(ask(engine, "lưu trữ"))[0] == "title"


def test_the_document_of_a_number_comes_before_those_that_cite_it(engine):
    write(
        engine,
        *(document(f"citing {n}", "Căn cứ Quyết định số 06/2022/QĐ-UBND " * (n + 1)) for n in range(5)),
        document("own", "Số: 06/2022/QĐ-UBND QUYẾT ĐỊNH " + "nội dung " * 50, number="06/2022/QĐ-UBND"),
        document("another", "nội dung", number="06/2023/QĐ-UBND"),
    )

    for typed in ("06/2022/QĐ-UBND", "6/2022/qd-ubnd", "06/2022/QÐ-UBND", "6/2022", "quyết định số 06/2022/QĐ-UBND"):
        assert ids(ask(engine, typed))[0] == "own", typed
    assert set(ids(ask(engine, "6/QĐ-UBND"))) == {"own", "another", *(f"citing {n}" for n in range(5))}


def test_a_phrase_does_not_run_over_from_one_part_into_the_next(engine):
    write(engine, document("d", "đai và nhà", title="về đất", file_names=("ở.pdf",)))

    assert ask(engine, '"đất đai"').total == 0
    assert ask(engine, '"dat dai"').total == 0
    assert ask(engine, '"nhà ở"').total == 0
    assert ask(engine, '"đai và nhà"').total == 1


def test_a_newer_version_replaces_and_an_older_one_does_not(engine):
    assert write(engine, document("d", "mới", version=5)) == Written(applied=1, stale=0)
    assert write(engine, document("d", "cũ", version=4)) == Written(applied=0, stale=1)

    assert (ask(engine, "mới").total, ask(engine, "cũ").total) == (1, 0)

    write(engine, document("d", "sau cùng", version=6))
    assert (ask(engine, "mới").total, ask(engine, "sau cùng").total, engine.count()) == (0, 1, 1)


def test_writing_the_same_version_again_is_right(engine):
    write(engine, document("d", "trước", version=3))
    assert write(engine, document("d", "sau", version=3)) == Written(applied=1, stale=0)

    assert (ask(engine, "trước").total, ask(engine, "sau").total) == (0, 1)


def test_an_older_write_does_not_bring_back_what_was_deleted(engine):
    write(engine, document("d", "đất", version=1))
    write(engine, Deletion("d", version=3))
    assert (ask(engine, "đất").total, engine.count()) == (0, 0)

    assert write(engine, document("d", "đất", version=2)) == Written(applied=0, stale=1)
    assert write(engine, Deletion("d", version=1)) == Written(applied=0, stale=1)
    assert ask(engine).total == 0

    write(engine, document("d", "đất", version=4))
    assert (ask(engine, "đất").total, engine.count()) == (1, 1)


def test_a_late_deletion_does_not_hit_what_came_after_it(engine):
    write(engine, document("d", "đất", version=7))
    assert write(engine, Deletion("d", version=6)).stale == 1

    assert ask(engine, "đất").total == 1


def test_several_changes_of_one_document_in_one_batch_leave_the_newest(engine):
    write(
        engine,
        document("a", "một", version=1),
        document("a", "ba", version=3),
        document("a", "hai", version=2),
        Deletion("b", version=2),
        document("b", "một", version=1),
    )

    assert [ask(engine, word).total for word in ("một", "hai", "ba")] == [0, 0, 1]
    held = engine.versions(["a", "b", "c"])
    assert {id: one[:3] for id, one in held.items()} == {"a": ("a", 3, False), "b": ("b", 2, True)}


def test_the_versions_held_can_be_read_back_whole(engine):
    write(engine, *(document(f"d{n}", version=n + 1) for n in range(200)), Deletion("gone", 9))

    held = list(engine.scan())
    assert {(h.id, h.version) for h in held if not h.deleted} == {(f"d{n}", n + 1) for n in range(200)}
    assert [h for h in held if h.deleted] == [Held("gone", 9, True)]
    assert len(held) == 201
    assert engine.count() == 200


def test_reading_back_goes_on_over_many_pages(engine, monkeypatch):
    monkeypatch.setattr("search.engines.tantivy_index._SCAN_PAGE", 7)
    monkeypatch.setattr("search.engines.elasticsearch._SCAN_PAGE", 7)
    days = [None, date(2020, 1, 1), date(2021, 1, 1)]
    write(engine, *(document(f"d{n}", date=days[n % 3]) for n in range(50)))

    assert sorted(held.id for held in engine.scan()) == sorted(f"d{n}" for n in range(50))
    assert len(engine.versions(f"d{n}" for n in range(60))) == 50


def test_the_largest_version_is_held_exactly(engine):
    write(engine, document("d", version=2**63 - 1), document("e", version=2**53 + 1))

    assert [engine.versions(["d", "e"])[id].version for id in "de"] == [2**63 - 1, 2**53 + 1]


def test_an_index_is_rebuilt_beside_the_old_one_which_answers_meanwhile(engine):
    write(engine, document("old", "đất"), document("kept", "đất"))
    with engine.writer() as writer:
        writer.start_rebuild()
        writer.write_rebuild([document("kept", "đất")])
        writer.write([document("new", "đất"), document("kept", "đất mới", version=2)])
        writer.write_rebuild([document("kept", "đất")])
        writer.refresh()
        assert set(ids(ask(engine, "đất"))) == {"old", "kept", "new"}
        assert (engine.count(), engine.count("rebuild")) == (3, 2)
        assert engine.health().rebuilding
        assert {h.id for h in engine.scan("rebuild")} == {"kept", "new"}
        assert engine.versions(["kept"], "rebuild")["kept"].version == 2, "a change is newer than what the rebuild read"
        writer.finish_rebuild()
    assert set(ids(ask(engine, "đất"))) == {"kept", "new"}
    assert (engine.health().rebuilding, engine.health().kept, engine.resumable()) == (False, True, False)

    with engine.writer() as writer:
        writer.reopen_previous()
        assert set(ids(ask(engine, "đất"))) == {"kept", "new"}, "nobody asks it before it is level"
        assert (engine.resumable(), engine.health().kept) == (True, False)
        writer.write([document("newest", "đất")])
        with pytest.raises(EngineError):
            writer.reopen_previous()
        writer.finish_rebuild()
    assert set(ids(ask(engine, "đất"))) == {"old", "kept", "new", "newest"}
    assert engine.health().kept


def test_a_rebuild_given_up_leaves_everything_as_it_was(engine):
    write(engine, document("d", "đất"))
    with engine.writer() as writer:
        with pytest.raises(IndexMissing):
            writer.write_rebuild([document("x")])
        with pytest.raises(IndexMissing):
            writer.finish_rebuild()
        with pytest.raises(IndexMissing):
            writer.reopen_previous()
        writer.start_rebuild()
        writer.start_rebuild()
        writer.abandon_rebuild()
        writer.abandon_rebuild()
    assert ids(ask(engine, "đất")) == ["d"]
    with pytest.raises(IndexMissing):
        engine.count("rebuild")


def test_rebuilding_twice_keeps_one_earlier_index(engine):
    for word in ("một", "hai", "ba"):
        with engine.writer() as writer:
            writer.start_rebuild()
            writer.write_rebuild([document("d", word)])
            writer.finish_rebuild()
    assert ask(engine, "ba").total == 1

    with engine.writer() as writer:
        writer.reopen_previous()
        writer.finish_rebuild()
    assert ask(engine, "hai").total == 1


def as_if_of_another_version(engine: Engine) -> Engine:
    """Mark the live index as made by another program, and come back as a process that starts anew."""
    if isinstance(engine, TantivyEngine):
        path = engine.folder / "state.json"
        state = json.loads(path.read_text())
        path.write_text(json.dumps({**state, "layouts": dict.fromkeys(state["layouts"], "0.0")}))
        return TantivyEngine(engine.folder)
    assert isinstance(engine, ElasticsearchEngine)
    engine.client.indices.put_mapping(index=engine.alias, meta={"layout": "0.0"})
    return ElasticsearchEngine(os.environ["ELASTICSEARCH_URL"], name=engine.alias)


def test_an_index_of_another_version_is_not_read_but_can_be_rebuilt(engine):
    write(engine, document("d", "cũ"))
    engine = as_if_of_another_version(engine)

    assert (engine.health().ok, engine.health().outdated) == (False, True)
    with pytest.raises(IndexMissing):
        ask(engine)
    with engine.writer() as writer:
        with pytest.raises(IndexMissing):
            writer.write([document("d")])
        writer.start_rebuild()
        assert writer.write([document("change", "mới")]) == Written(applied=1)
        writer.write_rebuild([document("d", "mới")])
        writer.finish_rebuild()
    assert engine.health().ok
    assert ask(engine, "mới").total == 2


def test_health_says_how_many_documents_there_are(engine):
    write(engine, document("a"), document("b"), Deletion("c", 1))

    health = engine.health()
    assert (health.ok, health.documents, health.outdated, health.engine) == (True, 2, False, engine.name)


def test_names_of_facets_are_checked():
    with pytest.raises(ValueError, match="colour"):
        IndexDocument(id="d", version=1, facets={"colour": ("red",)})
    with pytest.raises(ValueError, match="colour"):
        Query(keys=EVERYONE, filters={"colour": ("red",)})
    with pytest.raises(ValueError, match="limit"):
        Query(keys=EVERYONE, limit=100_000)


WORDS = [word for phrase in PHRASES for word in phrase.split()] + [
    "dat",
    "quyet",
    "HOA",
    "nghi",
    "3/2019",
    "07/2018/NQ-HĐND",
]
PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(PHRASES),
    st.builds('"{} {}"'.format, st.sampled_from(WORDS), st.sampled_from(WORDS)),
    st.sampled_from(PHRASES).map(lambda phrase: f'"{phrase}"'),
    st.sampled_from(WORDS).map(lambda word: f"-{word}"),
    st.sampled_from(PHRASES).map(lambda phrase: f'-"{phrase}"'),
    st.builds('"{} {}"~{}'.format, st.sampled_from(WORDS), st.sampled_from(WORDS), st.integers(0, 6)),
    st.sampled_from(["OR", "(", ")", "-(", "HOẶC", "OR", "(", ")", '"']),
    st.sampled_from(
        ["loai:qd", "-loai:cv", "ngay:2018..2020", "so:7", "tieude:đất", "coquan:UBND", "hoso:atgt", "th*"]
    ),
)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.lists(st.sampled_from(("decision", "plan", "letter")), max_size=2).map(tuple),
        "agency": st.lists(st.sampled_from(("province", "district-1", "commune-7")), max_size=2).map(tuple),
        "year": st.lists(st.sampled_from(("2016", "2019", "2023")), max_size=3).map(tuple),
    },
)
KEYS = st.frozensets(st.sampled_from([*EVERYONE, "a:normal:district-1", "a:restricted:commune-7"]))
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(pieces=st.lists(PIECES, max_size=9), filters=FILTERS, keys=KEYS)
def test_any_question_has_the_answer_of_the_plain_filter(filled, reference, pieces, filters, keys):
    query = Query(keys=keys, parsed=understood(" ".join(pieces)), filters=filters, facets=("type", "agency"), limit=500)

    answer = filled.search(query)

    assert set(ids(answer)) == reference.ids(query)
    assert answer.total == len(answer.hits)
    assert answer.facets == {facet: reference.counts(query, facet) for facet in query.facets}


_runs = count()
ODD = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from('đĐðÐ/-_“”"0123 \u0301\u0323\u0302\u00ad\u200b\ufeffﬁ１İßǅ㎞½ﷺ\x00\x1f\u00a0\u3000\u2028'),
        st.sampled_from("aăâeêioôơuưyáàảãạấắ"),
    ),
    max_size=40,
)


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(texts=st.lists(ODD, min_size=1, max_size=6), typed=ODD)
def test_odd_characters_mean_the_same_to_both_engines(filled, texts, typed):
    run = f"run-{next(_runs)}"
    batch = [replace(document(f"{run}-{n}", text, title=text[:9]), keys=(run,)) for n, text in enumerate(texts)]
    write(filled, *batch)
    reference = Reference(batch)

    for question in (typed, *texts, *(f'"{text}"' for text in texts)):
        query = Query(keys=frozenset({run}), parsed=parse(question), limit=50)
        assert set(ids(filled.search(query))) == reference.ids(query), question


@pytest.mark.parametrize("make", ENGINES)
def test_an_index_that_is_not_there_is_missing_until_it_is_built(make, tmp_path_factory):
    made = make(tmp_path_factory)
    engine = next(made)
    assert not engine.exists()
    with pytest.raises(IndexMissing):
        write(engine, document("d", "đất"))
    with pytest.raises(IndexMissing):
        ask(engine, "đất")
    assert engine.health().missing

    with engine.writer() as writer:
        writer.start_rebuild()
        assert writer.write([document("d", "đất")]) == Written(applied=1), "what changes goes into the one being built"
        with pytest.raises(IndexMissing):
            ask(engine, "đất")
        writer.finish_rebuild()

    assert engine.exists()
    assert ask(engine, "đất").total == 1
    assert (engine.health().missing, engine.health().kept) == (False, False)
    next(made, None)


def test_a_server_that_does_not_answer_is_a_typed_error():
    engine = ElasticsearchEngine("http://127.0.0.1:9", name="nowhere", seconds=1, retries=0)

    with pytest.raises(EngineDown):
        engine.search(Query(keys=EVERYONE, parsed=parse("đất")))
    with pytest.raises(EngineDown):
        engine.ensure()
    with pytest.raises(EngineDown), engine.writer() as writer:
        writer.write([document("d")])
    health = engine.health()
    assert not health.ok
    assert health.detail
