"""What later signatures and their fields show over what was signed before them."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.validation.verdicts import Fact, FileVerdict, Indication, Outcome
from tests.signing.bench_pki import Holder, bench, issue, paper, signed
from tests.signing.test_attacks import numbers, page_of
from tests.signing.test_verdicts_on_signed_papers import updated

VerdictOn = Callable[..., FileVerdict]
WHITE, BLACK, LINE = b"1 1 1 rg 0 0 600 850 re f", b"0 g 0 0 600 850 re f", b"1 0 0 RG 3 w 0 40 m 600 40 l S"
SEAL = b"0.9 0.1 0.1 RG 3 w 10 10 70 70 re S 20 20 50 50 re S"
OVER_THE_TEXT, FREE = (20, 780, 320, 830), (300, 300, 400, 400)
PASSED = Indication.TOTAL_PASSED


@cache
def stranger() -> Holder:
    return issue("Người ngoài", issue("Cơ quan tự lập", None))


@cache
def trusted_paper() -> bytes:
    revocations = bench().revocations(at=datetime.now(UTC) - timedelta(minutes=5))
    return signed(paper(), bench().person, stamped=True, revocations=revocations)


def with_look(
    data: bytes,
    holder: Holder,
    drawing: bytes,
    box: tuple[int, int, int, int],
    field: str = "ConDau",
) -> bytes:
    """The PDF with one more signature, which shows the drawing in its box."""
    store = SimpleCertificateStore()
    store.register(bench().root.asn1_certificate)
    left, bottom, right, top = box
    middle = AxisAlignment.ALIGN_MID
    margins = SimpleBoxLayoutRule(middle, middle, Margins.uniform(0), InnerScaling.NO_SCALING)
    look = RawContent(drawing, box=BoxConstraints(right - left, top - bottom))
    signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES),
        signer=signers.SimpleSigner(holder.asn1_certificate, holder.asn1_key, store),
        timestamper=bench().time_stamper(),
        stamp_style=StaticStampStyle(border_width=0, background=look, background_layout=margins, background_opacity=1),
        new_field_spec=SigFieldSpec(field, box=box),
    )
    return bytes(signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data), strict=False)).getvalue())


def widget(writer: BasePdfFileWriter, drawing: bytes, **more: generic.PdfObject) -> generic.IndirectObject:
    """A field for a signature over the whole page, nobody's yet."""
    look = generic.StreamObject(stream_data=drawing)
    look[name("/Type")], look[name("/Subtype")] = name("/XObject"), name("/Form")
    look[name("/BBox")] = numbers(0, 0, 550, 800)
    entries = {
        "/Type": name("/Annot"),
        "/Subtype": name("/Widget"),
        "/FT": name("/Sig"),
        "/T": generic.TextStringObject("ChuKyKhac"),
        "/F": generic.NumberObject(4),
        "/Rect": numbers(20, 20, 570, 820),
        "/AP": generic.DictionaryObject({name("/N"): writer.add_object(look)}),
        **{f"/{key}": value for key, value in more.items()},
    }
    return writer.add_object(generic.DictionaryObject({name(key): entries[key] for key in entries}))


def with_empty_field(data: bytes, drawing: bytes, **more: generic.PdfObject) -> bytes:
    def add(writer: IncrementalPdfFileWriter) -> None:
        reference = widget(writer, drawing, **more)
        fields = writer.root["/AcroForm"]["/Fields"]
        fields.append(reference)
        writer.update_container(fields)
        page = page_of(writer)
        page[name("/Annots")] = generic.ArrayObject([*page.get("/Annots", ()), reference])
        writer.update_container(page)

    return updated(data, add)


def field_of(writer: IncrementalPdfFileWriter, named: str) -> generic.DictionaryObject:
    fields = [reference.get_object() for reference in writer.root["/AcroForm"]["/Fields"]]
    return next(field for field in fields if field["/T"] == named)


def judged(verdict_on: VerdictOn, data: bytes) -> FileVerdict:
    return verdict_on(data, trust=[bench().root.pem])


def test_an_empty_field_that_shows_something_is_a_change(verdict_on: VerdictOn) -> None:
    for drawing in (WHITE, LINE):
        verdict = judged(verdict_on, with_empty_field(trusted_paper(), drawing))
        assert verdict.outcome is Outcome.MODIFIED
        assert verdict.signatures[0].indication is Indication.TOTAL_FAILED


def test_an_empty_field_that_shows_nothing_is_none(verdict_on: VerdictOn) -> None:
    verdict = judged(verdict_on, with_empty_field(trusted_paper(), b" q Q\n"))
    assert (verdict.outcome, verdict.indication) == (Outcome.VALID, PASSED)


def test_a_colour_that_readers_are_to_paint_a_field_with_is_seen(verdict_on: VerdictOn) -> None:
    painted = generic.DictionaryObject({name("/BG"): numbers(1, 1, 1)})
    assert judged(verdict_on, with_empty_field(trusted_paper(), b"", MK=painted)).outcome is Outcome.MODIFIED


def test_an_empty_field_of_the_signed_paper_that_gets_a_look_is_a_change(verdict_on: VerdictOn) -> None:
    data = updated(paper(), lambda writer: append_signature_field(writer, SigFieldSpec("Trong", box=OVER_THE_TEXT)))
    data = signed(data, bench().person, "ChuKy1")

    def paint(writer: IncrementalPdfFileWriter) -> None:
        field = field_of(writer, "Trong")
        field[name("/AP")] = widget(writer, WHITE).get_object()["/AP"]
        writer.update_container(field)

    assert judged(verdict_on, updated(data, paint)).outcome is Outcome.MODIFIED


@pytest.mark.parametrize("drawing", [WHITE, BLACK], ids=["white", "black"])
@pytest.mark.parametrize("who", ["stranger", "known"])
def test_a_signature_that_hides_the_text_is_a_change_whoever_signed_it(
    drawing: bytes, who: str, verdict_on: VerdictOn
) -> None:
    holder = stranger() if who == "stranger" else bench().seal
    verdict = judged(verdict_on, with_look(trusted_paper(), holder, drawing, OVER_THE_TEXT))
    assert verdict.outcome is Outcome.MODIFIED
    assert verdict.signatures[0].message.code == "covered"


def test_a_line_through_the_text_is_believed_of_a_known_signer_only(verdict_on: VerdictOn) -> None:
    line = LINE.replace(b"40 m", b"24 m").replace(b"40 l", b"24 l")
    struck = judged(verdict_on, with_look(trusted_paper(), stranger(), line, OVER_THE_TEXT)).signatures[0]
    assert (struck.indication, struck.message.code) == (Indication.INDETERMINATE, "covered")
    assert struck.integrity.status is Fact.OPEN
    assert (
        judged(verdict_on, with_look(trusted_paper(), bench().seal, line, OVER_THE_TEXT)).signatures[0].indication
        is PASSED
    )


def test_in_free_space_anybody_may_sign(verdict_on: VerdictOn) -> None:
    for holder, drawing in ((bench().seal, SEAL), (stranger(), WHITE)):
        verdict = judged(verdict_on, with_look(trusted_paper(), holder, drawing, FREE))
        assert (verdict.outcome, verdict.signatures[0].indication) == (Outcome.VALID, PASSED)


def test_a_seal_lies_over_a_third_of_the_persons_signature(verdict_on: VerdictOn) -> None:
    hand = b"0 0 0.6 RG 2 w 5 10 m 40 80 l 60 20 l 95 70 l S"
    data = with_look(paper(), bench().person, hand, (300, 300, 400, 390), "ChuKy1")
    sealed = with_look(data, bench().seal, b"1 1 1 rg 0 0 90 90 re f " + SEAL, (240, 300, 330, 390))
    verdict = verdict_on(sealed)
    assert verdict.outcome is Outcome.VALID
    assert all(one.message.code != "covered" for one in verdict.signatures)


def test_a_time_stamp_that_shows_something_over_the_text_makes_nothing_pass(verdict_on: VerdictOn) -> None:
    """Who stamps does not look at what is stamped: anybody has a time-stamp for the asking."""

    def prepare(writer: IncrementalPdfFileWriter) -> None:
        append_signature_field(writer, SigFieldSpec("DauThoiGian", box=OVER_THE_TEXT))

    data = updated(trusted_paper(), prepare)
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    field = field_of(writer, "DauThoiGian")
    field[name("/AP")] = widget(writer, LINE.replace(b"40", b"384").replace(b"3 w", b"60 w")).get_object()["/AP"]
    writer.update_container(field)
    stamper = PdfTimeStamper(bench().time_stamper(), field_name="DauThoiGian")
    stamped = bytes(stamper.timestamp_pdf(writer, "sha256").getvalue())
    assert judged(verdict_on, stamped).signatures[0].indication is not PASSED
