"""Signed papers: by a person, by person and seal, with time-stamps, and the ones a verifier must find fault with.

Each variant is built from a generated paper with the demonstration authority; the look follows Nghị định 30/2020/NĐ-CP,
annex I: the person's blue signature between position and name, the agency's red seal over the left third of it.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2
from pyhanko.pdf_utils.content import ImportedPdfPage, PdfContent, RawContent
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfSigningSession, PdfTimeStamper
from pyhanko.sign.validation import add_validation_info
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import StaticStampStyle

from demo import ink
from demo.papers import line_of_text, pdf
from demo.pki import DemoPki
from demo.texts import Paper

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_POINTS_PER_MM = 72 / 25.4
Box = tuple[float, float, float, float]
# Hex digits kept open for a signature. Where nothing is said, pyHanko signs once more to learn how long it will be.
_ROOM, _ROOM_STAMPED = 8192, 16384


@dataclass(frozen=True, slots=True)
class Variant:
    """A way of being signed and what a verifier should find: `outcome` in the words of integrity first (VALID, MODIFIED,
    TAMPERED, INDETERMINATE, NO_SIGNATURE), `signatures` how many without document time-stamps, `level` of the last one
    (B-B to B-LTA), `troubled` when the chain or the certificate is not in order though the bytes are.
    """

    name: str
    outcome: str
    signatures: int
    level: str
    make: Callable[[Paper, DemoPki], bytes]
    troubled: bool = False


class _DatedSigner(PdfSigner):
    """Signs as if the clock stood at `moment`: a paper of 2021 was signed in 2021."""

    def __init__(self, *args: object, moment: datetime, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.moment = moment

    def init_signing_session(self, *args: object, **kwargs: object) -> PdfSigningSession:
        session = super().init_signing_session(*args, **kwargs)  # type: ignore[arg-type]
        session.system_time = self.moment
        return session


def sign(
    data: bytes,
    pki: DemoPki,
    signer: str,
    *,
    field: str,
    page: int,
    box: Box,
    look: PdfContent,
    moment: datetime,
    stamped: bool = False,
) -> bytes:
    """The PDF with one more signature in a further revision, `stamped` by the time-stamp authority or not; box in points."""
    left, bottom, right, top = (round(edge) for edge in box)
    signed = _DatedSigner(
        PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES),
        signer=pki.signer(signer, moment),
        timestamper=pki.time_stamper(moment + timedelta(seconds=20)) if stamped else None,
        stamp_style=StaticStampStyle(border_width=0, background=look, background_layout=_FILL),
        new_field_spec=SigFieldSpec(field, on_page=page, box=(left, bottom, right, top)),
        moment=moment,
    ).sign_pdf(IncrementalPdfFileWriter(BytesIO(data)), bytes_reserved=_ROOM_STAMPED if stamped else _ROOM)
    return signed.getvalue()


def with_evidence(data: bytes, pki: DemoPki, at: datetime) -> bytes:
    """The signed PDF with the certificates and revocation lists of a later day (B-LT).

    The lists are younger than the signatures, so they prove that nothing was revoked when these were made.
    """
    context = pki.validation_context(at)
    for place in range(len(PdfFileReader(BytesIO(data)).embedded_signatures)):
        signature = PdfFileReader(BytesIO(data)).embedded_signatures[place]
        data = add_validation_info(signature, context, output=BytesIO()).getvalue()
    return data


_FILL = SimpleBoxLayoutRule(
    x_align=AxisAlignment.ALIGN_MID,
    y_align=AxisAlignment.ALIGN_MID,
    margins=Margins.uniform(0),
    inner_content_scaling=InnerScaling.STRETCH_TO_FIT,
)


def moment_of(paper: Paper, minutes: int = 0) -> datetime:
    """When the paper was signed: the afternoon of its own day."""
    return datetime.combine(paper.date, time(14, 10), ZONE) + timedelta(minutes=minutes)


def by_person(paper: Paper, pki: DemoPki, *, stamped: bool = False, signer: str | None = None) -> bytes:
    data = pdf(paper)
    page, box = _signature_box(data, paper.signer)
    look = PdfImage(ink.handwriting(paper.signer))
    label = signer or paper.signer_key
    return sign(
        data, pki, label, field="ChuKyCaNhan", page=page, box=box, look=look, moment=moment_of(paper), stamped=stamped
    )


def by_person_and_seal(paper: Paper, pki: DemoPki, *, stamped: bool = False) -> bytes:
    """First the person, twelve minutes later the agency's seal."""
    data = by_person(paper, pki, stamped=stamped)
    page, (left, bottom, right, top) = _signature_box(data, paper.signer)
    size = ink.SEAL_MILLIMETRES * _POINTS_PER_MM
    edge = left + (right - left) / 3
    middle = (bottom + top) / 2
    box = (edge - size, middle - size / 2, edge, middle + size / 2)
    head = paper.agency_name.split(" ")
    committee = paper.head_parent == ""
    name = " ".join(head[:4]) if committee else paper.agency_name
    over = " ".join(head[4:]) if committee else pki.world.agency_by_key["tinh"].name
    look = PdfImage(ink.seal(name, over))
    moment = moment_of(paper, 12)
    return sign(data, pki, paper.agency, field="ConDau", page=page, box=box, look=look, moment=moment, stamped=stamped)


def for_the_long_term(paper: Paper, pki: DemoPki) -> bytes:
    """By person and seal, with time-stamps, and a day later the evidence."""
    data = by_person_and_seal(paper, pki, stamped=True)
    return with_evidence(data, pki, moment_of(paper, 60 * 36))


def with_archive_time_stamp(data: bytes, pki: DemoPki, at: datetime) -> bytes:
    """The PDF with a document time-stamp over all that is in it (B-LTA)."""
    stamper = PdfTimeStamper(pki.time_stamper(at))
    return stamper.timestamp_pdf(IncrementalPdfFileWriter(BytesIO(data)), "sha256").getvalue()


def archival(paper: Paper, pki: DemoPki) -> bytes:
    """With the evidence, and an archive time-stamp over it half an hour later."""
    return with_archive_time_stamp(for_the_long_term(paper, pki), pki, moment_of(paper, 60 * 36 + 30))


def signed_again(paper: Paper, pki: DemoPki) -> bytes:
    """Archived, and two months later the agency's seal once more: a decision confirmed after its review."""
    data = archival(paper, pki)
    moment = moment_of(paper, 60 * 24 * 60)
    look = RawContent(b"", box=BoxConstraints(60, 20))
    box = (500, 20, 560, 40)
    data = sign(data, pki, paper.agency, field="KyLai", page=0, box=box, look=look, moment=moment, stamped=True)
    return _with_lists(data, pki, moment + timedelta(days=2))


def revoked(paper: Paper, pki: DemoPki) -> bytes:
    """By somebody whose certificate had been revoked; the time-stamp and the lists in the file say so by themselves."""
    data = by_person(paper, pki, stamped=True, signer="revoked")
    return _with_lists(data, pki, moment_of(paper, 60 * 36))


def _with_lists(data: bytes, pki: DemoPki, at: datetime) -> bytes:
    """The PDF with the lists of a day, whatever they say."""
    out, chain = BytesIO(data), [pki.certificate(label) for label in ("ca", "tsa", "root")]
    DocumentSecurityStore.add_dss(out, None, certs=chain, crls=pki.crls(at))
    return out.getvalue()


def renewed(paper: Paper, pki: DemoPki) -> bytes:
    """Archived, and a year later renewed: a further archive time-stamp over everything."""
    return with_archive_time_stamp(archival(paper, pki), pki, moment_of(paper, 60 * 24 * 365))


def as_electronic_copy(paper: Paper, pki: DemoPki) -> bytes:
    """A copy (sao y) under the copying agency's seal: no picture, three lines of text, top right of the first page."""
    data = by_person(paper, pki)
    moment = moment_of(paper, 60 * 26)
    lines = ("SAO Y", paper.agency_name, moment.isoformat())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.pdf"
        path.write_bytes(line_of_text(lines, width=190, height=44))
        look = ImportedPdfPage(str(path))
        return sign(data, pki, paper.agency, field="SaoY", page=0, box=(380, 790, 570, 834), look=look, moment=moment)


def tampered(paper: Paper, pki: DemoPki) -> bytes:
    """One digit of the number in the file's own title changed after signing, inside the signed bytes."""
    data = by_person_and_seal(paper, pki)
    title = paper.code.encode()
    place = data.index(title, data.index(b"<dc:title>"))
    digit = data[place + len(paper.number) - 1]
    other = b"7" if digit != ord("7") else b"1"
    at = place + len(paper.number) - 1
    return data[:at] + other + data[at + 1 :]


def changed_after_signing(paper: Paper, pki: DemoPki) -> bytes:
    """A later revision paints over a band of the first page: the signature holds, what is shown is not what was signed."""
    writer = IncrementalPdfFileWriter(BytesIO(by_person(paper, pki)))
    cover = RawContent(b"q 1 1 1 rg 150 470 370 40 re f Q", box=BoxConstraints(595, 842))
    writer.add_stream_to_page(0, writer.add_object(StreamObject(stream_data=cover.render())))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _signature_box(data: bytes, name: str) -> tuple[int, Box]:
    """The page and the place between position and name: over the last place where the signer's name stands."""
    document = pypdfium2.PdfDocument(data)
    for page_index in range(len(document) - 1, -1, -1):
        text = document[page_index].get_textpage()
        found, search = None, text.search(name, match_case=True)
        while place := search.get_next():
            found = place
        if found:
            rects = [
                text.get_charbox(index) for index in range(found[0], sum(found)) if text.get_text_range(index, 1) != " "
            ]
            left, right = min(rect[0] for rect in rects), max(rect[2] for rect in rects)
            top = max(rect[3] for rect in rects)
            middle = (left + right) / 2
            return page_index, (middle - 68, top + 4, middle + 68, top + 72)
    raise ValueError(f"The name {name} does not stand in the paper.")


_VARIANTS = (
    Variant("unsigned", "NO_SIGNATURE", 0, "", lambda paper, pki: pdf(paper)),
    Variant("person", "VALID", 1, "B-B", by_person),
    Variant("person-and-seal", "VALID", 2, "B-B", by_person_and_seal),
    Variant("person-stamped", "VALID", 1, "B-T", lambda paper, pki: by_person(paper, pki, stamped=True)),
    Variant("person-and-seal-stamped", "VALID", 2, "B-T", lambda p, pki: by_person_and_seal(p, pki, stamped=True)),
    Variant("person-and-seal-long-term", "VALID", 2, "B-LT", for_the_long_term),
    Variant("person-and-seal-archival", "VALID", 2, "B-LTA", archival),
    Variant("renewed", "VALID", 2, "B-LTA", renewed),
    Variant("signed-again", "VALID", 3, "B-LT", signed_again),
    Variant("electronic-copy", "VALID", 2, "B-B", as_electronic_copy),
    Variant(
        "expired", "INDETERMINATE", 1, "B-B", lambda paper, pki: by_person(paper, pki, signer="expired"), troubled=True
    ),
    Variant("revoked", "INDETERMINATE", 1, "B-LT", revoked, troubled=True),
    Variant("tampered", "TAMPERED", 2, "B-B", tampered),
    Variant("changed-after-signing", "MODIFIED", 1, "B-B", changed_after_signing),
)


def variants() -> Mapping[str, Variant]:
    """Every way of being signed, by name."""
    return {variant.name: variant for variant in _VARIANTS}
