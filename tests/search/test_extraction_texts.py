"""What Tika answers and what stands in plain files becomes clean text, whatever it is."""

import unicodedata
from xml.sax.saxutils import escape

from hypothesis import given
from hypothesis import strategies as st

from search.extraction.plain import decode
from search.extraction.xhtml import normal, page_texts

VIETNAMESE = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxy ÀÁẠẢÃằắặẳẵềếệểễ0123456789/-.,\n", min_size=1)


@given(st.binary(max_size=3000))
def test_any_bytes_are_some_text(data):
    text, encoding = decode(data)
    assert isinstance(text, str)
    assert encoding


@given(VIETNAMESE)
def test_utf_8_comes_back_as_it_was(text):
    assert decode(text.encode())[0] == text


@given(st.text())
def test_clean_text_is_composed_has_no_control_characters_and_stays_clean(text):
    cleaned = normal(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t" for letter in cleaned)
    assert normal(cleaned) == cleaned


@given(st.lists(VIETNAMESE, min_size=1, max_size=6))
def test_words_stay_on_their_pages(pages):
    xhtml = "".join(f'<div class="page"><p />\n<p>{escape(page)}\n</p>\n</div>' for page in pages)
    found = page_texts(f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{xhtml}</body></html>')
    assert [page.split() for page in found] == [unicodedata.normalize("NFC", page).split() for page in pages]


@given(st.text(max_size=500))
def test_broken_xhtml_is_no_failure(text):
    assert isinstance(page_texts(f"<html><body><div class='page'><p>{text}"), list)


def test_cells_and_rows_of_a_table_are_told_apart():
    table = "<table><tr>\t<td>UBND</td>\t<td>Số 1</td></tr>\n<tr>\t<td>hai</td></tr></table>"
    assert page_texts(f"<html><body>{table}</body></html>") == ["UBND\tSố 1\n\nhai"]


def test_a_header_that_only_counts_pages_is_left_out_and_another_stays():
    body = '<p class="header">PAGE 2</p><p class="header">Bộ Nội vụ</p><p>Quyết định</p><p class="footer">- 16 -</p>'
    assert page_texts(f"<html><body>{body}</body></html>") == ["Bộ Nội vụ\n\nQuyết định"]
