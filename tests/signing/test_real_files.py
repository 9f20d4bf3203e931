"""The engine over signed, attacked and broken files of other validators' test suites (`shared/samples`)."""

import csv
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from signing.validation.run import Validator
from signing.validation.verdicts import FileVerdict, Indication, Outcome, SignatureKind
from tests.samples import needs_samples, samples_folder

pytestmark = needs_samples

BAD = {Outcome.TAMPERED, Outcome.MODIFIED, Outcome.TIMESTAMP_BROKEN}
CLEAN = {Outcome.VALID, Outcome.INDETERMINATE, Outcome.NO_SIGNATURE}
KNOWN_TO_FOOL_OTHERS = ("itext-java/isa-3.pdf", "dss/replace.pdf", "generated/tamper-lta-truncated.pdf")


@pytest.fixture(scope="module")
def verdicts() -> dict[str, tuple[dict[str, str], FileVerdict]]:
    """One run over all rows whose truth is hard, and those known to fool others: the row and the verdict by name."""
    folder = samples_folder() / "signatures"
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file, delimiter="\t")
            if row["confidence"] == "hard" or row["file"] in KNOWN_TO_FOOL_OTHERS
        ]
    validator = Validator(workers=2)

    def judge(row: dict[str, str]) -> FileVerdict:
        roots = [(folder / name).read_bytes() for name in row["trust_roots"].split(",") if name != "-"]
        at = None if row["validation_time"] == "-" else datetime.fromisoformat(row["validation_time"])
        return validator.validate(folder / row["file"], trust=roots, at=at)

    try:
        with ThreadPoolExecutor(2) as pool:
            return {row["file"]: (row, verdict) for row, verdict in zip(rows, pool.map(judge, rows), strict=True)}
    finally:
        validator.close()


def test_nothing_forged_or_changed_is_shown_as_clean(verdicts) -> None:
    accepted = [name for name, (row, got) in verdicts.items() if row["expected"] in BAD and got.outcome in CLEAN]
    assert accepted == []


def test_no_good_file_is_refused(verdicts) -> None:
    refused = [
        name for name, (row, got) in verdicts.items() if row["expected"] == "VALID" and got.outcome is not Outcome.VALID
    ]
    assert refused == []


def test_nothing_passes_that_cannot_be_proven(verdicts) -> None:
    passed = [
        name
        for name, (row, got) in verdicts.items()
        if row["expected"] == "INDETERMINATE"
        # A time-stamp over the whole may be good by itself: it proves when, and not whose.
        and any(
            signature.indication is Indication.TOTAL_PASSED and signature.kind is SignatureKind.SIGNATURE
            for signature in got.signatures
        )
    ]
    assert passed == []


def test_every_file_has_an_answer_in_time(verdicts) -> None:
    assert len(verdicts) > 200
    assert [name for name, (_, got) in verdicts.items() if got.seconds > 10 or got.message.code == "crashed"] == []


def test_a_long_lived_signature_passes_where_its_evidence_is_complete(verdicts) -> None:
    _, got = verdicts["generated/lta-renewed-once.pdf"]
    assert got.signatures[0].indication is Indication.TOTAL_PASSED
    assert got.signatures[0].level == "B-LTA"


@pytest.mark.parametrize("name", KNOWN_TO_FOOL_OTHERS)
def test_attacks_that_other_validators_pass_are_caught(verdicts, name: str) -> None:
    assert verdicts[name][1].outcome is Outcome.MODIFIED


def test_a_vietnamese_government_signature_is_intact_and_its_chain_unknown(validator: Validator) -> None:
    """SHA-1, BER of indefinite length, only the signer's certificate, a token a minute from the claimed time."""
    path: Path = samples_folder() / "signatures" / "vgca" / "vgca_signed_mic_2018.pdf"
    got = validator.validate(path)
    [signature] = got.signatures
    assert (signature.intact, signature.message.code) == (True, "intact_chain_unknown")
    assert signature.algorithm.digest == "sha1"
    assert signature.algorithm.weak is True
    assert abs(signature.claimed_time - signature.best_time).total_seconds() < 120
