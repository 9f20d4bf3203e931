"""PDFs made to exhaust whoever reads them: a worker process reads them, and each ends in a verdict with a reason."""

from collections.abc import Iterator
from functools import cache
from random import Random

import pytest

from demo.drill.updates import UPDATES, Skeleton, bomb, revised, skeleton
from signing.validation.run import Validator
from signing.validation.verdicts import FileVerdict, Outcome
from tests.signing.bench_pki import bench, paper, signed

NAMED = 5000  # times that the store names one stream


@cache
def original() -> bytes:
    return signed(paper(), bench().person, stamped=True)


@cache
def bones() -> Skeleton:
    found = skeleton(original())
    assert found is not None
    return found


@pytest.fixture(scope="module")
def validator() -> Iterator[Validator]:
    one = Validator()
    yield one
    one.close()


def verdict_on(data: bytes, validator: Validator, tmp_path) -> FileVerdict:
    path = tmp_path / "case.pdf"
    path.write_bytes(data)
    return validator.validate(path)


def with_entry(key: bytes, objects: dict[int, bytes]) -> bytes:
    """The paper with a revision whose catalog leads to the first of these objects."""
    found = bones()
    catalog = found.objects[found.root].replace(key, b"/Old").rstrip()[:-2] + key + b" %d 0 R>>" % min(objects)
    return revised(original(), found, {found.root: catalog, **objects})


def test_a_store_that_names_a_bomb_thousands_of_times_leaves_the_signature_judged(validator, tmp_path) -> None:
    number, packed = bones().size, bomb(512)
    store = b"<</Certs [" + b"%d 0 R " % (number + 1) * NAMED + b"]>>"
    stream = b"<</Filter /FlateDecode /Length %d>>\nstream\n" % len(packed) + packed + b"\nendstream"
    verdict = verdict_on(with_entry(b"/DSS", {number: store, number + 1: stream}), validator, tmp_path)
    assert verdict.message.code not in ("too_late", "too_large", "crashed")
    assert [signature.intact for signature in verdict.signatures] == [True]


@pytest.mark.parametrize(
    "form",
    [b"[" * 200_000, b"<</Fields [<</FT /Sig /T (a) /V <</Type /Sig /ByteRange [" + b"0 1 " * 300_000 + b"]>>>>]>>"],
    ids=["brackets", "ByteRange"],
)
def test_a_form_without_end_never_leaves_the_paper_clean(form: bytes, validator, tmp_path) -> None:
    verdict = verdict_on(with_entry(b"/AcroForm", {bones().size: form}), validator, tmp_path)
    assert verdict.outcome in (Outcome.UNPROCESSABLE, Outcome.MODIFIED, Outcome.TAMPERED)


def test_a_revision_that_names_itself_as_the_one_before_ends_in_a_verdict(validator, tmp_path) -> None:
    data = revised(original(), bones(), {bones().size: b"null"}, trailer=b"/Prev START")
    assert verdict_on(data, validator, tmp_path).outcome in (Outcome.UNPROCESSABLE, Outcome.MODIFIED, Outcome.TAMPERED)


def test_what_takes_too_long_is_ended_and_told(tmp_path) -> None:
    fields = {bones().size + 1 + each: b"<</FT /Sig /T (f%d) /V <</Type /Sig>>>>" % each for each in range(10_000)}
    form = b"<</Fields [" + b"".join(b"%d 0 R " % number for number in fields) + b"]>>"
    hasty = Validator(seconds=0.5)
    try:
        verdict = verdict_on(with_entry(b"/AcroForm", {bones().size: form, **fields}), hasty, tmp_path)
    finally:
        hasty.close()
    assert (verdict.outcome, verdict.message.code) == (Outcome.UNPROCESSABLE, "too_late")


def test_no_appended_revision_that_shows_another_page_is_allowed(validator, tmp_path) -> None:
    data = UPDATES["page shows otherwise"](original(), bones(), Random(1))
    verdict = verdict_on(data, validator, tmp_path)
    assert verdict.outcome is Outcome.MODIFIED
    assert [signature.changes_allowed for signature in verdict.signatures] == [False]
