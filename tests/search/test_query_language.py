"""What a person types, and what it is taken to mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query import All, AtLeast, Number, Phrase, Without, Word, parse, relaxed, wanted

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
