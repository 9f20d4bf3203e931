"""What runs in the worker process: the PDF is read, the look drawn, the place for the signature left open. No key, no network, no database.

The signature is made outside, over the digest that comes back, and written into the hole that was left (ISO 32000-2, 12.8.1): a hostile file
never meets a key.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from asn1crypto import crl, ocsp, x509
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from PIL import Image
from pyhanko.pdf_utils.content import PdfContent, ResourceType
from pyhanko.pdf_utils.font.opentype import GlyphAccumulator
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp
from pyhanko.sign.signers.pdf_cms import ExternalSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfSigningSession
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import NoOpStampStyle, StaticStampStyle

from signing.sealing.places import FONT, LEADING, MOST_PIXELS, SIZE

# Hex digits left open for a signature with chain and time-stamp, and for a document time-stamp.
RESERVED = 2 * 16384
DIGEST = "sha256"
_FILL = SimpleBoxLayoutRule(
    AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, Margins.uniform(0), InnerScaling.STRETCH_TO_FIT
)


class NotSignable(Exception):
    """The file takes no further signature: encrypted, certified against it, or not readable."""


class _Dated(PdfSigner):
    """Writes the moment we say into /M, so that page, event and signature name the same second."""

    def __init__(self, *args: Any, moment: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moment = moment

    def init_signing_session(self, *args: Any, **kwargs: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.moment
        return session


class _Lines(PdfContent):
    """Lines of text in the embedded font, flush right; only the letters that are used are embedded."""

    def __init__(self, lines: list[str], box: BoxConstraints) -> None:
        super().__init__(box=box)
        self.lines = lines

    def render(self) -> bytes:
        writer = self._ensure_writer
        # The font holds its file until the document is written.
        font = GlyphAccumulator(writer, io.BytesIO(_font()), font_size=SIZE)
        shaped = [(font.shape(line), width_of(line)) for line in self.lines]
        self.set_resource(ResourceType.FONT, pdf_name("/Times"), font.as_resource())
        out = [b"0 g"]
        for index, (shape, width) in enumerate(shaped):
            x, y = self.box.width - width, self.box.height - SIZE - index * LEADING
            out.append(b"q BT /Times %d Tf %.2f %.2f Td " % (SIZE, x, y) + shape.graphics_ops + b" ET Q")
        return b"\n".join(out)


@cache
def _font() -> bytes:
    """The font with 1000 units to the em: pyHanko writes widths in the font's own units, where a PDF wants thousandths (ISO 32000-2, 9.7.4.3)."""
    out = io.BytesIO()
    font = TTFont(FONT)
    # Hints are for the old units; glyphs are drawn from outlines all the same.
    for table in ("cvt ", "fpgm", "prep", "hdmx", "VDMX", "LTSH", "gasp"):
        if table in font:
            del font[table]
    for glyph in font["glyf"].glyphs.values():
        glyph.expand(font["glyf"])
        if hasattr(glyph, "program"):
            glyph.program.fromBytecode(b"")
    scale_upem(font, 1000)
    font.save(out)
    return out.getvalue()


def width_of(line: str) -> float:
    """The width of a line in points."""
    font = TTFont(FONT, lazy=True)
    glyphs, metrics = font.getBestCmap(), font["hmtx"]
    units = font["head"].unitsPerEm
    return sum(metrics[glyphs.get(ord(letter), ".notdef")][0] for letter in line) * SIZE / units


def work(task: str, *arguments: Any) -> Any:
    """The one door, so that one worker process serves every step."""
    return _TASKS[task](*arguments)


def prepare(path: str, out: str, certificate: bytes, spec: dict[str, Any]) -> dict[str, Any]:
    """Write the PDF with look and open place to `out`; returns digest (hex), start and end of the place in bytes.

    `spec`: field, moment (ISO 8601), page (from 0), box (left, bottom, right, top in points), picture (path of a PNG), lines, reason.
    """
    writer = _writer(path)
    style: Any = NoOpStampStyle()
    new_field = SigFieldSpec(spec["field"])
    if spec.get("box"):
        box = tuple(round(edge) for edge in spec["box"])
        new_field = SigFieldSpec(spec["field"], on_page=spec["page"], box=box)
        look = _look(spec, BoxConstraints(box[2] - box[0], box[3] - box[1]), writer)
        style = StaticStampStyle(border_width=0, background=look, background_layout=_FILL, background_opacity=1.0)
    meta = PdfSignatureMetadata(
        field_name=spec["field"], md_algorithm=DIGEST, subfilter=SigSeedSubFilter.PADES, reason=spec.get("reason")
    )
    signer = _Dated(
        meta,
        signer=ExternalSigner(x509.Certificate.load(certificate), None, signature_value=256),
        stamp_style=style,
        new_field_spec=new_field,
        moment=datetime.fromisoformat(spec["moment"]),
    )
    digest, _tbs, output = asyncio.run(
        signer.async_digest_doc_for_signing(writer, bytes_reserved=RESERVED, output=io.BytesIO())
    )
    return _left_open(digest, output, out)


def _look(spec: dict[str, Any], box: BoxConstraints, writer: BasePdfFileWriter) -> PdfContent:
    if spec.get("lines"):
        content: PdfContent = _Lines(list(spec["lines"]), box)
    else:
        content = PdfImage(_picture(spec["picture"]), writer=writer, box=None)
    content.set_writer(writer)
    return content


def _picture(path: str) -> Image.Image:
    with Image.open(path, formats=("PNG",)) as image:
        if image.width * image.height > MOST_PIXELS:
            raise NotSignable("the picture is too large")
        return image.convert("RGBA")


def open_for_stamp(path: str, out: str, field: str) -> dict[str, Any]:
    """Write the PDF with an open place for a document time-stamp (ETSI EN 319 142-1, 5.4.3); answers like `prepare`."""
    writer = _writer(path)
    embedder = PdfCMSEmbedder(new_field_spec=SigFieldSpec(field)).write_cms(field_name=field, writer=writer)
    next(embedder)
    embedder.send(SigObjSetup(sig_placeholder=DocumentTimestamp(bytes_reserved=RESERVED)))
    digest, output = embedder.send(SigIOSetup(md_algorithm=DIGEST, output=io.BytesIO()))
    return _left_open(digest, output, out)


def add_evidence(path: str, out: str, given: list[list[Any]]) -> None:
    """Write the PDF with certificates and revocation data in its document security store. `given`: pairs of kind and DER bytes."""
    writer = _writer(path)
    kinds: dict[str, list[bytes]] = {"certificate": [], "crl": [], "ocsp": []}
    for kind, data in given:
        kinds[kind].append(data)
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[x509.Certificate.load(data) for data in kinds["certificate"]],
        crls=[crl.CertificateList.load(data) for data in kinds["crl"]],
        ocsps=[ocsp.OCSPResponse.load(data) for data in kinds["ocsp"]],
    )
    with Path(out).open("wb") as stream:
        writer.write(stream)


def _writer(path: str) -> IncrementalPdfFileWriter:
    writer = IncrementalPdfFileWriter(io.BytesIO(Path(path).read_bytes()), strict=False)
    if writer.prev.encrypted:
        raise NotSignable("the file is encrypted")
    return writer


def _left_open(digest: Any, output: Any, out: str) -> dict[str, Any]:
    Path(out).write_bytes(output.getvalue())
    return {
        "digest": digest.document_digest.hex(),
        "start": digest.reserved_region_start,
        "end": digest.reserved_region_end,
    }


_TASKS: dict[str, Callable[..., Any]] = {"prepare": prepare, "stamp": open_for_stamp, "evidence": add_evidence}
