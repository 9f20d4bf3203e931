"""The one preparation of Vietnamese text: the same word however it is written, typed or scanned."""

import gzip
import json
import unicodedata
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.text import has_accents, numbers, pairs, prepare, repair, tokens, word_forms
from search.text.words import LONGEST_WORD
from tests.samples import needs_samples, samples_folder


def folded(text: str) -> list[str]:
    return [token.folded for token in tokens(text)]


def accented(text: str) -> list[str]:
    return [token.accented for token in tokens(text)]


def test_every_word_has_a_form_with_marks_and_one_without():
    assert accented("QUYẾT ĐỊNH về Đất đai") == ["quyết", "định", "về", "đất", "đai"]
    assert folded("QUYẾT ĐỊNH về Đất đai") == ["quyet", "dinh", "ve", "dat", "dai"]


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("hoà", "hòa"),
        ("HOÁ", "HÓA"),
        ("thuỷ", "thủy"),
        ("Uỷ", "Ủy"),
        ("xoè", "xòe"),
        ("khoẻ", "khỏe"),
        ("tuỳ", "tùy"),
        ("quý", "qúy"),
        ("loã", "lõa"),
        ("hoạ", "họa"),
    ],
)
def test_the_old_and_the_new_place_of_the_tone_mark_are_one_word(new, old):
    assert word_forms(new) == word_forms(old)


@pytest.mark.parametrize("word", ["hoàn", "khuỷu", "ngoài", "quỹ", "thuế", "hóa", "của", "gìn", "già"])
def test_words_with_one_spelling_keep_it(word):
    assert word_forms(word)[1] == word


def test_the_icelandic_letter_is_the_vietnamese_one():
    assert word_forms("QÐ") == word_forms("QĐ") == word_forms("qð") == ("qd", "qđ")


def test_composed_and_decomposed_spelling_are_one_word_with_their_own_places():
    text = unicodedata.normalize("NFD", "Ủy ban nhân dân")

    assert tokens(text)[0][:2] == ("uy", "ủy")
    assert [unicodedata.normalize("NFC", text[t.start : t.end]) for t in tokens(text)] == ["Ủy", "ban", "nhân", "dân"]


def test_what_cannot_be_seen_changes_no_word():
    assert accented("quy\u00adết đ\u200bịnh\ufeff") == ["quyết", "định"]
    assert folded("hồ\u00a0sơ\u3000lưu\u2028trữ") == ["ho", "so", "luu", "tru"]
    assert accented("ﬁle １２ ｄｏｃ") == ["file", "12", "doc"]


def test_leading_zeros_do_not_matter_but_the_written_figure_is_kept():
    assert word_forms("06") == ("6", "06")
    assert word_forms("000") == ("0", "000")
    assert word_forms("0a") == ("0a", "0a")


def test_the_underscore_and_the_hyphen_separate_words():
    assert folded("0012_quyet_dinh-ubnd.pdf") == ["12", "quyet", "dinh", "ubnd", "pdf"]


def test_a_typed_word_shows_whether_its_writer_uses_marks():
    assert has_accents("đai")
    assert has_accents("Hồ")
    assert not has_accents("dat")
    assert not has_accents("06")


def test_an_endless_word_is_cut_to_what_every_engine_takes():
    [token] = tokens("đ" * 5000)

    assert len(token.folded) == len(token.accented) == LONGEST_WORD
    assert (token.start, token.end) == (0, 5000)
    assert len(pairs([token.folded, token.folded])[0]) < 255


@pytest.mark.parametrize(
    "written",
    ["06/2022/QĐ-UBND", "06/2022/qd-ubnd", "6/2022/QĐ-UBND", "06/2022/QÐ-UBND", "06/2022/QĐ–UBND", "06 /2022/ QĐ-UBND"],
)
def test_a_number_is_one_token_however_it_is_written(written):
    assert numbers(f"Căn cứ Quyết định số {written} ngày 1 tháng 2")[0].canonical == "6/2022/qd-ubnd"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("6/2022", "06/2022/QĐ-UBND"),
        ("6/QĐ-UBND", "06/2022/QĐ-UBND"),
        ("06/QĐ", "06/2022/QĐ-UBND"),
        ("06/2022/QĐ", "06/2022/QĐ-UBND"),
        ("12/ubnd-vx", "Số: 12/UBND-VX"),
        ("12/UBND", "Số:  12 /UBND-VX"),
        ("1/BC-UBND/VX", "01/BC-UBND/VX"),
        ("14/3/2025", "ngày 14/03/2025"),
        ("70/2023/TT-LĐTB&XH", "70/2023/TT-LĐTB&XH"),
    ],
)
def test_the_shorter_forms_people_type_find_the_number(typed, written):
    assert numbers(typed)[0].canonical in numbers(written)[0].forms


def test_other_numbers_are_not_found_by_it():
    forms = numbers("06/2022/QĐ-UBND")[0].forms

    for other in ("16/2022", "6/2023", "6/2022/NQ-HĐND", "6/QĐ-SNV", "2022/QĐ-UBND"):
        assert numbers(other)[0].canonical not in forms


def test_a_draft_without_a_number_has_none():
    assert numbers("Số:      /QĐ-UBND") == []
    assert numbers("và/hoặc km/h") == []


def test_the_words_of_a_number_are_words_too_and_know_their_places():
    text = "Số: 06/2022/QĐ-UBND."
    [number] = numbers(text)

    assert text[number.start : number.end] == "06/2022/QĐ-UBND"
    assert folded(text) == ["so", "6", "2022", "qd", "ubnd"]


def test_the_index_is_given_the_same_words_as_marks_are_made_from():
    text = "Ủy ban nhân dân tỉnh ban hành 06/2022/QĐ-UBND"
    prepared = prepare(text)

    assert prepared.folded.split() == folded(text)
    assert prepared.accented.split() == accented(text)
    assert prepared.pairs.split()[:3] == ["uy_ban", "ban_nhan", "nhan_dan"]
    assert "6/2022" in prepared.numbers.split()


@given(st.text())
def test_any_text_gives_words_that_no_white_space_can_split_at_places_that_hold_them(text):
    prepared = prepare(text)
    found = tokens(text)

    assert len(prepared.folded.split(" ")) == max(1, len(found)) == len(prepared.accented.split(" "))
    assert prepared.folded.split() == [token.folded for token in found]
    assert prepared.accented.split() == [token.accented for token in found]
    assert all(token.start < token.end for token in found)
    for token in found:
        assert word_forms(text[token.start : token.end]) == (token.folded, token.accented)
        prepared.folded.encode()
    for number in numbers(text):
        assert number.canonical in number.forms
        assert number.canonical.split() == [number.canonical]


@given(st.text(st.sampled_from("aăâeêioôơuưyáàảãạấắợữỹđbcghknpqtAÀĐ ")))
def test_forms_are_stable_under_being_taken_again(text):
    for token in tokens(text):
        assert word_forms(token.folded)[0] == token.folded
        assert word_forms(token.accented) == (token.folded, token.accented)
        assert word_forms(unicodedata.normalize("NFD", token.accented)) == (token.folded, token.accented)


@pytest.mark.parametrize(
    ("torn", "right"),
    [
        ("theo quyếtđịnh này", "theo quyết định này"),
        ("ỦYBANNHÂNDÂN tỉnh", "ỦY BAN NHÂN DÂN tỉnh"),
        ("quyetdinh ve kehoach", "quyet dinh ve ke hoach"),
        ("ban hành quyết-\nđịnh này", "ban hành quyết định này"),
        ("qu yết định, quyế t định, quy-\nết định", "quyết định, quyết định, quyết định"),
        ("th ông báo của t ỉnh s ố 5", "thông báo của tỉnh số 5"),
        ("Q U Y Ế T  Đ Ị N H về việc", "QUYẾT ĐỊNH về việc"),
        ("T H Ô N G B Á O", "THÔNG BÁO"),
        ("the gov-\n  ernment of Vietnam", "the government of Viet nam"),
    ],
)
def test_words_that_a_scanner_or_a_lines_end_joined_or_broke_are_put_right(torn, right):
    assert accented(torn) == accented(right)
    assert [t.start for t in tokens(torn)] == sorted({t.start for t in tokens(torn)})


@pytest.mark.parametrize(
    "text",
    [
        "điểm c an toàn, khoản b điều 5 mục a, điểm đ ông An",
        "TT BTC, CP ông Nam, TH ÔNG",
        "camera container television computer internet marathon",
        "résumé numéro président sociétés république décret gouvernement",
        "quantity combat common transaction technology religion document",
        "long-term and short-\nTerm",
        "A B C D E",
        "Đắk Lắk, Hmông, Krông Pắc",
        "06/2022/QĐ-UBND và 5 a b",
    ],
)
def test_what_may_be_meant_as_it_stands_is_left_alone(text):
    assert repair(text).text == text


def test_a_word_put_right_knows_where_it_stands_in_the_text_as_it_came():
    text = "theo quyếtđịnh và th ông báo"

    assert [text[t.start : t.end] for t in tokens(text)] == ["theo", "quyết", "định", "và", "th ông", "báo"]


@needs_samples
def test_texts_that_were_born_digital_are_hardly_touched():
    with gzip.open(samples_folder() / "text" / "vbpl_docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [max(map(str, json.loads(line).values()), key=len)[:30_000] for line in islice(lines, 60)]
    written = sum(len(text.split()) for text in texts)
    # Where the words are others than those written, apart from "Vietnam".
    changed = sum(abs(len(repair(text).text) - len(text)) for text in (t.replace("Vietnam", "") for t in texts))

    assert changed / written < 0.0005


@given(st.text(alphabet="quyếtđịnhthôgbá -\n", max_size=60))
def test_whatever_is_put_right_keeps_its_letters_and_the_way_back(text):
    right = repair(text)

    assert [c for c in right.text if c.isalpha()] == [c for c in text if c.isalpha()]
    for at, letter in enumerate(right.text):
        if letter.isalpha():
            assert text[right.origin(at)] == letter
    assert right.origin(len(right.text)) == len(text)
