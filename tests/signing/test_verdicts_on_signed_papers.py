"""What the engine says of papers we signed, and then did things to."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from django.utils.translation import override
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.fields import MDPPerm

from signing.validation.verdicts import (
    ChangeKind,
    FileVerdict,
    Indication,
    Outcome,
    SignatureKind,
    SubIndication,
)
from signing.validation.wording import text_of
from tests.signing.bench_pki import bench, byte_range, paper, signed

VerdictOn = Callable[..., FileVerdict]
NOW = datetime.now(UTC)


def updated(data: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """The PDF with one more revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_an_intact_signature_of_an_unknown_chain_is_called_intact_and_never_valid(verdict_on: VerdictOn) -> None:
    verdict = verdict_on(signed(paper(), bench().person))
    [signature] = verdict.signatures
    assert verdict.outcome is Outcome.VALID
    assert signature.indication is Indication.INDETERMINATE
    assert signature.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert (signature.intact, signature.covers_document, signature.level) == (True, True, "B-B")
    assert (signature.signer, signature.certificate.organisation) == ("Nguyễn Văn An", "Sở Nội vụ")
    assert text_of(signature.message) == "còn nguyên; kho chưa biết chuỗi chứng thực của người ký"
    assert "hợp lệ" not in text_of(verdict.message)
    with override("en"):
        assert text_of(signature.message) == "intact; the signer's chain is not known here"
        assert "valid" not in text_of(verdict.message)


def test_a_verdict_survives_the_way_through_json(verdict_on: VerdictOn) -> None:
    verdict = verdict_on(signed(signed(paper(), bench().person, stamped=True), bench().seal, "ConDau"))
    assert FileVerdict.from_dict(verdict.to_dict()) == verdict


def test_a_signature_that_is_not_pades_has_no_pades_level(verdict_on: VerdictOn) -> None:
    [signature] = verdict_on(signed(paper(), bench().person, pades=False)).signatures
    assert (signature.level, signature.intact) == ("-", True)


def test_a_time_stamp_makes_level_t_and_is_told_beside_the_claimed_time(verdict_on: VerdictOn) -> None:
    moment = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    [signature] = verdict_on(signed(paper(), bench().person, stamped_at=moment)).signatures
    assert signature.level == "B-T"
    assert signature.best_time == moment
    assert signature.claimed_time > moment
    assert signature.timestamps[0].authority == "Dịch vụ dấu thời gian"


def test_with_anchor_time_stamp_and_revocation_data_it_passes(verdict_on: VerdictOn) -> None:
    revocations = bench().revocations(at=NOW - timedelta(minutes=1))
    data = signed(paper(), bench().person, stamped=True, revocations=revocations)
    verdict = verdict_on(data, trust=[bench().root.pem], at=datetime.now(UTC) + timedelta(minutes=1))
    [signature] = verdict.signatures
    assert (signature.indication, signature.sub_indication) == (Indication.TOTAL_PASSED, None)
    assert signature.level == "B-LT"
    assert verdict.anchors == (bench().root.asn1_certificate.sha256.hex(),)


def test_with_an_archive_time_stamp_it_is_level_lta(verdict_on: VerdictOn) -> None:
    revocations = bench().revocations(at=NOW - timedelta(minutes=1))
    data = signed(paper(), bench().person, stamped=True, revocations=revocations, long_term=True)
    signature, stamp = verdict_on(data).signatures
    assert (signature.level, stamp.kind) == ("B-LTA", SignatureKind.DOCUMENT_TIMESTAMP)
    assert signature.changes_allowed is True


def test_without_revocation_data_nothing_passes_however_good_the_chain(verdict_on: VerdictOn) -> None:
    [signature] = verdict_on(signed(paper(), bench().person, stamped=True), trust=[bench().root.pem]).signatures
    assert (signature.indication, signature.intact) == (Indication.INDETERMINATE, True)


def test_without_a_time_stamp_nothing_passes_into_the_archive(verdict_on: VerdictOn) -> None:
    data = signed(paper(), bench().person, revocations=bench().revocations(at=NOW - timedelta(minutes=1)))
    verdict = verdict_on(data, trust=[bench().root.pem], at=datetime.now(UTC) + timedelta(minutes=1))
    assert verdict.signatures[0].message.code == "intact_no_timestamp"
    assert verdict.outcome is Outcome.VALID


def test_a_revoked_certificate_is_not_determined(verdict_on: VerdictOn) -> None:
    revocations = bench().revocations(bench().person, at=NOW - timedelta(days=1))
    bare = signed(paper(), bench().seal, revocations=revocations)
    verdict = verdict_on(signed(bare, bench().person, "ChuKy2"), trust=[bench().root.pem])
    person = verdict.signatures[1]
    assert person.indication is Indication.INDETERMINATE
    assert person.message.code == "intact_revoked"
    assert verdict.outcome is Outcome.INDETERMINATE


def test_an_expired_certificate_without_proof_of_time_is_not_determined(verdict_on: VerdictOn) -> None:
    verdict = verdict_on(signed(paper(), bench().clerk_of_2021), trust=[bench().root.pem])
    [signature] = verdict.signatures
    assert signature.sub_indication is SubIndication.OUT_OF_BOUNDS_NO_POE
    assert signature.certificate.not_after < NOW
    assert verdict.outcome is Outcome.INDETERMINATE


def test_another_root_than_the_signers_leaves_the_chain_unknown(verdict_on: VerdictOn) -> None:
    from tests.signing.bench_pki import issue

    [signature] = verdict_on(signed(paper(), bench().person), trust=[issue("Khác", None).pem]).signatures
    assert (signature.intact, signature.message.code) == (True, "intact_chain_unknown")


def test_two_signers_in_order_are_both_intact_and_the_second_is_an_allowed_change(verdict_on: VerdictOn) -> None:
    verdict = verdict_on(signed(signed(paper(), bench().person), bench().seal, "ConDau"))
    person, seal = verdict.signatures
    assert verdict.outcome is Outcome.VALID
    assert [(change.kind, change.allowed) for change in person.changes_after] == [(ChangeKind.FORM_FILLED, True)]
    assert (person.covers_document, seal.covers_document) == (False, True)
    assert verdict.file.pages_compared == 1


def test_fifty_one_signatures_are_done_in_time(verdict_on: VerdictOn) -> None:
    data = paper()
    for number in range(51):
        data = signed(data, bench().person, f"ChuKy{number}")
    verdict = verdict_on(data, trust=[bench().root.pem])
    assert len(verdict.signatures) == 51
    assert verdict.outcome is Outcome.VALID
    assert verdict.seconds < 9


def test_a_changed_digit_breaks_the_signature(verdict_on: VerdictOn) -> None:
    data = signed(paper(), bench().person)
    verdict = verdict_on(data.replace(b"15/QD-UBND", b"16/QD-UBND", 1))
    assert verdict.outcome is Outcome.TAMPERED
    assert verdict.signatures[0].sub_indication is SubIndication.HASH_FAILURE
    assert verdict.signatures[0].intact is False


def test_of_two_signatures_the_one_over_other_bytes_is_broken(verdict_on: VerdictOn) -> None:
    data = signed(signed(paper(), bench().person), bench().seal, "ConDau")
    first = byte_range(data)
    end = first[2] + first[3]
    verdict = verdict_on(data[:end] + data[end:].replace(b"ConDau", b"CONDAU", 1))
    assert verdict.outcome is Outcome.TAMPERED
    assert [signature.intact for signature in verdict.signatures] == [True, False]


def test_bytes_appended_after_the_end_are_not_shown_as_clean(verdict_on: VerdictOn) -> None:
    verdict = verdict_on(
        signed(paper(), bench().person) + b"4 0 obj\n<< /Length 3 >>\nstream\nabc\nendstream\nendobj\n"
    )
    assert verdict.outcome is Outcome.MODIFIED
    assert verdict.signatures[0].message.code == "hidden_tail"
    assert verdict.file.uncovered_bytes > 0


def test_blanks_after_the_end_change_nothing(verdict_on: VerdictOn) -> None:
    verdict = verdict_on(signed(paper(), bench().person) + b"\r\n \n")
    assert (verdict.outcome, verdict.signatures[0].covers_document) == (Outcome.VALID, True)


@pytest.mark.parametrize("cut", [1, 7, 300, 2000])
def test_a_cut_off_file_is_never_clean(verdict_on: VerdictOn, cut: int) -> None:
    data = signed(signed(paper(), bench().person), bench().seal, "ConDau")
    assert verdict_on(data[:-cut]).outcome in (Outcome.TAMPERED, Outcome.MODIFIED)


def test_page_content_replaced_in_a_later_revision_is_a_modification(verdict_on: VerdictOn) -> None:
    def replace(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0].get_object()
        page[generic.pdf_name("/Contents")] = writer.add_object(
            generic.StreamObject(stream_data=b"BT /F1 14 Tf 50 700 Td (Khac han) Tj ET")
        )
        writer.update_container(page)

    verdict = verdict_on(updated(signed(paper(), bench().person), replace))
    assert verdict.outcome is Outcome.MODIFIED
    assert verdict.signatures[0].intact is True
    assert verdict.signatures[0].indication is Indication.TOTAL_FAILED


def test_a_change_hidden_before_a_second_signature_is_found(verdict_on: VerdictOn) -> None:
    def annotate(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0].get_object()
        note = generic.DictionaryObject(
            {
                generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
                generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
                generic.pdf_name("/Contents"): generic.TextStringObject("Khong dong y"),
                generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 600, 300, 700))),
            }
        )
        page[generic.pdf_name("/Annots")] = generic.ArrayObject([*page.get("/Annots", ()), writer.add_object(note)])
        writer.update_container(page)

    data = signed(updated(signed(paper(), bench().person), annotate), bench().seal, "ConDau")
    assert verdict_on(data).outcome is Outcome.MODIFIED


def test_a_signature_taken_out_of_the_form_is_missed(verdict_on: VerdictOn) -> None:
    def remove(writer: IncrementalPdfFileWriter) -> None:
        del writer.root["/AcroForm"]
        writer.update_root()

    verdict = verdict_on(updated(signed(paper(), bench().person), remove))
    assert verdict.outcome is Outcome.MODIFIED
    assert verdict.message.code == "signature_removed"


def test_no_change_allowed_means_no_second_signature(verdict_on: VerdictOn) -> None:
    first = signed(paper(), bench().person, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    assert verdict_on(first).signatures[0].permission == 1
    with_second = signed_anyway(first)
    assert verdict_on(with_second).outcome is Outcome.MODIFIED


def signed_anyway(data: bytes) -> bytes:
    """An empty field added, which a well-behaved writer refuses to do here."""

    def add_field(writer: IncrementalPdfFileWriter) -> None:
        form = writer.root["/AcroForm"]
        field = writer.add_object(
            generic.DictionaryObject(
                {
                    generic.pdf_name("/FT"): generic.pdf_name("/Tx"),
                    generic.pdf_name("/T"): generic.TextStringObject("GhiChu"),
                }
            )
        )
        form["/Fields"].append(field)
        writer.update_container(form["/Fields"])

    return updated(data, add_field)


def test_an_encrypted_paper_asks_for_its_password_and_opens_with_it(verdict_on: VerdictOn) -> None:
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(paper())))
    writer.encrypt("owner", "bí mật")
    out = io.BytesIO()
    writer.write(out)
    data = signed(out.getvalue(), bench().person, password="bí mật")
    closed = verdict_on(data)
    assert (closed.outcome, closed.message.code) == (Outcome.UNPROCESSABLE, "password_needed")
    assert verdict_on(data, password="sai").message.code == "password_wrong"
    assert verdict_on(data, password="bí mật").outcome is Outcome.VALID


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "not_a_pdf"), (b"PK\x03\x04 no pdf", "not_a_pdf"), (b"%PDF-1.7\nnothing more", "damaged")],
)
def test_what_is_no_pdf_is_refused_with_a_reason(verdict_on: VerdictOn, data: bytes, code: str) -> None:
    verdict = verdict_on(data)
    assert (verdict.outcome, verdict.message.code) == (Outcome.UNPROCESSABLE, code)


def test_an_unsigned_paper_has_no_signature(verdict_on: VerdictOn) -> None:
    verdict = verdict_on(paper())
    assert (verdict.outcome, verdict.signatures, verdict.indication) == (Outcome.NO_SIGNATURE, (), None)


def test_a_time_stamp_of_another_signature_is_broken(verdict_on: VerdictOn) -> None:
    from asn1crypto import cms

    one, other = signed(paper(), bench().person, stamped=True), signed(paper("Khac"), bench().person, stamped=True)
    place = PdfFileReader(io.BytesIO(one)).embedded_signatures[0]
    stranger = PdfFileReader(io.BytesIO(other)).embedded_signatures[0]
    content = cms.ContentInfo.load(place.pkcs7_content)
    content["content"]["signer_infos"][0]["unsigned_attrs"] = stranger.signer_info["unsigned_attrs"]
    start, end = byte_range(one)[1] + 1, byte_range(one)[2] - 1
    token = content.dump(force=True).hex().encode().ljust(end - start, b"0")
    verdict = verdict_on(one[:start] + token + one[end:])
    assert verdict.outcome is Outcome.TIMESTAMP_BROKEN
    assert verdict.signatures[0].intact is True
    assert verdict.signatures[0].level == "B-B"


def test_a_field_that_shows_something_else_with_the_same_value_is_a_modification(verdict_on: VerdictOn) -> None:
    """The "replace" shadow attack: Mainka, Mladenov, Rohlmann, NDSS 2021."""

    def appearance(writer: IncrementalPdfFileWriter, text: bytes) -> generic.IndirectObject:
        stream = generic.StreamObject(stream_data=b"/Tx BMC BT /Helv 12 Tf 2 5 Td (" + text + b") Tj ET EMC")
        for key, value in {"/Type": "/XObject", "/Subtype": "/Form"}.items():
            stream[generic.pdf_name(key)] = generic.pdf_name(value)
        stream[generic.pdf_name("/BBox")] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 200, 20)))
        return writer.add_object(stream)

    def prepare(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0].get_object()
        field = writer.add_object(
            generic.DictionaryObject(
                {
                    generic.pdf_name("/FT"): generic.pdf_name("/Tx"),
                    generic.pdf_name("/T"): generic.TextStringObject("NguoiNhan"),
                    generic.pdf_name("/V"): generic.TextStringObject("Attacker"),
                    generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
                    generic.pdf_name("/Subtype"): generic.pdf_name("/Widget"),
                    generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 500, 250, 520))),
                    generic.pdf_name("/AP"): generic.DictionaryObject(
                        {generic.pdf_name("/N"): appearance(writer, b"Red Cross")}
                    ),
                }
            )
        )
        page[generic.pdf_name("/Annots")] = generic.ArrayObject([field])
        writer.update_container(page)
        writer.root[generic.pdf_name("/AcroForm")] = generic.DictionaryObject(
            {generic.pdf_name("/Fields"): generic.ArrayObject([field])}
        )
        writer.update_root()

    def fill(writer: IncrementalPdfFileWriter, value: str | None) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0].get_object()
        if value is not None:
            field[generic.pdf_name("/V")] = generic.TextStringObject(value)
        field["/AP"][generic.pdf_name("/N")] = appearance(writer, (value or "Attacker").encode())
        writer.update_container(field)

    base = signed(updated(paper(), prepare), bench().person)
    attacked = verdict_on(updated(base, lambda writer: fill(writer, None)))
    filled = verdict_on(updated(base, lambda writer: fill(writer, "Hội Chữ thập đỏ")))
    assert (attacked.outcome, filled.outcome) == (Outcome.MODIFIED, Outcome.VALID)
    assert filled.signatures[0].changes_after[0].fields == ("NguoiNhan",)


def test_an_object_freed_while_it_is_still_in_use_is_a_modification(verdict_on: VerdictOn) -> None:
    """The "hide" shadow attack: the newest cross-references say that an object which the page draws is free."""
    data = signed(paper(), bench().person)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        number = pdf.pages[0].obj["/Contents"].objgen[0]
    last = int(data.rstrip().split(b"startxref")[-1].split()[0])
    for generation in (0, 1):
        table = len(data)
        hidden = data + (
            b"xref\n%d 1\n0000000000 %05d f\r\ntrailer\n<< /Size 99 /Prev %d " % (number, generation, last)
            + b"/Root "
            + pdf_root(data)
            + b" >>\nstartxref\n%d\n%%%%EOF\n" % table
        )
        assert verdict_on(hidden).outcome is Outcome.MODIFIED


def pdf_root(data: bytes) -> bytes:
    """The reference to the catalog, as it is written."""
    reference = PdfFileReader(io.BytesIO(data)).root_ref
    return b"%d %d R" % (reference.idnum, reference.generation)


def test_a_signature_replaced_by_another_in_its_field_is_missed(verdict_on: VerdictOn) -> None:
    """The newest signature is intact and covers all, but the field held another one in an earlier revision."""
    first = signed(paper(), bench().person)
    second = signed(first, bench().seal, "Khac")

    def swap(writer: IncrementalPdfFileWriter) -> None:
        mine, other = (field.get_object() for field in writer.root["/AcroForm"]["/Fields"])
        mine[generic.pdf_name("/V")] = other.raw_get("/V")
        writer.update_container(mine)

    verdict = verdict_on(updated(second, swap))
    assert verdict.outcome is Outcome.MODIFIED
    assert any(found.code == "signature_removed" for one in verdict.signatures for found in one.findings)
