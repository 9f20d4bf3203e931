"""What a person types, and what it is taken to mean."""

import re
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.query import (
    All,
    Any,
    AtLeast,
    Dated,
    In,
    Near,
    Number,
    Part,
    Phrase,
    Prefix,
    Same,
    Value,
    Without,
    Word,
    parse,
    relaxed,
    size_of,
    wanted,
)
from search.text import word_forms
from search.text.abbreviations import Abbreviations, defaults

DAT, DAI = Word("dat", "đất"), Word("dai", "đai")


def test_a_few_words_must_all_be_found():
    assert parse("đất đai").match == All((DAT, DAI))


def test_the_same_word_twice_asks_for_nothing_more():
    assert parse("đất ĐẤT dat đất đai").match == All((Word("dat", "đất"), DAI))


def test_of_a_long_question_most_words_are_enough():
    match = parse("người dân hỏi về thu hồi đất thì hỏi ai ở xã").match

    assert isinstance(match, All)
    [share] = match.parts
    assert isinstance(share, AtLeast)
    assert 1 < share.least < len(share.parts)


def test_of_a_long_question_what_is_quoted_or_excluded_still_holds():
    match = parse('người dân hỏi về thu hồi thì hỏi ai "đất đai" -xã').match

    assert Phrase((DAT, DAI), exact=True) in match.parts
    assert Without(Word("xa", "xã")) in match.parts


@pytest.mark.parametrize("quotes", ['"đất đai"', "“đất đai”", "„đất đai“", '" đất,  đai "'])
def test_words_in_quotes_of_any_kind_are_a_phrase(quotes):
    assert parse(quotes).match == All((Phrase((DAT, DAI), exact=True),))


def test_a_phrase_typed_without_marks_does_not_ask_for_them():
    assert parse('"dat dai"').match == All((Phrase((Word("dat", "dat"), Word("dai", "dai")), exact=False),))


def test_a_minus_before_a_word_excludes_it_and_between_words_does_nothing():
    assert parse("đất -đai").match == All((DAT, Without(DAI)))
    assert parse("đất - đai").match == All((DAT, DAI))
    assert parse("đất-đai").match == All((DAT, DAI))
    assert parse('-"đất đai"').match == All((Without(Phrase((DAT, DAI), exact=True)),))
    assert parse("-đất-đai").match == All((Without(Phrase((DAT, DAI), exact=True)),))


def test_a_number_is_asked_for_as_a_whole():
    assert parse("06/2022/QĐ-UBND").match == All((Number("6/2022/qd-ubnd"),))
    assert parse('"6/2022/qd-ubnd"').match == All((Number("6/2022/qd-ubnd"),))
    assert parse("-06/2022/QĐ-UBND").match == All((Without(Number("6/2022/qd-ubnd")),))
    assert parse("đất 14/03/2025").match == All((Number("14/3/2025"), DAT))


@pytest.mark.parametrize("typed", ["", "   ", '"', '""', "-", '-""', "- -- ---", "?!*", "\x00", "“”"])
def test_where_nothing_is_asked_for_every_document_is_found(typed):
    assert parse(typed).is_empty


def test_a_quote_that_is_not_closed_is_overlooked():
    assert parse('"đất đai').match == All((DAT, DAI))
    assert parse('đất" đai').match == All((DAT, DAI))


def test_what_ranks_are_the_wanted_words_as_typed():
    query = parse('thu hồi "đất đai" -xã ở tỉnh')

    assert [[word.accented for word in run] for run in query.runs] == [["thu", "hồi"], ["đất", "đai"], ["ở", "tỉnh"]]
    assert query.accented
    assert not parse("thu hoi dat").accented


def test_the_second_try_asks_for_most_of_the_words():
    first = parse('một hai ba bốn "năm sáu" -bảy')

    [share, phrase, without] = relaxed(first).match.parts
    assert isinstance(share, AtLeast)
    assert share.least < len(share.parts) == 4
    assert isinstance(phrase, Phrase)
    assert isinstance(without, Without)
    assert relaxed(parse("một")) == parse("một")


def test_a_pasted_page_costs_no_more_than_a_long_question():
    assert len(wanted(parse("một hai ba " * 100_000).match)) == 3
    assert len(wanted(parse(" ".join(f"từ{n}" for n in range(100_000))).match)) < 1_000


@given(st.text())
def test_nothing_that_is_typed_is_an_error(typed):
    query = parse(typed)

    relaxed(query)
    assert query.typed == typed


@given(
    st.lists(st.sampled_from(["đất", '"đất đai"', "-xã", "06/2022", '"', "-", "“", "về", "(", ":", "AND"]), max_size=12)
)
def test_any_mixture_of_signs_means_something_that_can_be_asked(pieces):
    for node in wanted(parse(" ".join(pieces)).match):
        assert isinstance(node, Word | Phrase | Number)
        assert not isinstance(node, Phrase) or node.words


LISTED = Abbreviations.of(defaults())


def problems(typed):
    return [(problem.code, typed[problem.start : problem.end]) for problem in parse(typed).problems]


def test_or_means_one_side_or_the_other_each_side_with_all_of_its_words():
    for typed in ("quyết định OR đất đai", "quyết định HOẶC đất đai"):
        assert parse(typed).match == All((Any((All((Word("quyet", "quyết"), Word("dinh", "định"))), All((DAT, DAI)))),))


@pytest.mark.parametrize("typed", ["đất OR", "OR đất", "đất or", "(OR) đất", "đất OR OR", "đất (OR"])
def test_an_or_with_nothing_to_choose_from_is_a_word(typed):
    query = parse(typed)
    assert Word("or", "or") in query.match.parts
    assert not query.problems


def test_brackets_make_a_group_and_around_plain_words_mean_nothing():
    assert parse("(đất OR rừng) đai").match == All((DAI, Any((DAT, Word("rung", "rừng")))))
    assert parse("-(đất OR rừng)").match == All((Without(Any((DAT, Word("rung", "rừng")))),))
    assert parse("đất (đai)").match == All((DAT, DAI))
    for typed in ("(đất đai", "đất đai)", ")đất( đai", "((đất) đai", "() đất đai ()"):
        assert parse(typed).match == All((DAT, DAI)), typed


def test_a_star_asks_for_words_that_begin_so():
    assert parse("Quyế*").match == All((Prefix("quye"),))
    assert parse("đất đ* *").match == All((DAT,))
    assert problems("đất đ*") == [("prefix-too-short", "đ*")]
    assert problems("aa* bb* cc* dd* ee* ff*") == [("too-many-prefixes", "ff*")]
    assert not parse("2 * 3 ** *").problems


def test_near_is_a_phrase_with_room_in_it():
    assert parse('"đất đai"~3').match == All((Near((DAT, DAI), 3),))
    assert parse('"đất"~3').match == All((DAT,))
    assert parse('"đất đai" ~3').match == All((Word("3", "3"), Phrase((DAT, DAI), exact=True)))
    assert problems('"đất đai"~500') == [("too-far", '"đất đai"~500')]


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("loai:qd", Value("type", ("Quyết định",))),
        ("Loại:Quyết-định", Value("type", ("Quyết định",))),
        ("loai:thông tư liên tịch", Value("type", ("Thông tư liên tịch",))),
        ("type:decision", Value("type", ("Quyết định",))),
        ("loai:qđ,cv", Value("type", ("Quyết định", "Công văn"))),
        ('loai:"nghị quyết"', Value("type", ("Nghị quyết",))),
        ("chuky:hong", Value("verdict", ("TOTAL-FAILED",))),
        ("signature:failed", Value("verdict", ("TOTAL-FAILED",))),
        ("chữký:hỏng", Value("verdict", ("TOTAL-FAILED",))),
        ("mat:tối mật", Value("secrecy", ("2",))),
        ("secrecy:top-secret", Value("secrecy", ("3",))),
        ("ngay:2019..2021", Dated(date(2019, 1, 1), date(2021, 12, 31))),
        ("ngay:2019-2021", Dated(date(2019, 1, 1), date(2021, 12, 31))),
        ("ngày:03/2020", Dated(date(2020, 3, 1), date(2020, 3, 31))),
        ("date:2020-02-29", Dated(date(2020, 2, 29), date(2020, 2, 29))),
        ("ngay:5/3/2020..", Dated(date(2020, 3, 5), None)),
        ("ngay:..02/2020", Dated(None, date(2020, 2, 29))),
        ("so:06/2022", In(Part.NUMBER, Number("6/2022"))),
        ("number:06/2022/QÐ-UBND", In(Part.NUMBER, Number("6/2022/qd-ubnd"))),
        ("số:41", In(Part.NUMBER, Number("41"))),
        ("so:QĐ-UBND", In(Part.NUMBER, Number("qd-ubnd"))),
        ("tieude:đất", In(Part.TITLE, DAT)),
        ('title:"đất đai"', In(Part.TITLE, Phrase((DAT, DAI), exact=False))),
        ("tieude:đấ*", In(Part.TITLE, Prefix("da"))),
        ("nguoiky:An", In(Part.SIGNER, Word("an", "an"))),
        ("dossier:04.ATGT", In(Part.DOSSIER, Phrase((Word("4", "04"), Word("atgt", "atgt")), exact=False))),
    ],
)
def test_a_field_is_named_in_vietnamese_or_english_and_its_value_is_folded_as_typed(typed, means):
    assert parse(typed).match == All((means,))
    assert parse(f"-{typed}").match == All((Without(means),))
    assert parse(f"{typed} (-rừng)").match == All((means, Without(Word("rung", "rừng"))))
    assert not parse(typed).problems


def test_a_value_of_several_words_ends_where_no_known_one_goes_on():
    assert parse("loai:quyết định đất đai").match == All((DAT, DAI, Value("type", ("Quyết định",))))
    assert parse("đất loai:luật đai").match == All((DAT, DAI, Value("type", ("Luật",))))


@pytest.mark.parametrize(
    "typed",
    [
        "12:30",
        "http://example.vn/a?b=c:d",
        "Số: 06/2022/QĐ-UBND",
        "đất : đai",
        "abc:def",
        ": đất",
        "loai:",
        "loai: quyết định",
        "ngay:(",
        'so:"',
        "C:\\van ban",
        '"',
        "đất “",
        "--",
        "~5",
        "AND NOT",
        "(((",
        "a/b",
        "50%",
        "q&a",
        "x^2 [1 TO 2] {a} !b ?",
    ],
)
def test_what_only_looks_like_the_language_is_words(typed):
    query = parse(typed)
    assert not query.problems
    assert all(isinstance(leaf, Word | Number | Same) for leaf in wanted(query.match))
    if re.search(r"\w", typed):
        assert not query.is_empty


@pytest.mark.parametrize(
    ("typed", "code", "place"),
    [
        ("đất loai:abc", "no-such-value", "abc"),
        ("chuky:xanh đất", "no-such-value", "xanh"),
        ("mat:mat,xyz đất", "no-such-value", "mat,xyz"),
        ("ngay:hôm-qua đất", "no-date", "hôm-qua"),
        ("ngay:31/02/2020 đất", "no-date", "31/02/2020"),
        ("đất ngay:2021..2019", "upside-down", "2021..2019"),
        ('đất ngay:"2021..2019"', "upside-down", '2021..2019"'),
    ],
)
def test_what_cannot_be_obeyed_is_pointed_at_and_the_rest_answers(typed, code, place):
    assert problems(typed) == [(code, place)]
    assert DAT in parse(typed).match.parts


def test_an_abbreviation_finds_what_it_stands_for_and_the_other_way():
    long = Phrase(tuple(Word(*word_forms(word)) for word in ("ủy", "ban", "nhân", "dân")), exact=False)

    assert parse("UBND", LISTED).match == parse("ubnd", LISTED).match == All((Same(Word("ubnd", "ubnd"), (long,)),))
    assert [one.others for one in parse("Uỷ ban nhân dân", LISTED).match.parts] == [(Word("ubnd", "ubnd"),)] * 4
    assert [one.others for one in parse("uy ban nhan dan", LISTED).match.parts] == [(Word("ubnd", "ubnd"),)] * 4
    assert parse('"UBND"', LISTED).match == All((Phrase((Word("ubnd", "ubnd"),), exact=False),)), "quoted is as typed"


def test_a_word_that_is_one_already_is_no_abbreviation_unless_in_capitals():
    some = Abbreviations.of([("CA", "Công an"), ("QĐ", "Quyết định")])

    assert parse("ca", some).match == All((Word("ca", "ca"),))
    assert isinstance(parse("CA", some).match.parts[0], Same)
    assert isinstance(parse("qđ", some).match.parts[0], Same)


def test_words_typed_as_one_are_looked_for_together():
    for typed in ("quyetdinh", "quyếtđịnh"):
        [same] = parse(typed).match.parts
        assert [[word.folded for word in phrase.words] for phrase in same.others] == [["quyet", "dinh"]]


def test_a_question_is_limited_in_depth_and_in_size():
    deep = parse("(a OR " * 500 + "đất" + ")" * 500)
    long = parse(" ".join(f"(w{n} OR v{n})" for n in range(300)))

    assert size_of(deep.match)[1] < 30
    assert size_of(long.match)[0] < 1_000
    assert {problem.code for problem in deep.problems + long.problems} >= {"too-deep", "too-many"}
    assert "too-long" in {problem.code for problem in parse("a " * 3_000).problems}


SIGNS = [
    "đất",
    "đai",
    '"',
    '"đất đai"',
    "-",
    "(",
    ")",
    "OR",
    "HOẶC",
    "*",
    "qu*",
    "~2",
    "loai:",
    "qd",
    "ngay:2020..",
    ":",
    " ",
]


@given(st.lists(st.sampled_from(SIGNS), max_size=40).map("".join))
@example("-(-(")
@example('loai:"')
def test_any_mixture_of_the_languages_signs_means_something_bounded(typed):
    query = parse(typed, LISTED)

    assert relaxed(query).typed == typed
    assert size_of(query.match)[1] < 40
    assert all(0 <= problem.start < problem.end <= len(typed) for problem in query.problems)
