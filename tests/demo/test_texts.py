"""The papers of the province: drawn from a seed, in the form the decree asks for."""

import re
from collections import Counter
from datetime import date
from random import Random

import pytest

from demo.bulk import papers, rows
from demo.forms import FORMS
from demo.province import DEPARTMENTS_MERGE, DISTRICTS_END
from demo.sectors import SECTORS
from demo.texts import paper, paper_of
from demo.world import World


def test_the_same_seed_gives_the_same_papers_and_another_seed_others():
    first = [paper(rng).text() for rng in [Random(7)] for _ in range(50)]
    again = [paper(rng).text() for rng in [Random(7)] for _ in range(50)]
    other = [paper(rng).text() for rng in [Random(8)] for _ in range(50)]

    assert first == again
    assert not set(first) & set(other)


def test_at_least_sixteen_types_come_up_in_a_thousand_papers_each_with_its_own_abbreviation():
    drawn = [paper_of(seed) for seed in range(1500)]

    assert len({one.type for one in drawn}) >= 16
    abbreviations = {form.name: form.abbreviation for form in FORMS}
    for one in drawn:
        if one.is_letter:
            assert re.fullmatch(r"\d+/[A-ZĐ]+-[A-ZĐ]+", one.code)
        else:
            assert one.notation.startswith(abbreviations[one.type] + "-")


def test_numbers_days_and_months_below_ten_are_printed_as_the_decree_wants():
    one = paper_of("x", day=date(2022, 2, 5), ordinal=6)

    assert one.number == "06"
    assert one.place_and_date.endswith("ngày 05 tháng 02 năm 2022")
    assert paper_of("x", day=date(2022, 11, 12)).place_and_date.endswith("ngày 12 tháng 11 năm 2022")


def test_only_a_normative_decision_carries_the_year_in_its_number():
    decisions = [paper_of(seed, agency="tinh", type_name="Quyết định", day=date(2024, 5, 6)) for seed in range(60)]
    normative = [one for one in decisions if "/2024/" in one.code]

    assert 0 < len(normative) < len(decisions)
    assert all(one.subject.startswith("Ban hành Qu") for one in normative)
    assert all(one.notation == "QĐ-UBND" for one in decisions)


def test_no_agency_writes_before_it_exists_or_after_it_has_ended():
    world = World()
    for seed in range(1500):
        one = paper_of(seed)
        assert world.agency_by_key[one.agency].exists_on(one.date), one.title


def test_an_agency_that_has_ended_is_refused_with_a_reason():
    with pytest.raises(ValueError, match="thachkhe"):
        paper_of(1, agency="thachkhe", day=date(2025, 8, 1))
    with pytest.raises(ValueError, match="Chỉ thị"):
        paper_of(1, agency="snv", type_name="Chỉ thị")


def test_every_successor_exists_the_day_after_its_predecessor_ends():
    world = World()
    for body in world.agencies:
        if body.ended:
            assert body.successor is not None
            assert body.ended in (DISTRICTS_END, DEPARTMENTS_MERGE)
            assert world.agency_by_key[body.successor].exists_on(date(2025, 7, 1))


def test_no_place_of_a_phrase_is_left_unfilled_in_papers_of_every_sector_and_length():
    for seed in range(400):
        text = paper_of(seed, pages=1 + seed % 5).text()
        assert "{" not in text
        assert "None" not in text
    assert {paper_of(seed).sector for seed in range(400)} == {sector.key for sector in SECTORS}


def test_a_paper_rests_on_no_law_of_a_later_year():
    for seed in range(500):
        one = paper_of(seed)
        for block in one.blocks:
            if block.kind == "basis":
                years = [int(year) for year in re.findall(r"Luật .*? năm (\d{4})", block.text)]
                assert all(year <= one.date.year for year in years), (one.date, block.text)


def test_the_text_holds_what_the_paper_says_and_longer_papers_have_longer_text():
    short, long = paper_of("k", type_name="Kế hoạch"), paper_of("k", type_name="Kế hoạch", pages=10)

    for one in (short, long):
        lines = one.text().split("\n")
        for part in (f"Số: {one.code}", one.place_and_date, one.subject, one.signer):
            assert part in lines
    assert len(long.text()) > 6 * len(short.text())


def test_subjects_of_two_thousand_papers_are_hardly_ever_the_same():
    subjects = Counter(one.subject for one in papers(2000) if one.subject)

    assert len(subjects) > 1500
    assert subjects.most_common(1)[0][1] < 12


def test_bulk_papers_are_in_order_of_date_and_numbered_without_a_gap():
    seen: dict[tuple[str, str, int], int] = {}
    last = date.min
    for row in rows(1200, seed=3):
        assert row["date"] >= last
        last = row["date"]
        key = (row["agency"], row["notation"], row["date"].year)
        assert int(row["number"]) == seen.get(key, 0) + 1
        seen[key] = int(row["number"])
        assert row["code"] in row["text"]


def test_a_bulk_stream_can_be_taken_up_where_it_stopped():
    whole = list(rows(60, seed=4))

    assert list(rows(20, seed=4, start=40)) == whole[40:]


def test_file_plans_number_their_headings_and_an_agency_has_none_for_years_without_it():
    world = World()

    plan = world.file_plan("sxd", 2025)
    assert [heading.notation for heading in plan][:2] == ["01.TCCB", "02.ATGT"]
    assert len({heading.notation for heading in plan}) == len(plan)
    assert world.file_plan("vansa", 2024) == ()
    assert world.file_plan("thachkhe", 2026) == ()
    classes = {one.code for one in world.classes}
    assert all(h.record_class in classes for body in world.agencies for h in world.file_plan(body.key, 2025))
    suffixes = {h.notation.partition(".")[2] for body in world.agencies for h in world.file_plan(body.key, 2025)}
    assert all(heading in suffixes for sector in SECTORS for heading in sector.headings if heading)
