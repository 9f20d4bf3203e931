"""The sample anybody can draw again, the size that bears out a rate, and limits that say no more than is known."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from math import comb
from pathlib import Path
from uuid import UUID

import pytest

from signing.audits.sampling import draw, interval, key_of, lines_of, most_deviating, shares, size_for

DOCS = Path(__file__).resolve().parents[2] / "docs" / "audit.md"
POPULATION = [(str(UUID(int=n * 7919)), f"H99.0{n % 3 + 1}") for n in range(1, 400)]


def hypergeometric_at_most(found: int, population: int, deviating: int, size: int) -> float:
    ways = sum(comb(deviating, i) * comb(population - deviating, size - i) for i in range(found + 1) if size >= i)
    return ways / comb(population, size)


def test_the_same_population_and_seed_give_the_same_sample_in_whatever_order_they_are_walked():
    once = draw(POPULATION, "2026-11-22", {"": 25})
    assert once == draw(reversed(POPULATION), "2026-11-22", {"": 25})
    assert [one.key for one in once] == sorted(key_of("2026-11-22", one) for one, _ in POPULATION)[:25]
    assert {one.identity for one in once} != {one.identity for one in draw(POPULATION, "2026-11-23", {"": 25})}


@pytest.mark.parametrize("by_agency", [False, True])
def test_the_script_of_the_documentation_draws_the_same_sample(by_agency, tmp_path):
    script, text = tmp_path / "draw.py", tmp_path / "population.txt"
    script.write_text(re.search(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL).group(1))
    text.write_text("".join(f"{identity} {agency}\n" for identity, agency in POPULATION))
    arguments = [
        sys.executable,
        str(script),
        str(text),
        "xổ số 22/11: 58 21",
        "31",
        *(["by-agency"] if by_agency else []),
    ]
    answer = subprocess.run(arguments, capture_output=True, text=True, check=True)  # noqa: S603
    lines = list(lines_of([text.read_text()]))
    sizes = shares(Counter(agency for _, agency in lines), 31) if by_agency else {"": 31}
    assert answer.stdout.split() == [one.identity for one in draw(lines, "xổ số 22/11: 58 21", sizes)]


@pytest.mark.parametrize("size", [1, 2, 7, 50, 100, 134])
def test_shares_by_agency_add_up_and_stay_within_one_of_the_exact_part(size):
    strata = Counter({"H99": 97, "H99.01": 31, "H99.02": 5, "H98": 1})
    found = shares(strata, size)
    assert sum(found.values()) == min(size, strata.total())
    assert all(abs(found[name] - size * count / strata.total()) < 1 for name, count in strata.items())
    assert all(found[name] <= count for name, count in strata.items())


@pytest.mark.parametrize(
    ("population", "confidence", "rate", "findings"),
    [(100, 0.95, 0.05, 0), (1000, 0.95, 0.05, 0), (1000, 0.99, 0.02, 1), (777, 0.9, 0.1, 3), (12, 0.95, 0.05, 0)],
)
def test_the_size_is_the_least_at_which_too_many_deviating_ones_would_show(population, confidence, rate, findings):
    size = size_for(population, confidence, rate, findings)
    deviating = max(1, -(-round(rate * population * 1000) // 1000))
    assert hypergeometric_at_most(findings, population, deviating, size) <= 1 - confidence
    assert hypergeometric_at_most(findings, population, deviating, size - 1) > 1 - confidence


def test_sizes_as_tables_of_auditing_have_them():
    # Without end, 95 % and 5 % ask for 59 (0.95 ** 59 < 0.05); a finite population asks for less.
    assert size_for(10**7, 0.95, 0.05) == 59
    assert size_for(10**7, 0.95, 0.05, 1) == 93
    assert size_for(200, 0.95, 0.05) < 59
    # Where one document may deviate and must be found, all but a twentieth are looked at.
    assert size_for(20, 0.95, 0.05) == 19
    assert size_for(10, 0.95, 0.05, 1) == 10


@pytest.mark.parametrize(("population", "rate", "findings"), [(300, 0.05, 0), (5000, 0.03, 2), (90, 0.1, 1)])
def test_a_plan_that_finds_no_more_than_it_expected_bears_out_its_rate(population, rate, findings):
    size = size_for(population, 0.95, rate, findings)
    assert most_deviating(findings, size, population, 0.95) < rate * population
    assert most_deviating(findings + 1, size, population, 0.95) >= rate * population
    assert most_deviating(0, population, population, 0.95) == 0


def test_limits_are_those_of_clopper_and_pearson():
    assert interval(0, 59, 0.95) == pytest.approx((0, 1 - 0.025 ** (1 / 59)), abs=1e-9)
    assert interval(10, 10, 0.95) == pytest.approx((0.025**0.1, 1), abs=1e-9)
    # Published: 2 of 100 and 15 of 50 (two-sided, 95 %).
    assert interval(2, 100, 0.95) == pytest.approx((0.00243, 0.07038), abs=5e-5)
    assert interval(15, 50, 0.95) == pytest.approx((0.17862, 0.44608), abs=5e-5)
    with pytest.raises(ValueError, match="3 of 2"):
        interval(3, 2, 0.95)
