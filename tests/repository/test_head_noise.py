"""The reader under what extraction, scanners, old fonts and hands do to a head, and under hostile text."""

import random
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repository.head import read_head
from repository.text.fold import fold
from repository.text.legacy import decode, detect
from repository.text.offsets import Traced, compose
from tests.repository.head_noise import LAYOUTS, TYPISTS, tcvn3, vni
from tests.repository.head_samples import Sample, make_draft, make_sample

SAMPLES = [make_sample(random.Random(seed)) for seed in range(8)]


def told(sample: Sample) -> dict[str, object]:
    return {"code": sample.code, "date": sample.date, "type": sample.type, "place": _plain(sample.place), "agency": _plain(sample.agency),
            "signer": _plain(sample.signer)}  # fmt: skip


def _plain(text: str | None) -> str | None:
    """Names as scanners without accents leave them: what is compared is which words were found."""
    return " ".join(fold(unicodedata.normalize("NFC", text)).split()) if text else None


@pytest.mark.parametrize("typist", TYPISTS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_head_is_read_whatever_was_done_to_it(layout: str, typist: str) -> None:
    if (layout, typist) == ("stamped_above", "torn"):
        pytest.skip("figures torn from their blanks leave nothing to read")
    for sample in SAMPLES:
        text = TYPISTS[typist](LAYOUTS[layout](sample))
        head = read_head(text)
        found = {name: getattr(head, name) for name in ("code", "date", "type")}
        found |= {name: _plain(getattr(head, name)) for name in ("place", "agency", "signer")}
        assert found == told(sample)
        for evidence in head.evidence.values():
            assert text[evidence.start : evidence.end] == evidence.text


@pytest.mark.parametrize("typist", TYPISTS)
@pytest.mark.parametrize("layout", [layout for layout in LAYOUTS if layout != "stamped_above"])
def test_a_draft_stays_without_number_and_day_whatever_was_done_to_it(layout: str, typist: str) -> None:
    for sample in SAMPLES:
        head = read_head(TYPISTS[typist](LAYOUTS[layout](make_draft(sample))))
        assert (head.number, head.code, head.date) == (None, None, None)


@pytest.mark.parametrize("encode", [tcvn3, vni])
def test_old_fonts_are_recognised_and_read_with_accents(encode) -> None:  # noqa: ANN001
    text = "Căn cứ Luật Tổ chức chính quyền địa phương; Xét đề nghị của Giám đốc Sở Nội vụ tỉnh Đắk Lắk về việc thưởng"
    typed = encode(text)
    assert detect(typed) == encode.__name__
    decoded = decode(Traced(typed), encode.__name__)
    assert compose(decoded).text == text
    start = decoded.text.index("Giám")
    first, last = decoded.span(start, start + 4)
    assert typed[first:last] == encode("Giám")


@pytest.mark.parametrize(
    "text",
    [
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015 của Quốc hội",
        "El niño comió piña en España; la señora enseñó cómo añadir más leña ©®µ",
        "Größe, Straße, Übermaß: die schöne Müllerin hörte äußerst böse Töne",
        "Façade à côté, élève, où? ½ kg à 3 € l'œuf ·",
        "plain ASCII text",
    ],
)
def test_unicode_and_other_languages_are_left_alone(text: str) -> None:
    assert detect(text) is None


@given(st.text(max_size=400))
def test_composing_keeps_the_way_back(text: str) -> None:
    traced = compose(Traced(text))
    assert traced.span(0, len(traced.text))[1] == len(text) or not traced.text
    for at in range(len(traced.text)):
        first, last = traced.span(at, at + 1)
        assert 0 <= first <= last <= len(text)


PIECES = st.sampled_from(
    ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số: ", "12", "/QĐ-UBND", "/", "-", "\n", " ", "\t", "ngày ", "05",
     " tháng ", " năm ", "2022", "QUYẾT ĐỊNH", "V/v ", "Căn cứ ", "MẬT", "Kính gửi: ", "Nơi nhận:", "TM. ", "CHỦ TỊCH", "Nguyễn Văn A", "\f",
     "e\u0302\u0323", "\u00ad", "®", "µ", "¸", "aø", "PHỤ LỤC", "(Đã ký)", "|", "…", "DỰ THẢO", "Hà Nội, ", "0", "O", "x" * 50]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(PIECES, max_size=60).map("".join),
    st.lists(st.integers(-5, 500), max_size=4),
    st.none() | st.text(max_size=30),
)
def test_any_text_is_read_without_an_error_and_evidence_is_in_the_text(
    text: str, pages: list[int], file_name: str | None
) -> None:
    head = read_head(text, pages=pages, file_name=file_name)
    head.to_json()
    for evidence in head.evidence.values():
        if evidence.source == "text":
            assert text[evidence.start : evidence.end] == evidence.text


@pytest.mark.parametrize(
    "unit",
    [
        "Số: ", "Số: 1", "1 ", "1/", "A-", "ngày ", "ngày 1 tháng ", "- ", "-", "\n", "\t", " ", "CỘNG HÒA ", "C Ộ N G ", "MẬT ", "KT. A",
        "KT. CHỦ TỊCH\n",
        "Nơi nhận:\n- a;\n", "CHỦ TỊCH\n", "NGUYỄN ", "Nguyễn ", "e\u0302", "aø", "®µ", "QUYẾT ĐỊNH ", "V/v ", ".", "_", "Căn cứ ", "\f", "Hà Nội, ",
        "(Đã ký)",         "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSố: 1/A\n", "Kính gửi: ", "thông qua ngày ", "SỞ ", "x",
    ],
)  # fmt: skip
def test_a_megabyte_of_anything_repeated_takes_no_longer_than_a_plain_scan(unit: str) -> None:
    begun = time.process_time()
    read_head(unit * (1_000_000 // len(unit)))
    assert time.process_time() - begun < 1.0
