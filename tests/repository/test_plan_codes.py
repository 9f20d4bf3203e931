"""Notations by rule: what is proposed is never taken, always in form, and goes on where the series stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.plan_codes import (
    ACCEPTED,
    LONGEST_NOTATION,
    file_code,
    in_year,
    is_mark,
    mark_of,
    next_dossier_notation,
    next_notation,
    parse,
    tidy,
)

titles = st.text(alphabet="aăâđeêioôơuưyAĐỦốộịầ bcdghklmnpqrstvx0129-,", min_size=0, max_size=60)
marks = st.text(alphabet="ABCĐTX", min_size=1, max_size=5)
notations = st.one_of(
    st.builds(lambda n, m: f"{n:02d}.{m}", st.integers(1, 120), marks),
    st.builds(lambda n, m, k: f"{n:02d}.{m}.{k}", st.integers(1, 30), marks, st.integers(1, 40)),
    marks,
    st.builds(lambda m, n: f"{m}-{n}", marks, st.integers(1, 99)),
)


@pytest.mark.parametrize(
    ("title", "mark"),
    [
        ("Tổ chức cán bộ năm 2026", "TCCB"),
        ("An toàn giao thông", "ATGT"),
        ("Đất đai", "ĐĐ"),
        ("Ủy ban nhân dân", "UBND"),
        ("Công tác văn thư và lưu trữ của cơ quan", "CTVTLT"),
        ("Thuế", "THUE"),
        ("2026", "HS"),
        ("", "HS"),
    ],
)
def test_the_mark_is_made_of_the_initials_of_the_title(title, mark):
    assert mark_of(title) == mark


def test_at_the_top_numbers_run_through_the_plan():
    assert next_notation("Tổ chức cán bộ", []) == "01.TCCB"
    assert next_notation("Tổ chức cán bộ", ["01.QPPL", "02.ATGT", "02.ATGT.7"]) == "03.TCCB"


def test_under_a_group_numbers_run_within_its_mark():
    assert next_notation("Tuyển dụng", ["TCCB", "04.ATGT"], parent="TCCB") == "01.TCCB"
    assert next_notation("Điều động", ["TCCB", "01.TCCB", "11.TCCB"], parent="TCCB") == "12.TCCB"


def test_below_a_numbered_heading_its_notation_goes_before():
    assert next_notation("Kiểm tra", ["04.ATGT"], parent="04.ATGT") == "04.ATGT.1"
    assert next_notation("Xử phạt", ["04.ATGT", "04.ATGT.1", "04.ATGT.1.9"], parent="04.ATGT") == "04.ATGT.2"


@given(title=titles, taken=st.lists(notations, max_size=40), data=st.data())
def test_a_proposal_is_free_in_form_and_goes_on_behind_its_series(title, taken, data):
    parent = data.draw(st.sampled_from(["", *taken]))
    proposed = next_notation(title, taken, parent=parent)
    assert proposed not in taken
    assert ACCEPTED.fullmatch(proposed)
    assert len(proposed) <= LONGEST_NOTATION
    # One after another, each is another one.
    assert next_notation(title, [*taken, proposed], parent=parent) not in {*taken, proposed}
    if not parent or is_mark(parent):
        found = parse(proposed)
        assert found is not None
        assert str(found) == proposed


@given(heading=st.one_of(st.just(""), notations), taken=st.lists(notations, max_size=20), count=st.integers(1, 8))
def test_dossiers_of_a_heading_are_told_apart(heading, taken, count):
    given_out: list[str] = list(taken)
    for _ in range(count):
        proposed = next_dossier_notation(heading, given_out)
        assert proposed not in given_out
        assert ACCEPTED.fullmatch(proposed)
        assert proposed.startswith(heading or "HS-")
        given_out.append(proposed)


def test_a_dossier_carries_agency_year_and_notation():
    assert file_code("H99.01", 2025, next_dossier_notation("04.ATGT", [])) == "H99.01.2025.04.ATGT"
    assert next_dossier_notation("04.ATGT", ["04.ATGT", "04.ATGT-2"]) == "04.ATGT-3"
    assert next_dossier_notation("01.T", ["01.TCCB", "01.TCCB-9"]) == "01.T"
    assert next_dossier_notation("", []) == "HS-1"


def test_only_the_plan_s_own_year_moves_on():
    assert in_year("Kế hoạch 2021-2025, năm 2025", 2025, 2026) == "Kế hoạch 2021-2025, năm 2026"
    assert in_year("Đề án 2030", 2025, 2026) == "Đề án 2030"


def test_what_is_typed_is_kept_in_capitals_without_spaces():
    assert tidy(" 04. atgt ") == "04.ATGT"
