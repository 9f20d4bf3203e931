"""Folding: what search and the reader of heads compare."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.text.fold import fold


@given(st.text())
def test_folding_keeps_the_length_of_any_text(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_every_character_of_unicode_folds_to_one_that_stays_as_it_is() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    once = fold(every)
    assert len(once) == len(every)
    assert fold(once) == once


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "cong hoa xa hoi chu nghia viet nam"),
        ("Quyết định", "quyet dinh"),
        ("đĐðÐ", "dddd"),
        ("hòa hoà thủy thuỷ", "hoa hoa thuy thuy"),
        ("ăâêôơư ẮẦỄỘỢỰ", "aaeoou aaeoou"),
        ("QyĐ-SNV 06/2022", "qyd-snv 06/2022"),
    ],
)
def test_vietnamese_letters_lose_marks_and_case(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_letters_of_other_scripts_keep_what_makes_them_different_letters() -> None:
    assert fold("한국 が") == "한국 が"
