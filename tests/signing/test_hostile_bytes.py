"""No mutation of a signed file makes the engine crash or call changed bytes intact."""

from datetime import UTC, datetime
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signing.validation.canonical import from_plain, to_plain
from signing.validation.engine import validate_bytes
from signing.validation.policy import ARCHIVE
from signing.validation.verdicts import FileVerdict, Outcome
from tests.signing.bench_pki import bench, byte_range, paper, signed

NOW = datetime(2026, 6, 1, tzinfo=UTC)
slowly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def original() -> bytes:
    return signed(paper(), bench().person, stamped=True)


def verdict_on(data: bytes) -> FileVerdict:
    return validate_bytes(data, [], NOW, None, None, ARCHIVE)


@slowly
@given(st.data())
def test_no_byte_of_the_signed_range_can_change_unseen(data: st.DataObject) -> None:
    _, first, second, length = byte_range(original())
    place = data.draw(st.one_of(st.integers(0, first - 1), st.integers(second, second + length - 1)))
    flipped = bytearray(original())
    flipped[place] ^= data.draw(st.integers(1, 255))
    verdict = verdict_on(bytes(flipped))
    assert verdict.outcome not in (Outcome.VALID, Outcome.INDETERMINATE, Outcome.NO_SIGNATURE)
    assert not any(signature.intact for signature in verdict.signatures)


@slowly
@given(st.data())
def test_no_mutation_of_a_file_crashes_the_engine(data: st.DataObject) -> None:
    mutated = bytearray(original())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(mutated)))
        end = min(len(mutated), start + data.draw(st.integers(0, 400)))
        mutated[start:end] = data.draw(
            st.one_of(
                st.binary(max_size=60), st.sampled_from([b"/Kids [1 0 R]", b"<<" * 40, b"9999999999 0 R", b"%%EOF"])
            )
        )
    verdict = verdict_on(bytes(mutated))
    assert from_plain(FileVerdict, to_plain(verdict)) == verdict


@slowly
@given(st.binary(max_size=400))
def test_random_bytes_behind_a_pdf_header_end_in_a_verdict(tail: bytes) -> None:
    assert verdict_on(b"%PDF-1.7\n" + tail).outcome in (Outcome.UNPROCESSABLE, Outcome.TAMPERED)
