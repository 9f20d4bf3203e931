"""Policies and verdicts as values."""

from dataclasses import replace

from signing.validation.policy import ARCHIVE
from signing.validation.verdicts import Message
from signing.validation.wording import SENTENCES, text_of


def test_the_hash_of_a_policy_changes_with_anything_in_it() -> None:
    assert ARCHIVE.hash == replace(ARCHIVE).hash
    assert ARCHIVE.hash != replace(ARCHIVE, smallest_rsa_bits=3072).hash
    assert ARCHIVE.hash != replace(ARCHIVE, version="2").hash


def test_every_sentence_renders_without_its_words_too() -> None:
    for code in SENTENCES:
        text_of(Message(code, {"revision": "2", "bytes": "3", "count": "4", "fields": "a", "pages": "1"}))


def test_percent_signs_from_a_file_do_not_break_a_sentence() -> None:
    assert "100 %s" in text_of(Message("damaged", {"detail": "100 %s"}))
