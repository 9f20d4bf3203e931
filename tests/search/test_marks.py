"""Snippets and marks: places in the original text, in the accents of the text."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.engines.base import IndexDocument
from search.marks import marks, snippets
from search.query import Part, parse
from search.text import tokens
from search.text.abbreviations import Abbreviations
from tests.search.reference import matches

TEXT = """ỦY BAN NHÂN DÂN TỈNH. Số: 06/2022/QĐ-UBND

QUYẾT ĐỊNH về việc ban hành Quy chế quản lý đất đai. Hồ sơ ma túy, mã số 007. Hoà giải; hòa bình."""


def marked(typed: str, text: str = TEXT) -> list[str]:
    return [text[mark.start : mark.end] for mark in marks(text, parse(typed))]


@pytest.mark.parametrize("typed", ["quyết định", "quyet dinh", "QUYET ĐỊNH", '"quyết định"', '"quyet dinh"'])
def test_the_text_is_marked_in_its_own_accents_however_the_words_were_typed(typed):
    assert " ".join(marked(typed)) == "QUYẾT ĐỊNH"


def test_parts_of_words_are_not_marked():
    assert marked("uy") == ["ỦY"]
    assert marked("ban") == ["BAN", "ban"]
    assert marked("an") == []


def test_where_a_word_stands_as_typed_its_other_spellings_are_left_alone():
    assert marked("mã") == ["mã"]
    assert marked("má") == ["ma", "mã"]
    assert marked("ma") == ["ma", "mã"]


def test_both_places_of_the_tone_mark_are_marked():
    assert marked("hòa") == marked("hoà") == ["Hoà", "hòa"]


def test_a_number_is_marked_as_a_whole_in_any_of_its_forms():
    for typed in ("06/2022/QĐ-UBND", "6/2022/qd-ubnd", "6/2022", "6/QĐ-UBND"):
        assert marked(typed) == ["06/2022/QĐ-UBND"], typed
    assert marked("7") == ["007"]


def test_a_phrase_is_marked_only_where_it_stands_together():
    assert marked('"ban hành quy chế"') == ["ban hành Quy chế"]
    assert marked('"ban nhân dân tỉnh số"') == ["BAN NHÂN DÂN TỈNH. Số"]
    assert marked('"chế ban hành"') == []
    assert marked('"đất dai"') == [], "typed with marks, they count"


def test_what_is_excluded_is_not_marked():
    assert marked("đất -quyết -túy") == ["đất"]


@pytest.mark.parametrize("form", ["NFD", "NFKD"])
def test_a_decomposed_text_is_marked_at_its_own_places(form):
    text = unicodedata.normalize(form, TEXT)

    assert [unicodedata.normalize("NFC", m) for m in marked("quyết định", text)] == ["QUYẾT", "ĐỊNH"]
    assert [unicodedata.normalize("NFC", m) for m in marked("quyet dinh", text)] == ["QUYẾT", "ĐỊNH"]


def test_a_word_broken_by_what_cannot_be_seen_is_marked_whole():
    assert marked("quyết", "một quy\u00adết\u200b định") == ["quy\u00adết\u200b"]


def test_a_word_that_was_joined_or_broken_is_marked_where_it_stands():
    text = "theo quyếtđịnh và th ông báo, quyết-\nđịnh"

    assert marked("quyết định", text) == ["quyết", "định", "quyết", "định"]
    assert marked('"quyết định"', text) == ["quyếtđịnh", "quyết-\nđịnh"]
    assert marked("quyetdinh", text) == ["quyếtđịnh", "quyết-\nđịnh"]
    assert marked("thông", text) == ["th ông"]


def test_the_beginning_of_a_word_marks_the_word():
    assert marked("quy*") == ["QUYẾT", "Quy"]
    assert marked("hồ*") == ["Hồ", "Hoà", "hòa"]


def test_words_near_each_other_are_marked_where_they_are():
    assert marked('"chế hành"~2') == ["hành", "chế"]
    assert marked('"quyết đai"~3') == []


def test_both_writings_of_an_abbreviation_are_marked():
    text = "UBND xã, Ủy ban nhân dân tỉnh"
    listed = Abbreviations.of([("UBND", "Ủy ban nhân dân")])

    for typed in ("UBND", "ubnd", "ủy ban nhân dân"):
        found = [text[m.start : m.end] for m in marks(text, parse(typed, listed))]
        assert " ".join(found) == "UBND Ủy ban nhân dân", typed


def test_what_was_asked_for_in_the_title_is_marked_there_only():
    query = parse("tieude:đất")

    assert [TEXT[m.start : m.end] for m in marks(TEXT, query, Part.TITLE)] == ["đất"]
    assert marks(TEXT, query) == marks(TEXT, query, Part.SIGNER) == []


LONG = ("Phần mở đầu không có gì đáng nói ở đây. " * 30 + "Kế hoạch thu hồi đất của tỉnh. ") * 3


def test_snippets_show_the_places_with_most_of_what_was_asked():
    [first, *_] = shown = snippets(LONG, parse("thu hồi đất"), max=2, width=120)

    assert len(shown) == 2
    assert "thu hồi đất" in LONG[first.start : first.end]
    assert [LONG[m.start : m.end] for m in first.marks] == ["thu", "hồi", "đất"]
    assert all(piece.end - piece.start <= 120 for piece in shown)
    assert shown[0].end <= shown[1].start


def test_words_next_to_each_other_are_shown_before_the_same_words_apart():
    text = "đất của ông An là đai vàng. " + "Không có gì. " * 40 + "Luật đất đai năm nay. " + "Không có gì. " * 40

    [best] = snippets(text, parse("đất đai"), max=1, width=60)
    assert "đất đai" in text[best.start : best.end]


def test_words_as_typed_are_shown_before_other_spellings():
    text = "Đại hội đại biểu. " + "Không có gì. " * 40 + "Nộp thuế đai ốc. " + "Không có gì. " * 40

    [best] = snippets(text, parse("đai"), max=1, width=60)
    assert "đai ốc" in text[best.start : best.end]


def test_a_snippet_begins_and_ends_between_words():
    for piece in snippets(LONG, parse("hồi"), max=3, width=90):
        assert piece.start == 0 or LONG[piece.start - 1].isspace()
        assert piece.end == len(LONG) or LONG[piece.end].isspace()


def test_a_snippet_knows_its_page():
    pages = [0, LONG.index("Kế hoạch"), LONG.rindex("Kế hoạch")]

    assert [piece.page for piece in snippets(LONG, parse("kế hoạch"), max=3, pages=pages)] == [2, 2, 3]
    assert snippets(LONG, parse("kế hoạch"))[0].page is None


def test_where_nothing_is_marked_the_beginning_is_shown():
    [piece] = snippets(LONG, parse("vắng mặt"), width=50)

    assert (piece.start, piece.marks) == (0, ())
    assert LONG[: piece.end] == "Phần mở đầu không có gì đáng nói ở đây. Phần mở"
    assert snippets("   \n ", parse("vắng")) == []


def test_what_is_far_down_in_a_long_text_is_found_too():
    text = "mở đầu " * 20_000 + "hồ sơ mật"

    [piece] = snippets(text, parse("hồ sơ"), max=1)
    assert text[piece.start : piece.end].endswith("hồ sơ mật")


def test_a_text_of_100_kilobytes_is_done_while_nobody_notices():
    text = (TEXT + LONG) * 30
    assert len(text) > 100_000
    query = parse("quản lý đất đai vắng")
    snippets(text, query)

    # Generous beside the 5 ms of docs/search.md: this guards against reading word by word, which takes 200.
    started = time.process_time()
    snippets(text, query)
    assert time.process_time() - started < 0.1


PIECES = st.sampled_from(
    ["đất", "đai", "Đất", "dat", "quyết", "06/2022", "hoà", "x", ".", "\n", "\u00ad", "-", '"', "ﬁ", "İ"]
)


@given(st.lists(PIECES, max_size=40).map(" ".join), st.lists(PIECES, max_size=5).map(" ".join), st.integers(1, 60))
def test_marks_are_words_of_the_query_and_snippets_hold_together(text, typed, width):
    query = parse(typed)
    found = marks(text, query)
    starts, ends = {t.start for t in tokens(text)}, {t.end for t in tokens(text)}

    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))
    assert all(mark.start in starts for mark in found)
    assert all(mark.end in ends or "\u00ad" in text for mark in found)
    for piece in snippets(text, query, max=3, width=width):
        assert 0 <= piece.start < piece.end <= len(text)
        assert all(piece.start <= mark.start < mark.end <= piece.end for mark in piece.marks)


@given(st.text(max_size=200), st.text(max_size=20))
def test_no_text_and_no_query_is_an_error(text, typed):
    for piece in snippets(text, parse(typed), pages=[0, 7, 50]):
        assert 0 <= piece.start < piece.end <= len(text)


LEAVES = st.one_of(
    st.sampled_from(["đất", "dat", "quyết", "06/2022", "hoà", "qu*", "đ", "quyetdinh", "thông", "vietnam"]),
    st.lists(st.sampled_from(["đất", "quyết", "định", "hoà", "x", "06"]), min_size=1, max_size=3).map(
        lambda some: f'"{" ".join(some)}"'
    ),
    st.tuples(st.sampled_from(["đất", "quyết"]), st.sampled_from(["định", "x"]), st.integers(0, 4)).map(
        lambda two: f'"{two[0]} {two[1]}"~{two[2]}'
    ),
)
WRITTEN = st.sampled_from(
    [
        "đất",
        "Đất",
        "dat",
        "quyết",
        "định",
        "quyếtđịnh",
        "qu",
        "yết",
        "th",
        "ông",
        "06/2022",
        "hoà",
        "x",
        ".",
        "-",
        "Vietnam",
    ]
)


@given(st.lists(st.tuples(WRITTEN, st.sampled_from([" ", "\n", "-\n", ", "])), max_size=25), LEAVES)
def test_what_is_found_is_marked_and_what_is_marked_is_found(written, typed):
    text = "".join(word + gap for word, gap in written)
    query = parse(typed)

    assert bool(marks(text, query)) == matches(query.match, IndexDocument(id="d", version=1, text=text))
