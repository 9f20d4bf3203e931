"""Figures, sizes, dates and times as a person in a Vietnamese office writes them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from repository import formats

NOW = datetime(2026, 11, 22, 2, 41, 7, tzinfo=UTC)  # 09:41:07 in Hà Nội


@pytest.fixture
def vietnamese():
    with translation.override("vi"):
        yield


@pytest.fixture
def english():
    with translation.override("en"):
        yield


def test_figures_are_grouped_by_points_and_have_a_decimal_comma(vietnamese):
    assert formats.number(126408) == "126.408"
    assert formats.number(1234.5, 1) == "1.234,5"
    assert formats.number(-3) == "\N{MINUS SIGN}3"
    assert formats.number(None) == "–"


def test_in_english_figures_are_grouped_by_commas(english):
    assert formats.number(126408) == "126,408"


def test_a_share_is_set_off_from_its_sign_by_a_space_that_does_not_break(vietnamese):
    assert formats.percent(0.958) == "95,8\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("count", "written"),
    [(1_400_000, "1,4 MB"), (37_000, "37 KB"), (999_499, "999 KB"), (999_600, "1,0 MB"), (2_500_000_000, "2,5 GB")],
)
def test_sizes_are_decimal_with_one_place_from_the_megabyte_on(vietnamese, count, written):
    assert formats.size(count).replace(formats.NO_BREAK, " ") == written


@given(st.integers(min_value=1000, max_value=9 * 10**17))
def test_no_size_is_written_with_four_digits_before_the_comma(count):
    with translation.override("vi"):
        assert len(formats.size(count).split(formats.NO_BREAK)[0].split(",")[0]) <= 3


def test_dates_are_day_month_year_in_both_languages_and_instants_are_read_in_viet_nam():
    for language in ("vi", "en"):
        with translation.override(language):
            assert formats.day(date(2025, 3, 14)) == "14/03/2025"
            assert formats.day(datetime(2025, 3, 14, 18, 0, tzinfo=UTC)) == "15/03/2025"
            assert formats.instant(NOW) == "22/11/2026 09:41:07"


def test_only_what_is_written_as_a_date_is_read_as_one():
    given = ["2025-03-14", "2025-03-14T18:00:00+00:00", "20250314", "2025-13-40", "20 năm"]
    assert [formats.day_if_iso(text) for text in given] == [
        "14/03/2025",
        "15/03/2025",
        "20250314",
        "2025-13-40",
        "20 năm",
    ]


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=5, seconds=50), "5 minutes ago"),
        (timedelta(hours=2), "2 hours ago"),
        (timedelta(hours=10), "yesterday"),
        (timedelta(days=4), "4 days ago"),
        (timedelta(days=19), "3 weeks ago"),
        (timedelta(days=31), "22/10/2026"),
        (timedelta(minutes=-5), "in 5 minutes"),
        (timedelta(days=-1), "tomorrow"),
        (timedelta(days=-400), "27/12/2027"),
    ],
)
def test_time_is_told_relatively_up_to_a_month_then_by_the_date(english, ago, said):
    assert formats.relative(NOW - ago, NOW) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (20, "20 seconds"),
        (59.7, "1 minute"),
        (180, "3 minutes"),
        (7500, "2 hours 5 minutes"),
        (3600, "1 hour"),
        (400_000, "5 days"),
    ],
)
def test_a_span_is_told_in_the_units_a_person_would_use(english, seconds, said):
    assert formats.duration(seconds) == said


def test_initials_are_of_the_family_name_and_the_given_name():
    assert [formats.initials(name) for name in ("Lương Thị Hạ", "đào", "")] == ["LH", "Đ", "?"]
