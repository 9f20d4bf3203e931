"""A short run of the drill with damaged signed PDFs, and that it would see what it looks for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from demo.drill.signatures import ANYWHERE, KINDS, VISIBLE, Damaged, damaged, fuzz, problems_of, signed_ranges
from signing.validation.engine import validate_bytes
from signing.validation.policy import ARCHIVE
from tests.signing.bench_pki import bench, paper, signed

SEED = 1


def seeds() -> dict[str, bytes]:
    once = signed(paper(), bench().person, stamped=True)
    return {"once": once, "twice": signed(once, bench().seal, "ConDau")}


def test_damaged_papers_end_in_verdicts_and_a_stopped_run_goes_on(tmp_path: Path) -> None:
    first = fuzz(seeds(), tmp_path, minutes=5, seed=SEED, cases=40)
    assert (first["cases"], first["problems"]) == (40, [])
    on = fuzz(seeds(), tmp_path, minutes=5, seed=SEED, cases=60)
    assert (on["cases"], on["problems"]) == (60, [])
    assert sum(on["outcomes"].values()) == 60
    assert set(on["kinds"]) == set(KINDS)
    assert json.loads((tmp_path / "signatures-1.json").read_text())["cases"] == 60


def test_a_signature_called_intact_over_changed_bytes_would_be_told() -> None:
    whole = seeds()["once"]
    ranges = signed_ranges(whole)
    verdict = validate_bytes(whole, [], datetime(2026, 6, 1, tzinfo=UTC), None, None, ARCHIVE)
    changed = whole.replace(b"15/QD-UBND", b"16/QD-UBND", 1)
    assert problems_of(verdict, whole, Damaged(whole, ANYWHERE), ranges) == []
    said = "ChuKy1 is called intact over changed bytes"
    assert problems_of(verdict, whole, Damaged(changed, ANYWHERE), ranges) == [said]
    assert problems_of(verdict, whole, Damaged(whole, VISIBLE[0]), ranges) == [
        "ChuKy1 allows what it shows to be changed"
    ]
    assert len(problems_of(replace(verdict, seconds=11.0), whole, Damaged(whole, ANYWHERE), ranges)) == 1


def test_a_case_of_a_seed_is_always_the_same() -> None:
    from random import Random

    whole = seeds()["once"]
    ranges = signed_ranges(whole)
    assert damaged(whole, ranges, Random("a")) == damaged(whole, ranges, Random("a"))
