"""Attacks on signed papers, each built here: every one of them must be seen.

Classes: Mladenov et al., CCS 2019 (universal forgery, incremental saving, wrapping); Mainka et al., NDSS 2021 (shadow
attacks); Rohlmann et al., S&P 2021 (evil annotations, sneaky signatures).
"""

import asyncio
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, append_signature_field
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec

from signing.validation.anchors import read_qualified
from signing.validation.policy import ARCHIVE
from signing.validation.trust import Trust
from signing.validation.verdicts import FileVerdict, Indication, Outcome
from tests.signing.bench_pki import bench, byte_range, paper, signed
from tests.signing.test_verdicts_on_signed_papers import updated

VerdictOn = Callable[..., FileVerdict]
Change = Callable[[IncrementalPdfFileWriter], None]
NEVER_SHOWN_CLEAN = (Outcome.TAMPERED, Outcome.MODIFIED)


@cache
def intact() -> bytes:
    return signed(paper(), bench().person)


@cache
def archived() -> bytes:
    revocations = bench().revocations(at=datetime.now(UTC) - timedelta(minutes=5))
    return signed(paper(), bench().person, stamped=True, revocations=revocations, long_term=True)


def numbers(*values: float) -> generic.ArrayObject:
    return generic.ArrayObject([generic.FloatObject(value) for value in values])


def page_of(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    return writer.root["/Pages"]["/Kids"][0].get_object()


def content(text: bytes) -> generic.StreamObject:
    return generic.StreamObject(stream_data=b"BT /F1 14 Tf 50 700 Td (" + text + b") Tj ET")


def other_content(writer: IncrementalPdfFileWriter) -> None:
    page = page_of(writer)
    page[name("/Contents")] = writer.add_object(content(b"Khac han"))
    writer.update_container(page)


def turned(writer: IncrementalPdfFileWriter) -> None:
    page = page_of(writer)
    page[name("/Rotate")] = generic.NumberObject(180)
    writer.update_container(page)


def cut_to_size(writer: IncrementalPdfFileWriter) -> None:
    page = page_of(writer)
    page[name("/MediaBox")] = numbers(0, 0, 100, 100)
    writer.update_container(page)


def one_page_more(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    fresh = {"/Type": name("/Page"), "/Parent": writer.root.raw_get("/Pages"), "/MediaBox": numbers(0, 0, 595, 842)}
    pages["/Kids"].append(writer.add_object(generic.DictionaryObject({name(key): fresh[key] for key in fresh})))
    pages[name("/Count")] = generic.NumberObject(2)
    writer.update_container(pages)


def other_pages(writer: IncrementalPdfFileWriter) -> None:
    other_content(writer)
    writer.root[name("/Pages")] = writer.add_object(generic.DictionaryObject(writer.root["/Pages"]))
    writer.update_root()


def annotation(writer: IncrementalPdfFileWriter, subtype: str = "/FreeText") -> generic.IndirectObject:
    entries = {
        "/Type": name("/Annot"),
        "/Subtype": name(subtype),
        "/Contents": generic.TextStringObject("Khong dong y"),
        "/Rect": numbers(50, 600, 300, 760),
        "/AP": generic.DictionaryObject({name("/N"): writer.add_object(form(b"0 0 250 160 re f"))}),
    }
    return writer.add_object(generic.DictionaryObject({name(key): entries[key] for key in entries}))


def form(drawing: bytes) -> generic.StreamObject:
    stream = generic.StreamObject(stream_data=drawing)
    stream[name("/Type")], stream[name("/Subtype")] = name("/XObject"), name("/Form")
    stream[name("/BBox")] = numbers(0, 0, 250, 160)
    return stream


def annotated(writer: IncrementalPdfFileWriter) -> None:
    page = page_of(writer)
    page[name("/Annots")] = generic.ArrayObject([*page.get("/Annots", ()), annotation(writer)])
    writer.update_container(page)


def opened_with_a_script(writer: IncrementalPdfFileWriter) -> None:
    action = {"/S": name("/JavaScript"), "/JS": generic.TextStringObject("app.alert(1)")}
    writer.root[name("/OpenAction")] = generic.DictionaryObject({name(key): action[key] for key in action})
    writer.update_root()


def other_font(writer: IncrementalPdfFileWriter) -> None:
    """The digits look different: a font of the signed page is written anew (NDSS 2021, IV-B)."""
    font = next(iter(page_of(writer)["/Resources"]["/Font"].values())).get_object()
    font[name("/BaseFont")] = name("/Symbol")
    writer.update_container(font)


def page_in_wait(writer: IncrementalPdfFileWriter) -> None:
    writer.add_object(
        generic.DictionaryObject({name("/Type"): name("/Page"), name("/Contents"): writer.add_object(content(b"x"))})
    )


def layer_switched_off(writer: IncrementalPdfFileWriter) -> None:
    group = writer.add_object(
        generic.DictionaryObject({name("/Type"): name("/OCG"), name("/Name"): generic.TextStringObject("a")})
    )
    off = generic.DictionaryObject({name("/OFF"): generic.ArrayObject([group])})
    writer.root[name("/OCProperties")] = generic.DictionaryObject(
        {name("/OCGs"): generic.ArrayObject([group]), name("/D"): off}
    )
    writer.update_root()


CHANGES = (
    *(other_content, turned, cut_to_size, one_page_more, other_pages, annotated, opened_with_a_script, other_font),
    *(page_in_wait, layer_switched_off),
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_a_later_revision_does_to_the_document_is_seen(verdict_on: VerdictOn, change: Change) -> None:
    verdict = verdict_on(updated(intact(), change))
    assert verdict.outcome is Outcome.MODIFIED
    [signature] = verdict.signatures
    assert (signature.integrity.bytes_intact, signature.integrity.changes_allowed) == (True, False)
    assert signature.integrity.status == "fails"
    assert signature.indication is Indication.TOTAL_FAILED


@pytest.mark.parametrize("change", [other_content, annotated, other_font], ids=lambda change: change.__name__)
def test_the_same_hidden_under_a_second_signature_is_seen(verdict_on: VerdictOn, change: Change) -> None:
    assert verdict_on(signed(updated(intact(), change), bench().seal, "ConDau")).outcome is Outcome.MODIFIED


def test_a_file_changed_after_it_was_archived_is_seen_though_the_reference_call_says_ok(verdict_on: VerdictOn) -> None:
    data = updated(archived(), other_content)
    at = datetime.now(UTC) + timedelta(minutes=1)
    spec = Trust(read_qualified([bench().root.pem]), at, at, ARCHIVE).spec
    signature = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures[0]
    reference = asyncio.run(ades_lta_validation(signature, PdfSignatureValidationSpec(spec)))
    assert reference.ades_subindic is AdESPassed.OK
    verdict = verdict_on(data, trust=[bench().root.pem], at=at)
    assert verdict.outcome is Outcome.MODIFIED
    assert {one.indication for one in verdict.signatures} == {Indication.TOTAL_FAILED}


@pytest.mark.parametrize("cut", [20, 300, 1500])
def test_an_archived_file_cut_at_its_end_is_never_clean(verdict_on: VerdictOn, cut: int) -> None:
    assert verdict_on(archived()[:-cut]).outcome in NEVER_SHOWN_CLEAN


def test_one_of_two_signature_fields_taken_out_of_the_form_is_missed(verdict_on: VerdictOn) -> None:
    def remove(writer: IncrementalPdfFileWriter) -> None:
        fields = writer.root["/AcroForm"]["/Fields"]
        del fields[0]
        writer.update_container(fields)

    data = signed(intact(), bench().seal, "ConDau")
    verdict = verdict_on(updated(data, remove))
    assert verdict.outcome is Outcome.MODIFIED
    assert any(found.code == "signature_removed" for found in verdict.signatures[0].findings)


def test_a_form_removed_and_signed_over_is_missed(verdict_on: VerdictOn) -> None:
    def remove(writer: IncrementalPdfFileWriter) -> None:
        del writer.root["/AcroForm"]
        writer.update_root()

    verdict = verdict_on(signed(updated(intact(), remove), bench().seal, "ConDau"))
    assert verdict.outcome is Outcome.MODIFIED
    assert verdict.signatures[-1].intact is True


def text_field(writer: IncrementalPdfFileWriter, value: str) -> None:
    page = page_of(writer)
    entries = {
        "/FT": name("/Tx"),
        "/T": generic.TextStringObject("SoTien"),
        "/V": generic.TextStringObject(value),
        "/Type": name("/Annot"),
        "/Subtype": name("/Widget"),
        "/Rect": numbers(50, 500, 250, 520),
    }
    field = writer.add_object(generic.DictionaryObject({name(key): entries[key] for key in entries}))
    page[name("/Annots")] = generic.ArrayObject([field])
    writer.update_container(page)
    writer.root[name("/AcroForm")] = generic.DictionaryObject({name("/Fields"): generic.ArrayObject([field])})
    writer.update_root()


def fill(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0].get_object()
    field[name("/V")] = generic.TextStringObject("9.000.000")
    writer.update_container(field)


def test_a_field_that_the_signature_locks_may_not_be_filled(verdict_on: VerdictOn) -> None:
    """FieldMDP, ISO 32000-2, 12.8.2.4. Without the lock the same is allowed."""

    def prepare(writer: IncrementalPdfFileWriter) -> None:
        text_field(writer, "1.000.000")
        append_signature_field(
            writer, SigFieldSpec("ChuKy1", field_mdp_spec=FieldMDPSpec(FieldMDPAction.INCLUDE, fields=["SoTien"]))
        )

    locked = signed(updated(paper(), prepare), bench().person)
    free = signed(updated(paper(), lambda writer: text_field(writer, "1.000.000")), bench().person)
    assert verdict_on(updated(locked, fill)).outcome is Outcome.MODIFIED
    assert verdict_on(updated(free, fill)).outcome is Outcome.VALID


def test_a_reader_told_to_draw_the_fields_itself_would_show_what_nobody_signed(verdict_on: VerdictOn) -> None:
    """The "replace" shadow attack without touching the field: its look says one sum, its value another."""

    def prepare(writer: IncrementalPdfFileWriter) -> None:
        text_field(writer, "9.000.000")
        field = writer.root["/AcroForm"]["/Fields"][0].get_object()
        field[name("/AP")] = generic.DictionaryObject({name("/N"): writer.add_object(form(b"BT (1.000.000) Tj ET"))})
        writer.update_container(field)

    def draw(writer: IncrementalPdfFileWriter) -> None:
        form_of_all = writer.root["/AcroForm"]
        form_of_all[name("/NeedAppearances")] = generic.BooleanObject(True)
        writer.update_container(form_of_all)

    assert verdict_on(updated(signed(updated(paper(), prepare), bench().person), draw)).outcome is Outcome.MODIFIED
    assert verdict_on(updated(intact(), draw)).outcome is Outcome.VALID


@pytest.mark.parametrize("permission", [MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_an_evil_annotation_on_a_certified_paper_is_seen(verdict_on: VerdictOn, permission: MDPPerm) -> None:
    """Even where annotations are allowed, one that covers the text is shown as a change."""
    data = signed(paper(), bench().person, certify=True, docmdp_permissions=permission)
    assert verdict_on(updated(data, annotated)).outcome is Outcome.MODIFIED


def test_a_sneaky_signature_field_on_a_certified_paper_is_seen(verdict_on: VerdictOn) -> None:
    """A field for a signature, never signed, whose look covers the text (S&P 2021, V-B)."""

    def cover(writer: IncrementalPdfFileWriter) -> None:
        page, reference = page_of(writer), annotation(writer, "/Widget")
        field = reference.get_object()
        del field["/Contents"]
        field[name("/FT")], field[name("/T")] = name("/Sig"), generic.TextStringObject("ChuKyKhac")
        form_fields = writer.root["/AcroForm"]["/Fields"]
        form_fields.append(reference)
        writer.update_container(form_fields)
        page[name("/Annots")] = generic.ArrayObject([*page.get("/Annots", ()), reference])
        writer.update_container(page)

    data = signed(paper(), bench().person, certify=True, docmdp_permissions=MDPPerm.FILL_FORMS)
    assert verdict_on(updated(data, cover)).outcome is Outcome.MODIFIED


UNIVERSAL_FORGERIES = {
    "range taken out": (rb"/ByteRange ?\[[^\]]*\]", lambda old: b" " * len(old)),
    "range of nothing": (rb"/ByteRange ?\[[^\]]*\]", lambda old: b"/ByteRange [0 0 0 0]".ljust(len(old))),
    "range of one part": (rb"/ByteRange ?\[[^\]]*\]", lambda old: b"/ByteRange [0 100]".ljust(len(old))),
    "range below zero": (rb"/ByteRange ?\[[^\]]*\]", lambda old: b"/ByteRange [0 -1 -1 9]".ljust(len(old))),
    "range is null": (rb"/ByteRange ?\[[^\]]*\]", lambda old: b"/ByteRange null".ljust(len(old))),
    "no signature": (rb"/Contents ?<[0-9a-fA-F]+>", lambda old: b"/Contents <>".ljust(len(old))),
    "zeros": (rb"/Contents ?<[0-9a-fA-F]+>", lambda old: b"/Contents <".ljust(len(old) - 1, b"0") + b">"),
    "signature is null": (rb"/Contents ?<[0-9a-fA-F]+>", lambda old: b"/Contents null".ljust(len(old))),
    "contents taken out": (rb"/Contents ?<[0-9a-fA-F]+>", lambda old: b" " * len(old)),
}


@pytest.mark.parametrize("forgery", UNIVERSAL_FORGERIES)
def test_a_signature_without_what_makes_it_one_is_never_clean(verdict_on: VerdictOn, forgery: str) -> None:
    pattern, replacement = UNIVERSAL_FORGERIES[forgery]
    data, times = re.subn(pattern, lambda match: replacement(match[0]), intact(), count=1)
    assert times == 1
    assert verdict_on(data).outcome in (*NEVER_SHOWN_CLEAN, Outcome.UNPROCESSABLE)


def test_a_page_moved_into_the_gap_of_the_signature_is_seen(verdict_on: VerdictOn) -> None:
    """Signature wrapping: the covered end is moved back behind bytes of the attacker's."""
    data = intact()
    start, first, second, length = byte_range(data)
    evil = b"4 0 obj\n<< /Length 41 >>\nstream\nBT /F1 14 Tf 50 700 Td (Khac han) Tj ET\nendstream\nendobj\n"
    old = re.search(rb"/ByteRange ?\[[^\]]*\]", data)[0]
    new = b"/ByteRange [%d %d %d %d]" % (start, first, second + len(evil), length)
    wrapped = data[:second] + evil + data[second:]
    attacked = wrapped.replace(old, new.ljust(len(old))[: max(len(old), len(new))], 1)
    assert verdict_on(attacked).outcome in NEVER_SHOWN_CLEAN


@pytest.mark.parametrize("with_marks", [True, False])
def test_an_object_written_after_the_signature_without_cross_references_is_seen(
    verdict_on: VerdictOn, with_marks: bool
) -> None:
    """Incremental saving: readers that rebuild the file would show it."""
    with io.BytesIO(intact()) as file:
        reference = PdfFileReader(file).root["/Pages"]["/Kids"][0].raw_get("/Contents")
    body = (
        b"%d 0 obj\n<< /Length 37 >>\nstream\nBT /F1 14 Tf 50 700 Td (Khac) Tj ET\nendstream\nendobj\n"
        % reference.idnum
    )
    last = intact().rstrip().split(b"startxref")[-1].split()[0]
    end = b"startxref\n" + last + b"\n%%EOF\n" if with_marks else b""
    assert verdict_on(intact() + body + end).outcome is Outcome.MODIFIED


def test_a_time_stamp_or_signature_over_it_does_not_bury_a_hidden_object(verdict_on: VerdictOn) -> None:
    last = intact()[intact().rfind(b"startxref") :]
    body = b"\n3 0 obj\n<< /Length 37 >>\nstream\nBT /F1 14 Tf 50 700 Td (Khac) Tj ET\nendstream\nendobj\n"
    hidden = intact().rstrip() + body + last
    writer = IncrementalPdfFileWriter(io.BytesIO(hidden), strict=False)
    stamped = PdfTimeStamper(bench().time_stamper()).timestamp_pdf(writer, "sha256").getvalue()
    for data in (hidden, bytes(stamped), signed(hidden, bench().seal, "ConDau")):
        verdict = verdict_on(data)
        assert (verdict.outcome, verdict.signatures[0].message.code) == (Outcome.MODIFIED, "hidden_objects")
        assert all(later.message.code != "hidden_objects" for later in verdict.signatures[1:])
    assert verdict_on(signed(intact(), bench().seal, "ConDau")).outcome is Outcome.VALID


def test_a_copied_signature_over_a_changed_file_is_seen(verdict_on: VerdictOn) -> None:
    """Incremental saving with a copy of the signature: the copy's range still covers the first revision only."""

    def copy(writer: IncrementalPdfFileWriter) -> None:
        other_content(writer)
        field = writer.root["/AcroForm"]["/Fields"][0].get_object()
        field[name("/V")] = writer.add_object(generic.DictionaryObject(field["/V"]))
        writer.update_container(field)

    assert verdict_on(updated(intact(), copy)).outcome in NEVER_SHOWN_CLEAN


def test_harmless_additions_stay_harmless(verdict_on: VerdictOn) -> None:
    def information(writer: IncrementalPdfFileWriter) -> None:
        writer.set_info(generic.DictionaryObject({name("/Producer"): generic.TextStringObject("Kho")}))

    verdict = verdict_on(updated(intact(), information))
    assert verdict.outcome is Outcome.VALID
    assert verdict.signatures[0].integrity.status == "holds"
