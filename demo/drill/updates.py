"""Revisions appended to a signed PDF as an attacker or a broken program would write them: objects changed, pages that
show something else, cross-references that lie, structures without end, streams that blow up (docs/drill.md)."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

from pyhanko.pdf_utils import generic

from demo.drill.fuzz import mutated
from signing.validation.document import SignedPdf, open_pdf

BOMB_MB = 512  # what the largest stream comes to, unpacked
DEEP = 200_000  # brackets within brackets
MOST_OBJECTS = 400  # of a file, that are changed
SHOWN = b"BT /F1 90 Tf 72 400 Td (999) Tj ET 0 0 400 400 re f"  # a black square where the paper had its text


@dataclass(frozen=True)
class Skeleton:
    """What one must know of a file in order to write a revision after it."""

    objects: dict[int, bytes]
    root: int
    page: int
    form: int | None
    size: int
    prev: int


def skeleton(data: bytes) -> Skeleton | None:
    """None for a file without signatures, an encrypted one, or one that is itself damaged."""
    try:
        pdf = open_pdf(data, None)
        if pdf.encrypted or not pdf.embedded_signatures:
            return None
        root = pdf.trailer.raw_get("/Root").idnum
        form = pdf.root.raw_get("/AcroForm")
        page = _first_page(pdf)
        numbers = sorted({each.idnum for each in pdf.xrefs.explicit_refs_in_revision(0)})[:MOST_OBJECTS]
        bodies = {number: _body(pdf, number) for number in {*numbers, root, page}}
        form_number = form.idnum if isinstance(form, generic.IndirectObject) else None
        prev = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
        objects = {number: body for number, body in bodies.items() if body}
        return Skeleton(objects, root, page, form_number, int(pdf.trailer["/Size"]), prev)
    except Exception:  # a file that pyHanko does not get through is damaged by its bytes alone
        return None


def revised(
    data: bytes, bones: Skeleton, bodies: dict[int, bytes], *, trailer: bytes = b"", xref: bytes = b""
) -> bytes:
    """The file with a revision that writes these objects. `xref`: written in place of the true section."""
    out = io.BytesIO()
    out.write(data)
    if not data.endswith(b"\n"):
        out.write(b"\n")
    rows = {}
    for number, body in bodies.items():
        rows[number] = out.tell()
        out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    start = out.tell()
    if xref:
        out.write(xref.replace(b"START", b"%d" % start))
    else:
        out.write(b"xref\n")
        for number, place in rows.items():
            out.write(b"%d 1\n%010d 00000 n \n" % (number, place))
        size = max(bones.size, *(number + 1 for number in bodies), 1)
        entries = trailer or b"/Prev %d" % bones.prev
        out.write(
            b"trailer\n<</Size %d /Root %d 0 R %s>>\n" % (size, bones.root, entries.replace(b"START", b"%d" % start))
        )
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def object_changed(data: bytes, bones: Skeleton, rng: Random) -> bytes:
    """One to three objects written anew: damaged, emptied, or with the content of another."""
    bodies = {}
    numbers = sorted(bones.objects)
    for number in rng.sample(numbers, min(len(numbers), rng.randint(1, 3))):
        body = bones.objects[number]
        bodies[number] = rng.choice((mutated(body, rng), bones.objects[rng.choice(numbers)], b"null", b"<<>>", b"[]"))
    return revised(data, bones, bodies)


def page_shows_otherwise(data: bytes, bones: Skeleton, rng: Random) -> bytes:
    """The first page with other content: nobody may call that allowed."""
    number = bones.size
    page = re.sub(rb"/Contents\s*(\d+ \d+ R|\[[^\]]*\])", b"", bones.objects[bones.page])
    page = page.rstrip()[:-2] + b"/Contents %d 0 R>>" % number
    return revised(data, bones, {bones.page: page, number: _stream(SHOWN + b" %%%d" % rng.randrange(10**9))})


def form_changed(data: bytes, bones: Skeleton, rng: Random) -> bytes:
    """The form, or the catalog that leads to it, without its fields, with too many, or in a circle."""
    number = bones.size
    form = rng.choice(
        (
            b"<</Fields [] /SigFlags 3>>",
            b"null",
            b"<</Fields %d 0 R>>" % number,
            b"<</Fields [%d 0 R]>>" % number,
            b"<</Fields [" + b"".join(b"%d 0 R " % (number + 1 + each) for each in range(10_000)) + b"]>>",
        )
    )
    field = rng.choice(
        (
            b"<</FT /Sig /T (a) /Kids [%d 0 R]>>" % number,
            b"<</FT /Sig /T (a) /Parent %d 0 R /V %d 0 R>>" % (number, number),
            b"<</FT /Sig /T (a) /V <</Type /Sig /ByteRange ["
            + b"0 1 " * rng.choice((1, 3, 100_000))
            + b"] /Contents <00>>>>>",
        )
    )
    bodies = {number: field, number + 1: field}
    if bones.form is not None:
        bodies[bones.form] = form
    else:
        catalog = re.sub(
            rb"/AcroForm\s*<<", b"/AcroForm %d 0 R /Old <<" % (number + 2), bones.objects[bones.root], count=1
        )
        bodies |= {bones.root: catalog, number + 2: form}
    return revised(data, bones, bodies)


def references_lie(data: bytes, bones: Skeleton, rng: Random) -> bytes:
    """A cross-reference section that goes in a circle, on for ever, or elsewhere."""
    last = rng.choice(sorted(bones.objects))
    choice = rng.randrange(6)
    if choice == 0:
        return revised(data, bones, {last: b"null"}, trailer=b"/Prev START")
    if choice == 1:
        return revised(data, bones, {last: b"null"}, trailer=b"/Prev %d" % rng.randrange(len(data)))
    if choice == 2:
        return revised(
            data, bones, {}, xref=b"xref\n0 999999999\n0000000000 65535 f \ntrailer\n<</Size 999999999 /Root 1 0 R>>\n"
        )
    if choice == 3:
        return revised(data, bones, {last: bones.objects[last]}, trailer=b"/Prev %d /XRefStm START" % bones.prev)
    if choice == 4:
        rows = b"".join(b"%010d 00000 n \n" % rng.randrange(len(data)) for _ in range(bones.size))
        head, tail = b"xref\n0 %d\n" % bones.size, b"trailer\n<</Size %d /Root %d 0 R /Prev %d>>\n"
        return revised(data, bones, {}, xref=head + rows + tail % (bones.size, bones.root, bones.prev))
    index = b"/Index [0 %d]" % rng.choice((10**6, 10**9, -5))
    stream = b"<</Type /XRef /Size %d /Root %d 0 R /W [1 4 2] %s /Prev %d /Filter /FlateDecode /Length %d>>\nstream\n"
    packed = bomb(rng.choice((1, 64)))
    head = stream % (bones.size, bones.root, index, bones.prev, len(packed))
    return revised(data, bones, {}, xref=b"%d 0 obj\n" % bones.size + head + packed + b"\nendstream\nendobj\n")


def without_end(data: bytes, bones: Skeleton, rng: Random) -> bytes:
    """Brackets without end, trees in a circle, references to themselves, where each reader looks first."""
    number = bones.size
    body = rng.choice(
        (
            b"[" * DEEP,
            b"<</A " * DEEP,
            b"[" * 500 + b"]" * 500,
            b"%d 0 R" % number,
            b"<</Type /Pages /Count 1 /Kids [%d 0 R]>>" % number,
            b"<</Type /Pages /Count 1 /Kids [" + b"%d 0 R " % number * 10_000 + b"]>>",
            b"<</Length %d 0 R>>\nstream\nabc\nendstream" % number,
        )
    )
    key = rng.choice((b"/Pages", b"/AcroForm", b"/DSS", b"/Metadata", b"/Perms"))
    catalog = re.sub(re.escape(key) + rb"\b", b"/Old", bones.objects[bones.root])
    catalog = catalog.rstrip()[:-2] + key + b" %d 0 R>>" % number
    return revised(data, bones, {bones.root: catalog, number: body})


def blown_up(data: bytes, bones: Skeleton, rng: Random) -> bytes:
    """Streams that unpack to hundreds of megabytes, once or filter after filter, and object streams in a circle."""
    number, packed = bones.size, bomb(BOMB_MB)
    filters = b"[" + b"/FlateDecode " * rng.choice((1, 2, 60)) + b"]"
    stream = b"<</Filter %s /Length %d>>\nstream\n" % (filters, len(packed)) + packed + b"\nendstream"
    if rng.random() < 0.3:
        circle = b"<</Type /ObjStm /N %d /First 4 /Extends %d 0 R /Filter /FlateDecode /Length %d>>\nstream\n"
        stream = circle % (rng.choice((1, 10**9)), number, len(packed)) + packed + b"\nendstream"
    target = rng.choice(
        (
            b"/DSS <</Certs [%d 0 R] /CRLs [%d 0 R] /VRI %d 0 R>>",
            b"/Metadata %d 0 R %% %d %d\n",
            b"/Names %d 0 R %% %d %d\n",
        )
    )
    catalog = re.sub(rb"/(DSS|Metadata|Names)\b", rb"/Old\1", bones.objects[bones.root])
    catalog = catalog.rstrip()[:-2] + target % (number, number, number) + b">>"
    return revised(data, bones, {bones.root: catalog, number: stream})


UPDATES: dict[str, Callable[[bytes, Skeleton, Random], bytes]] = {
    "object changed": object_changed,
    "page shows otherwise": page_shows_otherwise,
    "form changed": form_changed,
    "references lie": references_lie,
    "without end": without_end,
    "blown up": blown_up,
}
VISIBLE = ("page shows otherwise",)


@cache
def bomb(megabytes: int) -> bytes:
    """Zeros, packed a thousandfold."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(megabytes)) + packer.flush()


def _first_page(pdf: SignedPdf) -> int:
    reference = pdf.root["/Pages"]["/Kids"].raw_get(0)
    while reference.get_object()["/Type"] == "/Pages":
        reference = reference.get_object()["/Kids"].raw_get(0)
    number: int = reference.idnum
    return number


def _body(pdf: SignedPdf, number: int) -> bytes:
    """As it would be written; nothing for what cannot be."""
    out = io.BytesIO()
    try:
        pdf.get_object(generic.Reference(number, 0, pdf)).write_to_stream(out, None)
    except Exception:
        return b""
    return out.getvalue()


def _stream(content: bytes) -> bytes:
    return b"<</Length %d>>\nstream\n" % len(content) + content + b"\nendstream"
