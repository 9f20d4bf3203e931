"""Policies and verdicts as values."""

import json
from dataclasses import replace

import pytest

from signing.validation.policy import ARCHIVE
from signing.validation.verdicts import FileVerdict, Message, Outcome
from signing.validation.wording import SENTENCES, text_of


def test_the_hash_of_a_policy_changes_with_anything_in_it() -> None:
    assert ARCHIVE.hash == replace(ARCHIVE).hash
    assert ARCHIVE.hash != replace(ARCHIVE, algorithm_ends=()).hash
    assert ARCHIVE.hash != replace(ARCHIVE, version="another").hash


def test_every_sentence_renders_without_its_words_too() -> None:
    for code in SENTENCES:
        text_of(Message(code, {"revision": "2", "bytes": "3", "count": "4", "fields": "a", "pages": "1"}))


def test_percent_signs_from_a_file_do_not_break_a_sentence() -> None:
    assert "100 %s" in text_of(Message("damaged", {"detail": "100 %s"}))


def test_a_verdict_kept_by_an_earlier_version_reads_back_with_defaults() -> None:
    kept = json.loads(
        """{"sha256": "00", "outcome": "NO_SIGNATURE", "message": {"code": "no_signature", "params": {}}, "signatures": [],
        "file": {"size": 3}, "policy": "archive", "policy_version": "1", "policy_hash": "11", "tools": {}, "anchors": [],
        "validated_at": "2026-01-01T00:00:00+00:00", "at": null, "seconds": 0.1}"""
    )
    verdict = FileVerdict.from_dict(kept)
    assert (verdict.outcome, verdict.evidence, verdict.wanted) == (Outcome.NO_SIGNATURE, (), ())
    del kept["sha256"]
    with pytest.raises(KeyError):
        FileVerdict.from_dict(kept)


def test_an_algorithm_has_the_earliest_end_that_concerns_it() -> None:
    assert ARCHIVE.end_of("sha1").last_day == "2012-08-01"
    assert ARCHIVE.end_of("rsa", 1024).last_day == "2019-10-01"
    assert ARCHIVE.end_of("rsa", 2048).last_day == "2030-12-31"
    assert ARCHIVE.end_of("rsa", 4096) is None
    assert ARCHIVE.end_of("sha256") is None
