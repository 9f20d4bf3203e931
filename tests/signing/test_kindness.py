"""Good papers that other validators refuse, and what is told of them; and until when each can be proven."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import PdfTimeStamper, pdf_signer

from signing.validation.anchors import read_qualified
from signing.validation.engine import validate_bytes
from signing.validation.policy import ARCHIVE
from signing.validation.verdicts import (
    FileVerdict,
    Indication,
    Outcome,
    SignatureKind,
    SignatureVerdict,
    SubIndication,
)
from tests.signing.bench_pki import bench, byte_range, issue, paper, signed
from tests.signing.test_verdicts_on_signed_papers import updated

VerdictOn = Callable[..., FileVerdict]
DAY = timedelta(days=1)


def evidence() -> bytes:
    return bench().revocations(at=datetime.now(UTC) - timedelta(minutes=5))


def long_lived(**options: object) -> bytes:
    return signed(paper(), bench().person, stamped=True, revocations=evidence(), **options)


def archived() -> bytes:
    return long_lived(long_term=True)


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=1)


def renewed(data: bytes) -> bytes:
    """One more document time-stamp over the file."""
    out = PdfTimeStamper(bench().time_stamper()).timestamp_pdf(
        IncrementalPdfFileWriter(io.BytesIO(data), strict=False), "sha256"
    )
    return bytes(out.getvalue())


def test_an_archive_renewed_twice_still_passes_and_each_time_stamp_is_judged(verdict_on: VerdictOn) -> None:
    verdict = verdict_on(renewed(renewed(archived())), trust=[bench().root.pem], at=soon())
    assert [one.indication for one in verdict.signatures] == [Indication.TOTAL_PASSED] * 4
    assert [one.kind for one in verdict.signatures[1:]] == [SignatureKind.DOCUMENT_TIMESTAMP] * 3
    assert verdict.signatures[0].level == "B-LTA"
    assert [one.status for one in verdict.signatures] == ["TOTAL-PASSED", *["PASSED"] * 3]


def test_a_document_time_stamp_is_judged_by_the_files_own_revocation_data(verdict_on: VerdictOn) -> None:
    """And without them by those known here."""
    bare = renewed(signed(paper(), bench().person, stamped=True))
    alone = verdict_on(bare, trust=[bench().root.pem], at=soon())
    helped = verdict_on(bare, trust=[bench().root.pem], at=soon(), knowledge=[evidence(), b"no evidence"])
    assert [one.indication for one in alone.signatures] == [Indication.INDETERMINATE] * 2
    assert [one.indication for one in helped.signatures] == [Indication.TOTAL_PASSED] * 2
    assert (helped.knowledge_given, helped.knowledge_unreadable) == (2, 1)
    assert {item.source for item in helped.evidence if item.kind == "crl"} == {"given"}


@pytest.mark.parametrize("type_", [None, "/Sig"], ids=["no type", "another type"])
def test_a_document_time_stamp_is_one_by_its_sub_filter(
    verdict_on: VerdictOn, monkeypatch: pytest.MonkeyPatch, type_: str | None
) -> None:
    """The entry is inside the signed bytes, so the paper is stamped by a writer that never wrote it, or wrote /Sig."""
    written = pdf_signer.DocumentTimestamp

    def without_type(*arguments: object, **options: object) -> object:
        one = written(*arguments, **options)
        del one["/Type"]
        if type_ is not None:
            one[name("/Type")] = name(type_)
        return one

    monkeypatch.setattr(pdf_signer, "DocumentTimestamp", without_type)
    data = renewed(long_lived())
    assert b"/DocTimeStamp" not in data
    verdict = verdict_on(data, trust=[bench().root.pem], at=soon())
    signature, stamp = verdict.signatures
    assert verdict.outcome is Outcome.VALID
    assert (stamp.kind, stamp.status) == (SignatureKind.DOCUMENT_TIMESTAMP, "PASSED")
    assert (signature.status, signature.level) == ("TOTAL-PASSED", "B-LTA")


def test_objects_that_a_later_update_frees_because_nothing_uses_them_are_no_change(verdict_on: VerdictOn) -> None:
    def leave_something(writer: IncrementalPdfFileWriter) -> None:
        writer.add_object(generic.DictionaryObject({name("/Left"): generic.NumberObject(1)}))

    before = updated(paper(), leave_something)
    number = max(reference.idnum for reference in PdfFileReader(io.BytesIO(before)).xrefs.explicit_refs_in_revision(1))
    data = signed(before, bench().person)
    reader = PdfFileReader(io.BytesIO(data))
    table, last = len(data), int(data.rstrip().split(b"startxref")[-1].split()[0])
    freed = data + (
        b"xref\n%d 1\n0000000000 00001 f\r\ntrailer\n<< /Size 99 /Prev %d /Root %d %d R >>\nstartxref\n%d\n%%%%EOF\n"
        % (number, last, reader.root_ref.idnum, reader.root_ref.generation, table)
    )
    verdict = verdict_on(freed)
    assert verdict.outcome is Outcome.VALID
    assert verdict.signatures[0].changes_allowed is True


def test_keys_of_the_security_store_that_a_renewal_writes_anew_are_no_change(verdict_on: VerdictOn) -> None:
    def rename(writer: IncrementalPdfFileWriter) -> None:
        index = writer.root["/DSS"]["/VRI"]
        entry = index[next(iter(index))]
        for key in list(index):
            del index[key]
        index[name("/" + "AB" * 20)] = writer.add_object(generic.DictionaryObject(entry))
        writer.update_container(index)

    verdict = verdict_on(updated(long_lived(), rename))
    assert verdict.outcome is Outcome.VALID


def with_contents(data: bytes, changed: bytes) -> bytes:
    start, end = byte_range(data)[1] + 1, byte_range(data)[2] - 1
    return data[:start] + changed.hex().encode().ljust(end - start, b"0") + data[end:]


def test_a_signature_of_indefinite_length_is_read(verdict_on: VerdictOn) -> None:
    """BER: the outer lengths are written 0x80, with end-of-contents marks (X.690, 8.1.3.6)."""
    data = signed(paper(), bench().person)
    content = cms.ContentInfo.load(PdfFileReader(io.BytesIO(data)).embedded_signatures[0].pkcs7_content)
    inner = content["content"].untag().contents
    signed_data = b"\x30\x80" + inner + b"\x00\x00"
    ber = b"\x30\x80" + content["content_type"].dump() + b"\xa0\x80" + signed_data + b"\x00\x00" * 2
    verdict = verdict_on(with_contents(data, ber))
    assert verdict.outcome is Outcome.VALID
    assert verdict.signatures[0].integrity.status == "holds"


def test_a_chain_that_is_not_enclosed_is_completed_from_what_is_known(verdict_on: VerdictOn) -> None:
    middle = issue("Cơ quan cấp dưới", bench().root, authority=True)
    person = issue("Lê Thị Cúc", middle)
    data = signed(paper(), person, enclose_root=False)
    lonely = verdict_on(data, trust=[bench().root.pem])
    assert lonely.signatures[0].message.code == "intact_chain_unknown"
    assert [certificate.subject for certificate in lonely.signatures[0].path] == ["Lê Thị Cúc"]
    known = verdict_on(data, trust=[bench().root.pem], knowledge=[middle.der])
    [signature] = known.signatures
    assert [certificate.anchor for certificate in signature.path] == [False, False, True]
    assert signature.identity.anchored is True
    assert signature.message.code == "intact_no_revocation_data"


def test_two_signers_in_one_signature_are_told_as_such(verdict_on: VerdictOn) -> None:
    data = signed(paper(), bench().person)
    content = cms.ContentInfo.load(PdfFileReader(io.BytesIO(data)).embedded_signatures[0].pkcs7_content)
    infos = content["content"]["signer_infos"]
    second = infos[0].copy()
    second["signature"] = bytes(reversed(second["signature"].native))
    infos.append(second)
    verdict = verdict_on(with_contents(data, content.dump(force=True)))
    [signature] = verdict.signatures
    assert (signature.message.code, signature.integrity.signers) == ("several_signers", 2)
    assert signature.indication is not Indication.TOTAL_PASSED


def test_a_signature_without_time_stamp_is_judged_by_the_basic_algorithm(verdict_on: VerdictOn) -> None:
    data = signed(paper(), bench().person, revocations=evidence())
    [signature] = verdict_on(data, trust=[bench().root.pem], at=soon()).signatures
    assert signature.sub_indication is SubIndication.SIG_CONSTRAINTS_FAILURE
    assert (signature.identity.status, signature.time.status) == ("holds", "open")
    assert signature.identity.revocation == "good"


def test_what_a_verdict_rests_on_is_named_and_what_is_missing_with_its_address(verdict_on: VerdictOn) -> None:
    passed = verdict_on(archived(), trust=[bench().root.pem], at=soon())
    kinds = {(item.kind.value, item.source.value) for item in passed.evidence}
    assert {("certificate", "anchor"), ("certificate", "file"), ("crl", "file"), ("timestamp", "file")} <= kinds
    assert all(item.der_base64 and item.used_for for item in passed.evidence)
    assert passed.wanted == ()
    person = issue("Phạm Văn Dũng", bench().root, addresses="http://ca.example")
    wanted = verdict_on(signed(paper(), person), trust=[bench().root.pem]).wanted
    assert {(each.kind.value, each.url) for each in wanted} == {
        ("ocsp", "http://ca.example/ocsp"),
        ("crl", "http://ca.example/list.crl"),
    }
    assert {each.issuer_sha256 for each in wanted} == {bench().root.asn1_certificate.sha256.hex()}


@pytest.mark.parametrize("build", [long_lived, archived], ids=["B-LT", "B-LTA"])
def test_a_signature_passes_until_the_day_that_is_told_and_not_after_it(build: Callable[[], bytes]) -> None:
    data, anchors = build(), read_qualified([bench().root.pem])

    def on(day: datetime, known: list[bytes]) -> SignatureVerdict:
        return validate_bytes(data, anchors, day, None, None, ARCHIVE, known).signatures[0]

    signature = on(soon(), [])
    until = signature.provable_until
    assert signature.indication is Indication.TOTAL_PASSED
    assert until is not None
    assert signature.provable_because is not None
    fresh = [bench().revocations(at=until - 2 * DAY), bench().revocations(at=until)]
    assert on(until - DAY, fresh[:1]).indication is Indication.TOTAL_PASSED
    assert on(until + DAY, fresh).indication is Indication.INDETERMINATE


def test_a_broken_signature_has_no_day_until_which_it_is_provable(verdict_on: VerdictOn) -> None:
    data = signed(paper(), bench().person).replace(b"15/QD-UBND", b"16/QD-UBND", 1)
    [signature] = verdict_on(data).signatures
    assert (signature.provable_until, signature.integrity.status) == (None, "fails")
